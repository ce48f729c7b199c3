import { clamp01, createNoise3, type Noise3 } from '../noise.ts';
import { ellipsoid, paired, rod, type Shape, smoothMax, type Triple, union } from './shapes.ts';

/**
 * What is known of a point of the head. Every field is smooth enough to be interpolated between nodes 2 mm apart;
 * what is sharper than that (a sulcus, the falx) is stored as a signed distance and cut at full resolution.
 */
export const Field = {
  skin: 0,
  /** Inside of the skull: brain, CSF and their membranes. */
  cavity: 1,
  /** Surface of the brain without its sulci. */
  brain: 2,
  /** Zero on the middle of a sulcus. */
  sulcus: 3,
  /** Positive below the reach of the sulci. */
  sulcusFloor: 4,
  /** Signed distance from the midline sheet. */
  midline: 5,
  /** Positive where the midline sheet holds no fissure (callosum, brain stem). */
  midlineEnd: 6,
  deepGrey: 7,
  fluid: 8,
  muscle: 9,
  bone: 10,
  /** 0 spongy, 1 as dense as the petrous bone. */
  density: 11,
  air: 12,
  lesion: 13,
  /** 0..1, oedema around the lesion. */
  oedema: 14,
  /** Small additions to attenuation, in HU: vessels, calcifications, texture. */
  extra: 15,
} as const;

export const FIELD_COUNT = 16;

export interface Lesion {
  readonly centre: Triple;
  readonly radiusMm: number;
  readonly oedemaMm: number;
}

export interface HeadOptions {
  readonly seed: number;
  readonly lesion?: Lesion;
  /** Factor on the ventricles' size; 1 is middle-aged. */
  readonly ventricles: number;
}

export interface Head {
  /** Writes the fields of one point from `at` on; false when it is well outside the skin and nothing was written. */
  sample(x: number, y: number, z: number, out: Float32Array, at: number): boolean;
}

const spongyWall = 6.3;

export function createHead(options: HeadOptions): Head {
  const broad = createNoise3(options.seed);
  const fold = createNoise3(options.seed + 1);
  const fine = createNoise3(options.seed + 2);
  const base = skullBase();
  const fluids = fluidSpaces(options.ventricles);
  const stem = brainStem();
  const lesion = lesionFields(options.lesion, broad);

  return {
    sample(x, y, z, out, at) {
      const skin = skinDistance(x, y, z);
      if (skin < -6) return false;
      const wobble = broad(x / 34, y / 34, z / 34);
      const cavity = cavityDistance(x, y, z) + wobble * 1.4;
      out[at + Field.skin] = skin + wobble * 1.2 + face(x, y, z);
      out[at + Field.cavity] = cavity;
      if (cavity > -2) {
        brainFields(x, y, z, cavity, wobble, fold, out, at);
        out[at + Field.deepGrey] = deepGrey(x, y, z);
        const cistern = z > BASE_TOP ? -9 : Math.min(fluids.cisterns(x, y, z), -stem(x, y, z));
        out[at + Field.fluid] = Math.max(fluids.ventricles(x, y, z), cistern);
        out[at + Field.lesion] = lesion.core(x, y, z);
        out[at + Field.oedema] = lesion.oedema(x, y, z);
        out[at + Field.extra] = attenuationExtras(x, y, z, cavity) + fine(x / 7, y / 7, z / 7) * 1.3;
      } else {
        out[at + Field.brain] = -9;
        out[at + Field.sulcus] = 9;
        out[at + Field.sulcusFloor] = 9;
        out[at + Field.midline] = 9;
        out[at + Field.midlineEnd] = 9;
        out[at + Field.deepGrey] = -9;
        out[at + Field.fluid] = z > BASE_TOP ? -9 : orbitFluid(x, y, z);
        out[at + Field.lesion] = -9;
        out[at + Field.oedema] = 0;
        out[at + Field.extra] = fine(x / 5, y / 5, z / 5) * 14;
      }
      boneFields(x, y, z, cavity, base, fine, out, at);
      out[at + Field.muscle] = z > BASE_TOP ? -9 : muscles(x, y, z) + fine(x / 9, y / 9, z / 9) * 1.6;
      return true;
    },
  };
}

/** The outline above the face: an ellipsoid that keeps its width below the brow. */
const skinDistance = (x: number, y: number, z: number): number => scalp(x, y, z < 0 ? z * 0.55 : z);
const scalp = wideEllipsoid([0, 2.5, 0], [78, 95.5, 88]);
const nose = ellipsoid([0, -99, -66], [13, 15, 25]);
const ears = paired(ellipsoid([79, 14, -44], [4, 15, 26], -28));

