import type { FieldLayout, TableLayout } from './flatbuffer.js';

/** The metadata of Arrow IPC, as Message.fbs and Schema.fbs of its format have it; fields in order. */

const byte: FieldLayout = { bytes: 1 };
const short: FieldLayout = { bytes: 2 };
const int: FieldLayout = { bytes: 4 };
const long: FieldLayout = { bytes: 8 };
const string: FieldLayout = { vectorOf: 1 };

const scalars = (...fields: FieldLayout[]): TableLayout => ({ fields: () => fields });
const keyValue = scalars(string, string);
const keyValues: FieldLayout = { vectorOfTables: keyValue };

/** By the value of the union `Type`; the empty ones have no fields that refer to anything. */
const TYPES: Record<number, TableLayout> = {
  2: scalars(int, byte),
  3: scalars(short),
  7: scalars(int, int, int),
  8: scalars(short),
  9: scalars(short, int),
  10: scalars(short, string),
  11: scalars(short),
  14: scalars(short, { vectorOf: 4 }),
  15: scalars(int),
  16: scalars(int),
  17: scalars(byte),
  18: scalars(short),
};

const dictionaryEncoding: TableLayout = {
  fields: () => [long, { table: TYPES[2] }, byte, short],
};
const field: TableLayout = {
  fields: () => [
    string,
    byte,
    byte,
    { union: TYPES },
    { table: dictionaryEncoding },
    { vectorOfTables: field },
    keyValues,
  ],
};
const schema: TableLayout = { fields: () => [short, { vectorOfTables: field }, keyValues, { vectorOf: 8 }] };
const recordBatch: TableLayout = {
  fields: () => [long, { vectorOf: 16 }, { vectorOf: 16 }, { table: scalars(byte, byte) }, { vectorOf: 8 }],
};
const dictionaryBatch: TableLayout = { fields: () => [long, { table: recordBatch }, byte] };

export const ARROW_MESSAGE: TableLayout = {
  fields: () => [
    short,
    byte,
    { union: { 1: schema, 2: dictionaryBatch, 3: recordBatch } },
    { ...long, name: 'bodyLength' },
    keyValues,
  ],
};
