/**
 * A heart in the apical four-chamber view, in mm: u across (positive to the right of the image, the left heart),
 * v the depth below the transducer. Everything moves with the phase of the beat, 0..1 from the R wave on.
 */
export interface Beat {
  /** 0 relaxed, 1 fully contracted. */
  readonly contraction: number;
  /** 0 closed, 1 open: the valves between atria and ventricles. */
  readonly inflow: number;
  /** Velocity of blood towards the transducer at the mitral valve, -1..1. */
  readonly velocity: number;
}

export function beatAt(phase: number): Beat {
  const systole = phase < 0.42 ? Math.sin((phase / 0.42) * Math.PI) ** 1.4 : 0;
  const early = bump(phase, 0.55, 0.1);
  const late = bump(phase, 0.86, 0.07);
  return {
    contraction: systole,
    inflow: Math.min(1, early + 0.75 * late),
    velocity: early + 0.65 * late - 0.75 * (phase < 0.42 ? systole : 0),
  };
}

const bump = (phase: number, at: number, width: number): number => Math.exp(-(((phase - at) / width) ** 2));

export const Echo = { blood: 0, muscle: 1, bright: 2, tissue: 3 } as const;
export type Echo = (typeof Echo)[keyof typeof Echo];

interface Chamber {
  readonly u: number;
  readonly v: number;
  readonly ru: number;
  readonly rv: number;
  readonly wall: number;
}

/** Returns a function that says what reflects the sound at a place, at this moment of the beat. */
export function createEchoMap(beat: Beat): (u: number, v: number) => Echo {
  const c = beat.contraction;
  const plane = 95 - 9 * c;
  const ventricle = 1 - 0.26 * c;
  const atrium = 0.84 + 0.2 * c;
  const chambers: readonly Chamber[] = [
    { u: 13, v: 63 + 2 * c, ru: 19 * ventricle, rv: 34 * (1 - 0.12 * c), wall: 9 + 3.5 * c },
    { u: -21, v: 69 + c, ru: 13.5 * ventricle, rv: 28 * (1 - 0.12 * c), wall: 5 + c },
    { u: 17, v: plane + 19, ru: 19 * atrium, rv: 18 * atrium, wall: 3 },
    { u: -20, v: plane + 18, ru: 17 * atrium, rv: 17 * atrium, wall: 3 },
  ];
  return (u, v) => {
    if (isLeaflet(u, v, 16, 17, plane, beat.inflow) || isLeaflet(u, v, -20, 14, plane - 4, beat.inflow))
      return Echo.bright;
    let wall = -99;
    let inBlood = false;
    for (const { u: cu, v: cv, ru, rv, wall: thickness } of chambers) {
      const a = (u - cu) / ru;
      const b = (v - cv) / rv;
      const radius = Math.sqrt(a * a + b * b);
      if (radius < 1) inBlood = true;
      wall = Math.max(wall, thickness - (radius - 1) * Math.min(ru, rv));
    }
    // The ring of each valve is open blood from the atrium to the ventricle.
    if (inBlood || (Math.abs(v - plane) < 9 && isOrifice(u))) return Echo.blood;
    if (wall < 0) return Echo.tissue;
    return wall < 1.3 ? Echo.bright : Echo.muscle;
  };
}

const isOrifice = (u: number): boolean => Math.abs(u - 15) < 13 || Math.abs(u + 20) < 10;

/** Two leaflets hinged at the ring; open, they hang into the ventricle. */
function isLeaflet(u: number, v: number, centre: number, half: number, plane: number, open: number): boolean {
  const from = (half - Math.abs(u - centre)) / half; // 0 at the hinge, 1 in the middle
  if (from < 0) return false;
  const angle = 0.35 + open * 1.15;
  const alongMax = Math.cos(angle) / Math.cos(0.35);
  if (from > alongMax) return false;
  const height = Math.tan(angle) * from * half * (open > 0.3 ? 0.75 : 0.5);
  return Math.abs(v - (plane - height)) < 1.1 + from * 0.3 + Math.tan(angle) * 0.35;
}
