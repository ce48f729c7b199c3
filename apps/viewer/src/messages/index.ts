import { en, enOverlay } from './en.ts';

/** The language of the interface. English is the only one so far. */
export const messages = en;
export const overlayMessages = enOverlay;