function face(x: number, y: number, z: number): number {
  const own = skinDistance(x, y, z);
  return smoothMax(own, Math.max(nose(x, y, z), ears(x, y, z)), 5) - own;
}

/** Like `ellipsoid`, but known at any distance: the outlines that everything else is measured from. */
function wideEllipsoid(centre: Triple, radii: Triple): Shape {
  const [cx, cy, cz] = centre;
  const [rx, ry, rz] = radii;
  return (x, y, z) => {
    const a = (x - cx) / rx;
    const b = (y - cy) / ry;
    const d = (z - cz) / rz;
    const k0 = Math.sqrt(a * a + b * b + d * d);
    if (k0 < 0.05) return Math.min(rx, ry, rz);
    const k1 = Math.sqrt((a * a) / (rx * rx) + (b * b) / (ry * ry) + (d * d) / (rz * rz));
    return (k0 * (1 - k0)) / k1;
  };
}

const cranium = wideEllipsoid([0, 3, 0], [67.5, 84, 77]);
const middleFossae = paired(wideEllipsoid([37, -12, -32], [25, 33, 24]));
const posteriorFossa = wideEllipsoid([0, 42, -38], [54, 40, 36]);

const petrous = paired(rod([13, -2, -49], [60, 27, -42], 6.5, 12));

function cavityDistance(x: number, y: number, z: number): number {
  // The floor: the orbital roofs in front, higher over each eye, then the sella, then open to the posterior fossa.
  const eye = (Math.abs(x) - 29) / 15;
  const roof = 6 / (1 + eye * eye) - 0.16 * (y + 62);
  const floor =
    -27 + roof * clamp01((-28 - y) / 18) - 3 * clamp01((y + 45) / 20) - 30 * clamp01((y - 4) / 22);
  const upper = Math.min(cranium(x, y, z < 0 ? z * 0.72 : z), z - floor);
  if (z > 0) return upper;
  const lower = Math.max(middleFossae(x, y, z), posteriorFossa(x, y, z));
  return Math.min(smoothMax(upper, lower, 7 * clamp01(-z / 12) + 0.01), -petrous(x, y, z));
}

const cerebellum = ellipsoid([0, 44, -40], [52, 37, 26]);

function brainFields(
  x: number,
  y: number,
  z: number,
  cavity: number,
  wobble: number,
  fold: Noise3,
  out: Float32Array,
  at: number,
): void {
  // Sulci run square to the surface: the pattern is taken where the ray from the centre meets it.
  const [px, py, pz] = [x / 67, (y - 3) / 84, z / 77];
  const pull = 0.84 / (Math.sqrt(px * px + py * py + pz * pz) + 0.15) + 0.16;
  const [sx, sy, sz] = [x * pull, y * pull, z * pull];
  const bend = fold(sx / 27 + 9, sy / 27, sz / 27);
  const twist = fold(sx / 11 + 3.7, sy / 11, sz / 11);
  const phase = (sy * 0.8 + Math.abs(sx) * 0.45 + sz * 0.35 + 20 * bend + 6 * twist) / 4.8;
  const inCerebellum = cerebellum(x, y, z) > -1.5;
  // The cerebellum has folia instead: finer, and stacked from above to below.
  const folia = (z * 0.9 + y * 0.45 + 5 * bend + 2 * twist) / 1.7;
  out[at + Field.sulcus] = Math.asin(Math.sin(inCerebellum ? folia : phase)) * (inCerebellum ? 5.5 : 4.4);
  // No sulci at the core of the base, where the cisterns and the brain stem are.
  const core = z < 0 ? 26 - Math.hypot(x, (y - 4) * 0.7) : -9;
  out[at + Field.sulcusFloor] = Math.max(core, cavity - (inCerebellum ? 15 : 13 + wobble * 5 + bend * 6));
  // The tentorium parts the occipital lobes from the cerebellum.
  const tentorium = y > 8 && Math.abs(x) < 60 ? Math.abs(cerebellum(x, y, z)) - 0.5 : 9;
  out[at + Field.brain] = Math.min(cavity - 1.7 - Math.max(0, wobble) * 1.6, tentorium);
  out[at + Field.midline] = x + wobble * 1.1;
  const ring = Math.sqrt(((y - 4) / 42) ** 2 + ((z - 2) / 27) ** 2);
  out[at + Field.midlineEnd] = inCerebellum || z < -24 ? 6 : (1 - ring) * 26;
}

