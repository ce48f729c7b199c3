import type { Uid } from '@sightline/dicom';

/** What an integrator copies to open this study from a system of their own. The key is theirs to fill in. */
export interface CodeSamples {
  readonly curl: string;
  readonly javascript: string;
}

export function codeSamples(baseUrl: string, studyInstanceUid: Uid): CodeSamples {
  const body = { selections: [{ target: { kind: 'studies', studyInstanceUids: [studyInstanceUid] } }] };
  return {
    curl: [
      `curl -X POST ${baseUrl}/api/launches \\`,
      '  -H "Authorization: Bearer $SIGHTLINE_API_KEY" \\',
      '  -H "Content-Type: application/json" \\',
      `  -d '${JSON.stringify(body)}'`,
    ].join('\n'),
    javascript: [
      '// On your server: the key must not reach a browser.',
      `const answer = await fetch('${baseUrl}/api/launches', {`,
      "  method: 'POST',",
      '  headers: {',
      '    authorization: `Bearer ${process.env.SIGHTLINE_API_KEY}`,',
      "    'content-type': 'application/json',",
      '  },',
      '  body: JSON.stringify({',
      "    selections: [{ target: { kind: 'studies', studyInstanceUids: [",
      `      '${studyInstanceUid}',`,
      '    ] } }],',
      '  }),',
      '});',
      'const { viewerUrl, links } = await answer.json();',
      '// Redirect the person to viewerUrl (or links.dnviewer). It opens once, and soon.',
    ].join('\n'),
  };
}
