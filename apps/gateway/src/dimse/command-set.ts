/** Command sets of PS3.7 annex E: group 0000, implicit VR little endian, always. */

const numbers = {
  CommandField: 0x0100,
  MessageID: 0x0110,
  MessageIDBeingRespondedTo: 0x0120,
  Priority: 0x0700,
  CommandDataSetType: 0x0800,
  Status: 0x0900,
  NumberOfRemainingSuboperations: 0x1020,
  NumberOfCompletedSuboperations: 0x1021,
  NumberOfFailedSuboperations: 0x1022,
  NumberOfWarningSuboperations: 0x1023,
  MoveOriginatorMessageID: 0x1031,
} as const;

const texts = {
  AffectedSOPClassUID: 0x0002,
  MoveDestination: 0x0600,
  ErrorComment: 0x0902,
  AffectedSOPInstanceUID: 0x1000,
  MoveOriginatorApplicationEntityTitle: 0x1030,
} as const;

export type CommandSet = {
  readonly [name in keyof typeof numbers]?: number;
} & { readonly [name in keyof typeof texts]?: string };

/** PS3.7 E.1: the values of Command Field that this door knows. */
export const CommandField = {
  StoreRequest: 0x0001,
  StoreResponse: 0x8001,
  GetRequest: 0x0010,
  FindRequest: 0x0020,
  MoveRequest: 0x0021,
  EchoRequest: 0x0030,
  CancelRequest: 0x0fff,
} as const;

const RESPONSE = 0x8000;
export const responseTo = (commandField: number): number => commandField | RESPONSE;
export const isResponse = (commandField: number): boolean => (commandField & RESPONSE) !== 0;

const NO_DATA_SET = 0x0101;
const DATA_SET = 0x0102;

/** Not what PS3.7 has for a command: the association cannot go on. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

type Field =
  | { readonly name: keyof typeof numbers; readonly kind: 'number' }
  | { readonly name: keyof typeof texts; readonly kind: 'text' };

/** By element number, ascending: the order in which they are written. */
const fields: ReadonlyMap<number, Field> = new Map(
  [
    ...namesOf(numbers).map((name): [number, Field] => [numbers[name], { name, kind: 'number' }]),
    ...namesOf(texts).map((name): [number, Field] => [texts[name], { name, kind: 'text' }]),
  ].sort(([a], [b]) => a - b),
);

/** Elements that mean nothing here are passed over. Throws CommandError. */
export function decodeCommand(bytes: Buffer): CommandSet {
  const command: Record<string, number | string> = {};
  let at = 0;
  while (at < bytes.length) {
    if (bytes.length - at < 8 || bytes.readUInt16LE(at) !== 0) throw new CommandError('no command element');
    const length = bytes.readUInt32LE(at + 4);
    const end = at + 8 + length;
    if (end > bytes.length) throw new CommandError('an element is cut');
    const field = fields.get(bytes.readUInt16LE(at + 2));
    const value = bytes.subarray(at + 8, end);
    if (field?.kind === 'number') {
      if (length !== 2) throw new CommandError('a number of another size');
      command[field.name] = value.readUInt16LE(0);
    } else if (field) command[field.name] = value.toString('latin1').replaceAll(/^[ \0]+|[ \0]+$/g, '');
    at = end;
  }
  if (command['CommandField'] === undefined) throw new CommandError('no command field');
  return command as CommandSet; // the tables say which name is of which type
}

export const hasDataSet = ({ CommandDataSetType = NO_DATA_SET }: CommandSet): boolean =>
  CommandDataSetType !== NO_DATA_SET;

/** With its group length, and with what it says of a data set as given. */
export function encodeCommand(command: CommandSet, withDataSet: boolean): Buffer {
  const all: CommandSet = { ...command, CommandDataSetType: withDataSet ? DATA_SET : NO_DATA_SET };
  const elements: Buffer[] = [];
  for (const [element, { name, kind }] of fields) {
    const value = all[name];
    if (value === undefined) continue;
    elements.push(
      elementOf(element, kind === 'number' ? uint16(Number(value)) : padded(name, String(value))),
    );
  }
  const body = Buffer.concat(elements);
  const groupLength = Buffer.alloc(4);
  groupLength.writeUInt32LE(body.length);
  return Buffer.concat([elementOf(0x0000, groupLength), body]);
}

function elementOf(element: number, value: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16LE(element, 2);
  header.writeUInt32LE(value.length, 4);
  return Buffer.concat([header, value]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value & 0xffff);
  return bytes;
}

function padded(name: string, text: string): Buffer {
  const padding = name.endsWith('UID') ? '\0' : ' ';
  return Buffer.from(text.length % 2 === 0 ? text : text + padding, 'latin1');
}

function namesOf<T extends object>(table: T): (keyof T & string)[] {
  return Object.keys(table) as (keyof T & string)[]; // the tables are literals: they have no other keys
}