const thalami = paired(ellipsoid([11.5, 9, 3], [8.5, 14, 9], -20));
const caudates = paired(ellipsoid([12.5, -19, 9], [4.6, 9, 9], -14));
const lentiform = paired(ellipsoid([24, -5, 2], [6.5, 17, 10], -17));
const dentate = paired(ellipsoid([13, 44, -40], [4, 7, 4], -25));
const deepGrey = union(thalami, caudates, lentiform, dentate);

function brainStem(): Shape {
  return union(
    ellipsoid([0, 14, -42], [14.5, 12, 15]),
    ellipsoid([0, 13, -20], [14, 11, 12]),
    paired(rod([20, 30, -42], [9, 18, -42], 7)),
    ellipsoid([0, 19, -66], [9, 8, 22]),
  );
}

function fluidSpaces(size: number): { ventricles: Shape; cisterns: Shape } {
  const wide = Math.sqrt(size);
  const horn = paired(ellipsoid([7.5, -23, 11], [4.2 * size, 14, 8], -16));
  const body = paired(ellipsoid([9, 4, 19], [5.4 * size, 24, 6.5], 9));
  const atrium = paired(ellipsoid([20, 29, 10], [6 * wide, 13, 11], 28));
  const occipital = paired(ellipsoid([24, 47, 5], [3.6 * wide, 13, 5], -4));
  const temporal = paired(ellipsoid([33, 6, -17], [2.6 * wide, 18, 3.2], -18));
  const third = ellipsoid([0, 3, 1], [2.3 * size, 13, 9]);
  const fourth = ellipsoid([0, 30, -38], [8, 4.5, 9]);
  const sylvian = paired(
    union(ellipsoid([49, -12, -3], [14, 1.35, 14], -14, 34), ellipsoid([38.5, -6, 2], [1.4, 18, 13], -9)),
  );
  return {
    ventricles: union(horn, body, atrium, occipital, temporal, third, fourth, sylvian),
    cisterns: union(
      ellipsoid([0, -12, -27], [11, 7.5, 5]),
      ellipsoid([0, 16, -21], [20, 15, 9]),
      ellipsoid([0, 27, -9], [11, 6, 7]),
      ellipsoid([0, 6, -46], [21, 12, 17]),
      ellipsoid([0, 72, -58], [13, 9, 12]),
      ellipsoid([0, 19, -66], [14, 12, 22]),
    ),
  };
}

const choroid = paired(rod([19, 31, 10], [22, 25, 6], 2.4));
const pineal = ellipsoid([0, 25, 1], [2.4, 3, 2.4]);
const sagittalSinus = rod([0, 84, -10], [0, 70, 47], 4);
const transverseSinus = paired(rod([8, 80, -22], [54, 48, -26], 3.6));
const vessels = union(
  rod([0, 2, -46], [0, -2, -28], 2.2),
  paired(rod([7, -13, -25], [38, -13, -12], 1.9)),
  rod([0, -20, -22], [0, -38, 6], 1.5),
);

function attenuationExtras(x: number, y: number, z: number, cavity: number): number {
  let extra = 150 * clamp01(choroid(x, y, z) / 2) + 120 * clamp01(pineal(x, y, z) / 2);
  extra += 22 * clamp01(vessels(x, y, z) / 1.5 + 0.3);
  if (cavity < 14)
    extra += 24 * clamp01(Math.max(sagittalSinus(x, y, z), transverseSinus(x, y, z)) / 1.5 + 0.4);
  return extra;
}

function lesionFields(lesion: Lesion | undefined, noise: Noise3): { core: Shape; oedema: Shape } {
  if (lesion === undefined) return { core: () => -9, oedema: () => 0 };
  const [cx, cy, cz] = lesion.centre;
  const r = lesion.radiusMm;
  const body = wideEllipsoid(lesion.centre, [r, r * 1.12, r * 0.95]);
  return {
    core: (x, y, z) => {
      const d = body(x, y, z);
      return d < -12 ? -9 : d + noise((x - cx) / 9, (y - cy) / 9, (z - cz) / 9) * 2.2;
    },
    oedema: (x, y, z) => {
      const d = body(x, y, z);
      if (d < -lesion.oedemaMm * 1.5) return 0;
      return clamp01((d + lesion.oedemaMm + noise(x / 16, y / 16, z / 16) * 6) / 5);
    },
  };
}

const globes = paired(ellipsoid([32, -74, -46], [12.2, 12.2, 12.2]));
const orbitFluid = globes;

