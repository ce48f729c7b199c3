import type { DisplayTable, Picture } from './picture.ts';
import type { PaintRequest } from './rasterize.ts';
import { INNER_WEIGHT } from './sampling.ts';

/** Paints off screen; `undefined` when it cannot (context lost, picture larger than a texture). */
export interface GlRenderer {
  /** The result must be drawn from at once: it is valid until the browser's next frame or the next paint. */
  paint(request: PaintRequest): OffscreenCanvas | undefined;
}

const VERTEX = `#version 300 es
void main() {
  gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0);
}`;

/** rasterize.ts, pixel for pixel: look up the two axis entries, add integers, divide once. */
const fragment = (color: boolean) => `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
precision highp isampler2D;
precision highp usampler2D;
uniform ${color ? 'sampler2D' : 'usampler2D'} picture;
uniform sampler2D displayTable;
uniform isampler2D across;
uniform isampler2D down;
uniform bool swapped;
uniform bool inverted;
uniform int height;
out vec4 shown;

uvec3 valueAt(ivec2 at) {
  ${
    color
      ? 'return uvec3(texelFetch(picture, at, 0).rgb * 255.0 + 0.5);'
      : `uint bits = texelFetch(picture, at, 0).r;
  return uvec3(uint(texelFetch(displayTable, ivec2(int(bits & 255u), int(bits >> 8)), 0).r * 255.0 + 0.5));`
  }
}

int weightAt(ivec4 entry, int at) {
  return at == 0 ? entry.z : at == entry.y - 1 ? entry.w : ${INNER_WEIGHT};
}

void main() {
  ivec4 x = texelFetch(across, ivec2(int(gl_FragCoord.x), 0), 0);
  ivec4 y = texelFetch(down, ivec2(height - 1 - int(gl_FragCoord.y), 0), 0);
  shown = vec4(0.0, 0.0, 0.0, 1.0);
  if (x.y == 0 || y.y == 0) return;
  uvec3 sum = uvec3(0u);
  uint total = 0u;
  for (int j = 0; j < y.y; j++) {
    int wy = weightAt(y, j);
    for (int i = 0; i < x.y; i++) {
      uint w = uint(wy * weightAt(x, i));
      sum += w * valueAt(swapped ? ivec2(y.x + j, x.x + i) : ivec2(x.x + i, y.x + j));
      total += w;
    }
  }
  uvec3 value = (sum + (total >> 1)) / total;
  shown.rgb = vec3(inverted ? 255u - value : value) / 255.0;
}`;

/** Textures of pictures kept on the GPU: enough for every viewport of the largest layout. */
const KEPT_TEXTURES = 4;

/** What programs that compute WebGL on the CPU call themselves. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/**
 * One WebGL2 context for all viewports. Undefined where WebGL2 is missing, and where it is only computed by the CPU, which
 * rasterize.ts does several times faster. `onChange` is called when the context is lost and when it is usable again.
 */
export function createGlRenderer(onChange: () => void): GlRenderer | undefined {
  const canvas = new OffscreenCanvas(1, 1);
  const gl = canvas.getContext('webgl2', {
    alpha: false,
    antialias: false,
    depth: false,
    stencil: false,
    failIfMajorPerformanceCaveat: true,
  });
  if (!gl || SOFTWARE.test(rendererName(gl))) return undefined;
  let scene: Scene | undefined = createScene(gl);
  if (!scene) return undefined;
  canvas.addEventListener('webglcontextlost', (event) => {
    event.preventDefault(); // asks the browser to restore it
    scene = undefined;
    onChange();
  });
  canvas.addEventListener('webglcontextrestored', () => {
    scene = createScene(gl);
    onChange();
  });
  return {
    paint(request) {
      if (!scene || gl.isContextLost()) return undefined;
      const { picture, width, height } = request;
      const limit = scene.maxTextureSize;
      if (Math.max(picture.columns, picture.rows, width, height) > limit) return undefined;
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
      scene.draw(request);
      return gl.isContextLost() ? undefined : canvas;
    },
  };
}

function rendererName(gl: WebGL2RenderingContext): string {
  const unmasked = gl.getExtension('WEBGL_debug_renderer_info')?.UNMASKED_RENDERER_WEBGL;
  return String(gl.getParameter(unmasked ?? gl.RENDERER));
}

