import { Tag } from '@sightline/dicom';
import type { Plugin } from 'vite';

/**
 * Replaces `Tag.StudyInstanceUID` by '0020000D' while building, so that the page does not carry a table of some hundred
 * attributes to use a few dozen of them.
 */
export function inlineTags(): Plugin {
  const values: Readonly<Record<string, string>> = Tag;
  return {
    name: 'sightline:inline-tags',
    transform(code, id) {
      if (!/\.tsx?$/.test(id) || !code.includes('Tag.')) return null;
      const replaced = code.replace(/\bTag\.([A-Z]\w*)\b/g, (whole, keyword: string) => {
        const value = values[keyword];
        return value ? JSON.stringify(value) : whole;
      });
      return { code: replaced, map: null };
    },
  };
}