const muscles = union(
  (x, y, z) => 0.9 - Math.abs(globes(x, y, z)),
  paired(ellipsoid([64, -34, -34], [8.5, 29, 40], 14)),
  paired(rod([30, -62, -46], [13, -40, -43], 2.1)),
  paired(rod([20, -68, -46], [13, -42, -44], 2.3)),
  paired(rod([44, -68, -46], [18, -42, -44], 2.1)),
  paired(ellipsoid([32, -83.5, -46], [4.6, 2, 4.6])),
  paired(ellipsoid([24, 84, -70], [22, 13, 24])),
  ellipsoid([0, -93, -68], [11, 10, 30]),
  paired(ellipsoid([43, -24, -66], [19, 20, 17], 20)),
  paired(ellipsoid([21, -24, -68], [9, 15, 20], 20)),
  paired(ellipsoid([58, 60, -64], [13, 24, 22], -45)),
);

interface SkullBase {
  readonly orbits: Shape;
  readonly dense: Shape;
  readonly spongy: Shape;
  readonly sinuses: Shape;
  readonly ethmoid: Shape;
  readonly mastoid: Shape;
}

function skullBase(): SkullBase {
  return {
    orbits: paired(ellipsoid([30, -64, -46], [17, 29, 20.5], 26)),
    dense: union(
      petrous,
      paired(rod([6, -36, -27], [47, -43, -26], 2.4)),
      ellipsoid([0, 82, -24], [9, 7, 8]),
    ),
    spongy: union(
      ellipsoid([0, -14, -48], [17, 14, 15]),
      paired(ellipsoid([58, 33, -52], [12, 19, 24])),
      paired(ellipsoid([50, -68, -46], [4, 11, 17], -35)),
      ellipsoid([0, -83, -23], [27, 7, 8]),
    ),
    sinuses: union(
      paired(ellipsoid([8, -33, -50], [6.8, 12, 10])),
      paired(ellipsoid([13, -83, -22], [9, 5, 9], 14)),
      paired(rod([51, 19, -47], [84, 22, -50], 3.2)),
    ),
    ethmoid: ellipsoid([0, -62, -48], [12.5, 23, 18]),
    mastoid: paired(ellipsoid([59, 32, -53], [9.5, 16, 19])),
  };
}

/** Above this height, in mm, there is nothing but brain, vault and scalp. */
const BASE_TOP = 10;

function boneFields(
  x: number,
  y: number,
  z: number,
  cavity: number,
  base: SkullBase,
  fine: Noise3,
  out: Float32Array,
  at: number,
): void {
  if (z > BASE_TOP) {
    const wall = spongyWall + 1.6 * clamp01((Math.abs(y) - 62) / 20);
    out[at + Field.bone] = Math.min(-cavity, cavity + wall);
    out[at + Field.density] = 0;
    out[at + Field.air] = -3;
    return;
  }
  // The wall of the vault: thin at the temples and over the orbits, thick at the forehead and the occiput.
  const temple = clamp01((Math.abs(x) - 48) / 16) * clamp01((8 - z) / 20);
  const floor = clamp01((-12 - z) / 8) * clamp01((cranium(x, y, z * 0.72) - 1) / 5) * clamp01((30 - y) / 25);
  const wall =
    spongyWall - 2.9 * temple - 4.2 * floor * (1 - temple) + 1.6 * clamp01((Math.abs(y) - 62) / 20);
  const orbit = base.orbits(x, y, z);
  let bone = Math.min(-cavity, cavity + wall);
  bone = Math.max(bone, y > -79 ? Math.min(-orbit, orbit + 1.9) : -9);
  const dense = base.dense(x, y, z);
  const ethmoid = base.ethmoid(x, y, z);
  const mastoid = base.mastoid(x, y, z);
  bone = Math.max(bone, dense, base.spongy(x, y, z), Math.min(ethmoid + 1.8, 1.2 - ethmoid));
  out[at + Field.bone] = Math.min(bone, -orbit, -cavity + 0.2);
  out[at + Field.density] = clamp01(dense / 3 + 0.4);
  // Cells: a septum wherever the noise passes through zero.
  const cells = Math.max(Math.min(ethmoid + 0.5, 4), Math.min(mastoid, 4));
  const septum = Math.abs(fine(x / 4.4, y / 5.5, z / 6)) * 7 - 1.2;
  out[at + Field.air] = Math.max(base.sinuses(x, y, z), cells > 0 ? Math.min(cells, septum) : -3);
}
