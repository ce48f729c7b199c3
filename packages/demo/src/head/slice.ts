import { clamp01, mix } from '../noise.ts';
import { FIELD_COUNT, Field, type Head } from './anatomy.ts';
import type { Triple } from './shapes.ts';

/** Where a slice lies: centre of its first pixel in mm, and the steps in mm from pixel to pixel. */
export interface SlicePlane {
  readonly origin: Triple;
  readonly alongRow: Triple;
  readonly alongColumn: Triple;
  readonly columns: number;
  readonly rows: number;
}

/** The signal of each tissue: HU for CT, brightness for MR. */
export interface Tissues {
  readonly outside: number;
  readonly skin: number;
  readonly fat: number;
  readonly muscle: number;
  readonly compactBone: number;
  readonly denseBone: number;
  readonly marrow: number;
  readonly sinusAir: number;
  readonly fluid: number;
  readonly eye: number;
  readonly dura: number;
  readonly grey: number;
  readonly white: number;
  readonly lesionRim: number;
  readonly lesionCore: number;
  readonly oedema: number;
  /** Signal per HU of `Field.extra`. */
  readonly extra: number;
}

/** Pixels between the nodes at which the anatomy is evaluated. */
export interface SliceOptions {
  readonly nodeStep: number;
  /** Width in mm over which two tissues blend: the resolution of the machine. */
  readonly blurMm: number;
}

/** Returns a function that draws a slice into a reused buffer, row by row. */
export function createSliceRenderer(head: Head, tissues: Tissues, options: SliceOptions) {
  const shade = createShader(tissues, options.blurMm);
  return (plane: SlicePlane, out: Float32Array): void => {
    const nodes = sampleNodes(head, plane, options.nodeStep);
    const line = new Float32Array(FIELD_COUNT * nodes.columns);
    const pixels = Array.from({ length: FIELD_COUNT }, () => new Float32Array(plane.columns));
    for (let row = 0; row < plane.rows; row++) {
      const start = row * plane.columns;
      const at = row / options.nodeStep;
      const reach = nodes.reach(Math.floor(at));
      out.fill(tissues.outside, start, start + plane.columns);
      if (reach === undefined) continue;
      blendRows(nodes, at, reach, line);
      const first = reach.first * options.nodeStep;
      const end = Math.min(plane.columns, reach.last * options.nodeStep);
      for (let field = 0; field < FIELD_COUNT; field++) {
        spread(
          line,
          field * nodes.columns + reach.first,
          options.nodeStep,
          pixels[field] as Float32Array,
          first,
          end,
        ); // one buffer per field
      }
      shade(pixels, first, end, out, start);
    }
  };
}

interface Nodes {
  readonly columns: number;
  readonly values: Float32Array;
  /** The nodes of this row and the next between which there may be something; undefined: nothing. */
  reach(row: number): { readonly first: number; readonly last: number } | undefined;
}

function sampleNodes(head: Head, plane: SlicePlane, step: number): Nodes {
  const columns = Math.ceil(plane.columns / step) + 1;
  const rows = Math.ceil(plane.rows / step) + 1;
  const values = new Float32Array(rows * columns * FIELD_COUNT).fill(-9);
  const firsts = new Int32Array(rows + 1).fill(columns);
  const lasts = new Int32Array(rows + 1).fill(-1);
  const [ox, oy, oz] = plane.origin;
  const [ux, uy, uz] = plane.alongRow;
  const [vx, vy, vz] = plane.alongColumn;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const i = column * step;
      const j = row * step;
      const node = (row * columns + column) * FIELD_COUNT;
      const [x, y, z] = [ox + i * ux + j * vx, oy + i * uy + j * vy, oz + i * uz + j * vz];
      if (!head.sample(x, y, z, values, node)) continue;
      if (column < (firsts[row] ?? 0)) firsts[row] = column;
      lasts[row] = column;
    }
  }
  return {
    columns,
    values,
    reach(row) {
      const first = Math.max(0, Math.min(firsts[row] ?? columns, firsts[row + 1] ?? columns) - 1);
      const last = Math.min(columns - 1, Math.max(lasts[row] ?? -1, lasts[row + 1] ?? -1) + 1);
      return last > first ? { first, last } : undefined;
    },
  };
}

/** Interpolates down a column of nodes, and turns node-major into field-major. */
function blendRows(
  nodes: Nodes,
  at: number,
  reach: { first: number; last: number },
  line: Float32Array,
): void {
  const row = Math.floor(at);
  const t = at - row;
  const { columns, values } = nodes;
  for (let column = reach.first; column <= reach.last; column++) {
    const above = (row * columns + column) * FIELD_COUNT;
    const below = above + columns * FIELD_COUNT;
    for (let field = 0; field < FIELD_COUNT; field++) {
      line[field * columns + column] = mix(values[above + field] ?? 0, values[below + field] ?? 0, t);
    }
  }
}

