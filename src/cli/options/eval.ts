import { repeated, wholeNumber } from '../values.js';
import { json } from './common.js';
import { embedOptions, vectorsOption } from './inputs.js';
import { searchOptions } from './search.js';
import { INPUT, MEASURE, type OptionSpec, OUTPUT, RESOURCES } from './spec.js';

export const evalOptions: OptionSpec[] = [
  {
    flags: '--queries <file>',
    description: 'queries: JSONL, TSV, TREC topics, text lines, fvecs, bvecs, npy',
    group: INPUT,
  },
  {
    flags: '--query-format <format>',
    description: 'format of the queries, where the file name does not say it',
    group: INPUT,
  },
  {
    flags: '--self',
    description:
      'no queries, no judgments: look for documents of the index itself by their title or words and by their vectors with noise (see docs/self.md)',
    group: INPUT,
  },
  {
    flags: '--items <n>',
    description: '--self: documents that are looked for',
    group: INPUT,
    parse: wholeNumber(1, 1e6),
    defaultText: '200',
  },
  vectorsOption('queries'),
  ...embedOptions,
  { flags: '--qrels <file>', description: 'judgments: BEIR TSV or TREC qrels', group: INPUT },
  {
    flags: '--truth <file>',
    description: 'exact neighbours of each query: .ivecs, rows of the input',
    group: INPUT,
  },
  {
    flags: '--exact',
    description: 'compute the exact neighbours by brute force on this index',
    group: INPUT,
  },
  {
    flags: '--run <file>',
    description: 'score a run made elsewhere (TREC format), with no index',
    group: INPUT,
    parse: repeated as OptionSpec['parse'],
    repeatable: true,
  },
  {
    flags: '-m, --measure <name>',
    description: 'a measure, as ir_measures or trec_eval names it (see docs/measures.md)',
    group: MEASURE,
    parse: repeated as OptionSpec['parse'],
    repeatable: true,
    defaultText: 'nDCG@10 AP RR R@100 Judged@10 with --qrels, recall@10 with --truth or --exact',
  },
  {
    flags: '--assert <condition>',
    description: "fail with exit code 1 unless it holds: 'nDCG@10>=0.32', 'p95Ms<20'",
    group: MEASURE,
    parse: repeated as OptionSpec['parse'],
    repeatable: true,
  },
  { flags: '--each-branch', description: 'a run of each branch alone, too', group: MEASURE },
  {
    flags: '--fusion <spec>',
    description: 'how branches are joined; several give a run each, the first is the one asserted',
    group: MEASURE,
    parse: repeated as OptionSpec['parse'],
    repeatable: true,
    defaultText: 'rrf:k=60',
  },
  {
    flags: '--tie-aware',
    description: 'recall@k: as near as the k-th true neighbour counts as found',
    group: MEASURE,
  },
  ...searchOptions,
  {
    flags: '--sweep <setting=values>',
    description:
      "a run at each value of a setting, at each combination of several: 'efSearch=10..400', 'nprobe=1,2,4', 'k1=0.6..2:5' (--target-recall then picks the fastest that reaches it)",
    group: MEASURE,
    parse: repeated as OptionSpec['parse'],
    repeatable: true,
  },
  {
    flags: '--rounds <n>',
    description: 'times that every run is made, taking turns; speeds are medians',
    group: MEASURE,
    parse: wholeNumber(1, 1000),
    defaultText: '3 with --sweep, else 1',
  },
  {
    flags: '--baseline <run|index>',
    description: 'compare with this run, or with what this index answers: significance, wins and losses',
    group: MEASURE,
  },
  {
    flags: '--max-drop <measure=drop>',
    description: "fail when a measure falls further below the baseline: 'nDCG@10=0.01', 'R@100=2%'",
    group: MEASURE,
    parse: repeated as OptionSpec['parse'],
    repeatable: true,
  },
  {
    flags: '--seed <n>',
    description: 'seed of the significance tests, and of what --self draws',
    group: MEASURE,
    parse: wholeNumber(0, 2 ** 32 - 1),
    defaultText: '0',
  },
  {
    flags: '--format <format>',
    description: 'of the report: table, json, markdown, junit, or github annotations (default table)',
    group: OUTPUT,
    choices: ['table', 'json', 'markdown', 'junit', 'github'],
  },
  {
    flags: '--report <file>',
    description: 'write the report as a page, too: one HTML file with charts (see docs/report.md)',
    group: OUTPUT,
  },
  { flags: '--save-run <file>', description: 'write the run in TREC format', group: OUTPUT },
  { flags: '--per-query', description: 'figures of every query, too', group: OUTPUT },
  json,
  {
    flags: '--threads <n>',
    description: 'threads that answer queries, each with its own copy in memory',
    group: RESOURCES,
    parse: wholeNumber(1, 1024),
    default: 1,
  },
];
