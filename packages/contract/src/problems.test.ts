import { describe, expect, test } from 'vitest';
import { Problem, problems, toProblemDocument } from './problems.ts';

describe('the problem catalogue', () => {
  test('gives every code lower_snake_case, an error status and whole sentences', () => {
    for (const [code, { status, title, detail }] of Object.entries(problems)) {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(title).not.toMatch(/\.$/);
      expect(detail).toMatch(/^[A-Z].*\.$/);
    }
  });

  test('becomes an RFC 9457 document with status, code and a fixed sentence', () => {
    expect(toProblemDocument(new Problem('not_found'))).toEqual({
      type: 'urn:sightline:problem:not_found',
      title: 'Nothing here',
      status: 404,
      code: 'not_found',
      detail: 'There is nothing at this address.',
    });
  });

  test('lists each parameter at fault, and no empty list', () => {
    const errors = [
      { pointer: '/selections', code: 'required', message: 'This is required.' },
      { param: 'ticket', code: 'required', message: 'This is required.' },
    ];
    expect(toProblemDocument(new Problem('launch_unreadable', { errors })).errors).toEqual(errors);
    expect(toProblemDocument(new Problem('launch_unreadable'))).not.toHaveProperty('errors');
  });

  test('keeps its cause for the log and out of the document', () => {
    const problem = new Problem('internal', { cause: new Error('DOE^JANE') });
    expect(problem.cause).toBeInstanceOf(Error);
    expect(JSON.stringify(toProblemDocument(problem))).not.toContain('DOE');
  });
});
