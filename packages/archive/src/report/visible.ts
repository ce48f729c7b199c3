/** Controls but for the ends of lines and tabs, and marks that turn the direction of what follows. */
const HIDDEN = /(?![\t\n\r])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** Text in which nothing is hidden: what cannot be seen, and can make other text look like something else, is marked. */
export const visible = (text: string): string => text.replaceAll(HIDDEN, '\ufffd');