/** Interpolates along a row of nodes. */
function spread(
  line: Float32Array,
  from: number,
  step: number,
  out: Float32Array,
  first: number,
  end: number,
): void {
  let node = from;
  for (let x = first; x < end; x += step, node++) {
    const a = line[node] ?? 0;
    const slope = ((line[node + 1] ?? 0) - a) / step;
    const stop = Math.min(step, end - x);
    for (let i = 0; i < stop; i++) out[x + i] = a + slope * i;
  }
}

type Shader = (
  fields: readonly Float32Array[],
  first: number,
  end: number,
  out: Float32Array,
  start: number,
) => void;

/** Lays the tissues over each other from the outside in, each with the soft edge of the machine's resolution. */
function createShader(tissues: Tissues, blurMm: number): Shader {
  const sharp = 1 / blurMm;
  const edge = (distance: number): number => clamp01(distance * sharp + 0.5);
  const of = (fields: readonly Float32Array[], field: number): Float32Array => fields[field] as Float32Array; // all FIELD_COUNT exist
  return (fields, first, end, out, start) => {
    const skin = of(fields, Field.skin);
    const cavity = of(fields, Field.cavity);
    const bone = of(fields, Field.bone);
    const air = of(fields, Field.air);
    const density = of(fields, Field.density);
    const extra = of(fields, Field.extra);
    const inside = createBrainShader(tissues, edge, fields);
    const muscle = of(fields, Field.muscle);
    const fluid = of(fields, Field.fluid);
    for (let x = first; x < end; x++) {
      const depth = skin[x] ?? -9;
      const head = edge(depth);
      if (head === 0) continue;
      const inCavity = edge(cavity[x] ?? 0);
      let value = 0;
      if (inCavity < 1) {
        value = mix(tissues.skin, tissues.fat, clamp01((depth - 1.6) * 0.9));
        value = mix(value, tissues.muscle, depth > 2 ? edge(muscle[x] ?? 0) : 0);
        value = mix(value, tissues.eye, edge(fluid[x] ?? 0));
      }
      if (inCavity > 0) value = mix(value, inside(x), inCavity);
      value += (extra[x] ?? 0) * tissues.extra;
      const wall = bone[x] ?? 0;
      if (wall > -blurMm) {
        // Compact on both faces, spongy between, unless it is petrous.
        const core = clamp01((wall - 1.5) * 1.1);
        const inner = mix(
          tissues.marrow + (extra[x] ?? 0) * 6 * tissues.extra,
          tissues.denseBone,
          density[x] ?? 0,
        );
        value = mix(value, mix(tissues.compactBone, inner, core), edge(wall));
      }
      value = mix(value, tissues.sinusAir, edge(air[x] ?? 0));
      out[start + x] = mix(tissues.outside, value, head);
    }
  };
}

const greyMatterMm = 3.1;
const sulcusHalfWidthMm = 0.55;

function createBrainShader(
  tissues: Tissues,
  edge: (distance: number) => number,
  fields: readonly Float32Array[],
): (x: number) => number {
  const of = (field: number): Float32Array => fields[field] as Float32Array; // all FIELD_COUNT exist
  const brain = of(Field.brain);
  const sulcus = of(Field.sulcus);
  const sulcusFloor = of(Field.sulcusFloor);
  const midline = of(Field.midline);
  const midlineEnd = of(Field.midlineEnd);
  const deepGrey = of(Field.deepGrey);
  const fluid = of(Field.fluid);
  const lesion = of(Field.lesion);
  const oedema = of(Field.oedema);
  return (x) => {
    const sheet = Math.abs(midline[x] ?? 9);
    const end = midlineEnd[x] ?? 9;
    const furrow = Math.max(Math.abs(sulcus[x] ?? 9) - sulcusHalfWidthMm, sulcusFloor[x] ?? 9);
    const toFluid = Math.min(brain[x] ?? 0, furrow, Math.max(sheet - 1.3, end));
    const tissue = edge(toFluid);
    let value = tissues.fluid;
    if (tissue > 0) {
      const depth = Math.min(toFluid, 3.6 - (deepGrey[x] ?? -9) * 1.2);
      const white = clamp01((depth - greyMatterMm) * 0.7 + 0.5);
      const whiteValue = mix(tissues.white, tissues.oedema, oedema[x] ?? 0);
      value = mix(tissues.fluid, mix(tissues.grey, whiteValue, white), tissue);
    }
    const inFluid = edge(fluid[x] ?? 0);
    if (inFluid > 0) value = mix(value, tissues.fluid, inFluid);
    const mass = lesion[x] ?? -9;
    if (mass > -1)
      value = mix(value, mix(tissues.lesionRim, tissues.lesionCore, clamp01((mass - 3.2) * 0.5)), edge(mass));
    // The falx: a membrane of less than a millimetre in the midline.
    const falx = Math.min(0.55 - sheet, -end);
    return falx > -1 ? mix(value, tissues.dura, edge(falx) * 0.8) : value;
  };
}
