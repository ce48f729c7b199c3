export * from './codecs.ts';
export * from './decode-frame.ts';
export { nativeFrameBytes } from './native-frame.ts';
