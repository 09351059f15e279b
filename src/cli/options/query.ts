import { names, number, repeated, wholeNumber } from '../values.js';
import { embedOptions, vectorsOption } from './inputs.js';
import { searchOptions } from './search.js';
import { INPUT, type OptionSpec, OUTPUT, RESOURCES, SEARCH } from './spec.js';

export const queryOptions: OptionSpec[] = [
  {
    flags: '--queries <file>',
    description: "a batch: JSONL, TSV, TREC topics, text lines, fvecs, bvecs, npy; '-' is stdin",
    group: INPUT,
  },
  {
    flags: '--query-format <format>',
    description: 'format of the batch, where the file name does not say it',
    group: INPUT,
  },
  vectorsOption('queries'),
  { flags: '--vector-file <file>', description: 'one query: the vector in this file', group: INPUT },
  {
    flags: '--sparse <[field=]weights>',
    description: 'one query: terms with weights, \'{"bees": 1.4, "home": 0.3}\' (see docs/sparse.md)',
    group: INPUT,
    parse: repeated as OptionSpec['parse'],
    repeatable: true,
  },
  { flags: '--like <id>', description: 'one query: the vector of this document', group: INPUT },
  ...embedOptions,
  {
    flags: '-k, --k <n>',
    description: 'hits wanted',
    group: SEARCH,
    parse: wholeNumber(1, 1e6),
    defaultText: '10; with --radius all',
  },
  {
    flags: '--offset <n>',
    description: 'hits passed over before the first that is printed: the next page',
    group: SEARCH,
    parse: wholeNumber(0, 1e6),
    defaultText: '0',
  },
  {
    flags: '--min-score <x>',
    description: 'leave out hits with a lower score: the fused one, where several branches are searched',
    group: SEARCH,
    parse: number(Number.NEGATIVE_INFINITY),
  },
  ...searchOptions,
  {
    flags: '--exact',
    description: 'vectors: compare with every one instead of using the structure',
    group: SEARCH,
  },
  {
    flags: '--radius <x>',
    description:
      'vectors: all within this, exactly: an l2 distance, 1 - cosine, differing bits, or the least inner product (docs/exact.md)',
    group: SEARCH,
    parse: number(Number.NEGATIVE_INFINITY),
  },
  {
    flags: '--fusion <spec>',
    description: 'how branches are joined: rrf[:k=60,text=1], minmax[:text=0.4,emb=0.6]',
    group: SEARCH,
    defaultText: 'rrf:k=60',
  },
  {
    flags: '--fields <names>',
    description: "stored fields to return, comma-separated; 'all'",
    group: OUTPUT,
    parse: names,
  },
  { flags: '--explain', description: 'say how each score came about, and what was read', group: OUTPUT },
  {
    flags: '--format <format>',
    description:
      'text, jsonl, json, tsv, csv, parquet, trec, or neighbours alone: ivecs and npy (rows), fvecs (scores); see docs/answers.md',
    group: OUTPUT,
    choices: ['text', 'jsonl', 'json', 'tsv', 'csv', 'parquet', 'trec', 'ivecs', 'fvecs', 'npy'],
    defaultText: "what the file's name says, else text for one query, jsonl for a batch",
  },
  {
    flags: '-o, --output <file>',
    description: 'write the answers to this file, in place when all are there; several: one in each format',
    group: OUTPUT,
    parse: repeated as OptionSpec['parse'],
    repeatable: true,
    defaultText: 'standard output',
  },
  { flags: '--json', description: 'the same as --format json', group: OUTPUT },
  { flags: '--tag <name>', description: 'last column of --format trec', group: OUTPUT, default: 'shortlist' },
  {
    flags: '--threads <n>',
    description: 'answer a batch with this many threads, each with its own copy in memory',
    group: RESOURCES,
    parse: wholeNumber(1, 1024),
    default: 1,
  },
];
