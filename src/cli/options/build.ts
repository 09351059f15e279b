import { names, number, parseBytes, repeated, wholeNumber } from '../values.js';
import { analysisOptions } from './analysis.js';
import { json } from './common.js';
import { embedCache, vectorsOption } from './inputs.js';
import { FIELDS, INPUT, type OptionSpec, OUTPUT, RESOURCES, STRUCTURE } from './spec.js';

export const buildOptions: OptionSpec[] = [
  { flags: '-o, --output <dir>', description: 'directory of the index (required)', group: OUTPUT },
  { flags: '--force', description: 'replace the index that is there (never anything else)', group: OUTPUT },
  json,
  {
    flags: '--input-format <format>',
    description: 'format of the inputs, where the file name does not say it',
    group: INPUT,
    choices: [
      ...['jsonl', 'tsv', 'csv', 'text', 'trec', 'parquet', 'arrow', 'npy', 'npz', 'hdf5'],
      ...['fvecs', 'bvecs', 'ivecs', 'fbin', 'u8bin', 'i8bin', 'ibin', 'ciff'],
    ],
  },
  vectorsOption('documents'),
  {
    flags: '--embed-command <command>',
    description:
      'make vectors of texts with this command, which reads and writes JSONL (see docs/embedding.md)',
    group: INPUT,
  },
  {
    flags: '--embed-fields <names>',
    description: 'fields whose texts the command is given (default all text fields)',
    group: INPUT,
    parse: names,
  },
  {
    flags: '--embed-field <name>',
    description: 'vector field that becomes of them',
    group: INPUT,
    defaultText: 'embedding',
  },
  embedCache,
  {
    flags: '--id-field <name>',
    description: "field that holds the id (default '_id', then 'id')",
    group: INPUT,
  },
  {
    flags: '--on-error <what>',
    description: 'a bad record: fail and leave nothing behind, or skip and count it',
    group: INPUT,
    choices: ['fail', 'skip'],
    default: 'fail',
  },
  {
    flags: '--max-record <size>',
    description: 'largest record taken',
    group: INPUT,
    parse: parseBytes,
    defaultText: '64MiB',
  },
  {
    flags: '--text <fields>',
    description: 'fields to search as text, comma-separated (default inferred)',
    group: FIELDS,
    parse: names,
  },
  { flags: '--vector <fields>', description: 'fields that hold vectors', group: FIELDS, parse: names },
  {
    flags: '--sparse <fields>',
    description:
      'fields of {"term": weight}, as SPLADE and its kin give them; field:bits=8 rounds the weights (see docs/sparse.md)',
    group: FIELDS,
    parse: names,
  },
  {
    flags: '--keyword <fields>',
    description: 'fields that hold exact values, to filter by',
    group: FIELDS,
    parse: names,
  },
  {
    flags: '--number <fields>',
    description: 'fields that hold numbers, to filter by',
    group: FIELDS,
    parse: names,
  },
  {
    flags: '--store <fields>',
    description: 'fields to keep for retrieval (default all but vectors)',
    group: FIELDS,
    parse: names,
  },
  { flags: '--no-store', description: 'keep no fields', group: FIELDS },
  {
    flags: '--no-positions',
    description: 'text without the positions of its terms: half the size, but no "phrases" and no field:word',
    group: STRUCTURE,
  },
  {
    flags: '--reorder',
    description:
      'put documents that share terms near each other: smaller lists of terms, a longer build (see docs/reordering.md)',
    group: STRUCTURE,
  },
  {
    flags: '--vector-index <[field=]spec>',
    description:
      'structure: hnsw[:M=16,efConstruction=200], ivf[:nlist=1024], flat; +sq8[:dim=…] searches on 8-bit codes, +f32 not; ivf and flat take +sq4, +pq[:m=…] and +rabitq: 4, 2 and 1 bits a component',
    group: STRUCTURE,
    parse: repeated as OptionSpec['parse'],
    repeatable: true,
    defaultText: 'hnsw',
  },
  {
    flags: '--drop-full',
    description:
      'keep no vectors beside codes that lose something: smaller, and answered by the codes alone (see docs/vectors.md)',
    group: STRUCTURE,
  },
  {
    flags: '--metric <[field=]metric>',
    description: 'l2, ip, cosine, or hamming of packed bits (default cosine; l2 for vectors of integers)',
    group: STRUCTURE,
    parse: repeated as OptionSpec['parse'],
    repeatable: true,
  },
  {
    flags: '--target-recall <share>',
    description:
      'share of the true neighbours that searches find unless told otherwise, 0 to 1 (see docs/target-recall.md)',
    group: STRUCTURE,
    parse: number(0, 1),
  },
  {
    flags: '--calibrate',
    description:
      'measure recall as --target-recall does, but leave the defaults: queries may then ask for any --target-recall',
    group: STRUCTURE,
  },
  ...analysisOptions,
  {
    flags: '--memory <size>',
    description:
      'memory for tables and buffers, beyond which they go to disk (the process itself takes some 150 MiB more)',
    group: RESOURCES,
    parse: parseBytes,
    defaultText: '1GiB',
  },
  {
    flags: '--threads <n>',
    description: 'threads that analyse text and build graphs and lists; the same bytes on any number',
    group: RESOURCES,
    parse: wholeNumber(1, 1024),
    defaultText: 'all cores',
  },
  {
    flags: '--seed <n>',
    description: 'seed of every random choice',
    group: RESOURCES,
    parse: wholeNumber(0, 2 ** 32 - 1),
    defaultText: '0',
  },
  {
    flags: '--segment-docs <n>',
    description: 'most documents in a segment',
    group: RESOURCES,
    parse: wholeNumber(1, 2 ** 22),
    defaultText: '4194304',
  },
];
