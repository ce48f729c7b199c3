export * from './codecs.ts';
export * from './decode-frame.ts';
export { decodeNative, nativeFrameBytes } from './native-frame.ts';
export { nativeBytes } from './native-bytes.ts';
export { describedBytes, describedPixels } from './described-bytes.ts';
export * from '../encode/encode-frame.ts';
export * from '../encode/encoders.ts';
