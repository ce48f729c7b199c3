/** One thing that takes bytes from outside. */
export interface Target {
  readonly name: string;
  /** Right inputs, from which wrong ones are made. */
  readonly seeds: readonly Uint8Array[];
  /** Throws where the input does what no input may. What an input is refused with by name is no such thing. */
  readonly run: (input: Uint8Array) => void | Promise<void>;
}

/** Runs what may refuse: only the error classes given, by name, are a refusal. */
export async function unlessRefused<T>(
  work: () => T | Promise<T>,
  ...names: readonly string[]
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && names.includes(error.name)) return undefined;
    throw error;
  }
}

export class Defect extends Error {
  override readonly name = 'Defect';
}