interface Scene {
  readonly maxTextureSize: number;
  draw(request: PaintRequest): void;
}

/** Programs and textures of one life of the context; undefined when the shaders do not compile here. */
function createScene(gl: WebGL2RenderingContext): Scene | undefined {
  const stored = createProgram(gl, fragment(false));
  const color = createProgram(gl, fragment(true));
  if (!stored || !color) return undefined;
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  const pictures = createTextureCache<Picture>(gl, KEPT_TEXTURES, (picture) => uploadPicture(gl, picture));
  const tables = createTextureCache<DisplayTable>(gl, KEPT_TEXTURES, (table) => {
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, 256, table.length / 256, 0, gl.RED, gl.UNSIGNED_BYTE, table);
  });
  const axes = createTextureCache<Int32Array>(gl, KEPT_TEXTURES * 2, (axis) => {
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32I, axis.length / 4, 1, 0, gl.RGBA_INTEGER, gl.INT, axis);
  });
  return {
    maxTextureSize: gl.getParameter(gl.MAX_TEXTURE_SIZE) as number, // WebGL types getParameter as any
    draw({ width, height, picture, table, sampling, invert }) {
      const { program, uniform } = picture.kind === 'color' ? color : stored;
      gl.useProgram(program);
      gl.uniform1i(uniform.picture, pictures.bind(0, picture));
      if (table) gl.uniform1i(uniform.displayTable, tables.bind(1, table));
      gl.uniform1i(uniform.across, axes.bind(2, sampling.across));
      gl.uniform1i(uniform.down, axes.bind(3, sampling.down));
      gl.uniform1i(uniform.swapped, sampling.swapped ? 1 : 0);
      gl.uniform1i(uniform.inverted, invert ? 1 : 0);
      gl.uniform1i(uniform.height, height);
      gl.viewport(0, 0, width, height);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
    },
  };
}

function uploadPicture(gl: WebGL2RenderingContext, picture: Picture): void {
  const { columns, rows } = picture;
  if (picture.kind === 'color') {
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, columns, rows, 0, gl.RGBA, gl.UNSIGNED_BYTE, picture.rgba);
  } else if (picture.bits instanceof Uint8Array) {
    const { bits } = picture;
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8UI, columns, rows, 0, gl.RED_INTEGER, gl.UNSIGNED_BYTE, bits);
  } else {
    const { bits } = picture;
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R16UI, columns, rows, 0, gl.RED_INTEGER, gl.UNSIGNED_SHORT, bits);
  }
}

interface TextureCache<T> {
  /** Binds the texture of a source to a unit, uploading it if it is not there; returns the unit. */
  bind(unit: number, source: T): number;
}

function createTextureCache<T extends object>(
  gl: WebGL2RenderingContext,
  size: number,
  upload: (source: T) => void,
): TextureCache<T> {
  const textures = new Map<T, WebGLTexture>();
  return {
    bind(unit, source) {
      const known = textures.get(source);
      const oldest = textures.size >= size ? textures.entries().next().value : undefined;
      const texture = known ?? oldest?.[1] ?? gl.createTexture();
      textures.delete(known || !oldest ? source : oldest[0]);
      textures.set(source, texture); // last in the map: most recently used
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, texture);
      if (!known) {
        gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
        gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
        gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
        gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
        upload(source);
      }
      return unit;
    },
  };
}

interface Program {
  readonly program: WebGLProgram;
  readonly uniform: Record<
    'picture' | 'displayTable' | 'across' | 'down' | 'swapped' | 'inverted' | 'height',
    WebGLUniformLocation | null
  >;
}

function createProgram(gl: WebGL2RenderingContext, fragmentSource: string): Program | undefined {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, fragmentSource],
  ] as const) {
    const shader = gl.createShader(type);
    if (!shader) return undefined;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) return undefined;
  const at = (name: string) => gl.getUniformLocation(program, name);
  return {
    program,
    uniform: {
      picture: at('picture'),
      displayTable: at('displayTable'),
      across: at('across'),
      down: at('down'),
      swapped: at('swapped'),
      inverted: at('inverted'),
      height: at('height'),
    },
  };
}
