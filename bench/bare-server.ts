/**
 * The limit that the gateway is held against: a bare Node HTTP server with one body in memory, and a page that does
 * nothing but fetch that body and draw it. Started as a process of its own, so that it has a core to itself like the
 * gateway has. Prints one JSON line with its address, as `sightline serve` does.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [, , bodyFile] = process.argv;
if (bodyFile === undefined) throw new Error('usage: bare-server.ts <file with the bytes to send>');
const body = readFileSync(bodyFile);

/** Fetches 512x512 signed 16 bit, windows it at 400/40 and puts it on a canvas: the least that any viewer must do. */
const page = `<!doctype html><title>bare</title><canvas width=512 height=512></canvas><script>
fetch('/frame').then(r => r.arrayBuffer()).then(b => {
  const values = new Int16Array(b), image = new ImageData(512, 512), out = new Uint32Array(image.data.buffer);
  for (let i = 0; i < values.length; i++) {
    const v = Math.max(0, Math.min(255, (values[i] + 160) * 255 / 400)) | 0;
    out[i] = 0xff000000 | v << 16 | v << 8 | v;
  }
  document.querySelector('canvas').getContext('2d').putImageData(image, 0, 0);
  requestAnimationFrame(() => performance.mark('drawn'));
});
</script>`;

const server = createServer((request, response) => {
  if (request.url === '/') response.setHeader('content-type', 'text/html').end(page);
  else response.setHeader('content-type', 'application/octet-stream').end(body);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  process.stdout.write(
    `${JSON.stringify({ event: 'listening', url: `http://127.0.0.1:${address.port}` })}\n`,
  );
});
process.on('SIGTERM', () => server.close(() => process.exit(0)));
