import { names, number, parseBytes, repeated, wholeNumber } from './values.js';

/**
 * One option of a command. This table is the only place an option is declared: the parser, --help, completions, the man
 * page and docs/cli.md are made from it, and a test walks it.
 */
export interface OptionSpec {
  /** commander's form: `-k, --k <n>`. Completions offer files for a value whose name has 'file', 'dir', 'run' or 'index'. */
  flags: string;
  /** One sentence, no full stop. */
  description: string;
  /** Heading in --help. */
  group: string;
  parse?: (value: string, previous?: never) => unknown;
  choices?: string[];
  default?: unknown;
  /** Shown instead of the default. */
  defaultText?: string;
  /** May be given several times. */
  repeatable?: boolean;
}

const INPUT = 'Input:';
const FIELDS = 'Fields:';
const STRUCTURE = 'Vectors and text:';
const RESOURCES = 'Resources:';
const SEARCH = 'Search:';
const OUTPUT = 'Output:';
const MEASURE = 'Measuring:';

const json: OptionSpec = {
  flags: '--json',
  description: 'print one JSON object (see docs/json.md)',
  group: OUTPUT,
};

/** Options every command has. */
export const commonOptions: OptionSpec[] = [
  {
    flags: '-q, --quiet',
    description: 'no remarks and no progress on stderr, only warnings and errors',
    group: OUTPUT,
  },
  { flags: '--no-progress', description: 'no progress display', group: OUTPUT },
  {
    flags: '--color <when>',
    description: 'colour: auto follows the terminal, NO_COLOR, FORCE_COLOR and CI',
    group: OUTPUT,
    choices: ['auto', 'always', 'never'],
    default: 'auto',
  },
  { flags: '--debug', description: 'print the stack of an error', group: OUTPUT },
];

const vectorsOption = (of: string): OptionSpec => ({
  flags: '--vectors <field=file[,ids=file]>',
  description: `vectors of the ${of} from a file: row by row, or joined by a file of ids`,
  group: INPUT,
  parse: repeated as OptionSpec['parse'],
  repeatable: true,
});

const embedCache: OptionSpec = {
  flags: '--embed-cache <file>',
  description: 'keep the vectors the command makes in this file, and take those that are there from it',
  group: INPUT,
};

/** Text of queries to vectors. */
const embedOptions: OptionSpec[] = [
  {
    flags: '--embed-command <command>',
    description: 'make vectors of the texts of queries with this command (see docs/embedding.md)',
    group: INPUT,
  },
  {
    flags: '--embed',
    description:
      'the same with the command the index was built with, which info shows: run it only if you trust it',
    group: INPUT,
  },
  embedCache,
];

const searchOptions: OptionSpec[] = [
  {
    flags: '--branches <names>',
    description: 'branches to search: text, vector fields (default all the query has input for)',
    group: SEARCH,
    parse: names,
  },
  {
    flags: '--filter <filter>',
    description:
      "find only documents for which it holds: 'year>=2000 and tag in (news, sport)' (see docs/filters.md)",
    group: SEARCH,
  },
  {
    flags: '--filter-plan <which>',
    description:
      'vectors, under a filter: compare with each match, walk the graph from match to match, search all and leave out, or scan the lists that hold matches',
    group: SEARCH,
    choices: ['scan', 'walk', 'post', 'lists'],
    defaultText: 'what costs least',
  },
  {
    flags: '--ef-search <n>',
    description: 'HNSW: candidates kept while the graph is walked',
    group: SEARCH,
    parse: wholeNumber(1),
  },
  {
    flags: '--gamma <x>',
    description: 'HNSW: stop where all that is left is farther than 1 + x times the last hit (0.05 to 0.3)',
    group: SEARCH,
    parse: number(0),
  },
  { flags: '--nprobe <n>', description: 'IVF: lists scanned at most', group: SEARCH, parse: wholeNumber(1) },
  {
    flags: '--probe-fade <n>',
    description:
      'IVF: leave out the i-th list where i times its distance to this power, beside the nearest, is over nprobe',
    group: SEARCH,
    parse: wholeNumber(0),
  },
  {
    flags: '--refine <n>',
    description: 'codes of flat and IVF: candidates ranked on the vectors for each result',
    group: SEARCH,
    parse: wholeNumber(1),
  },
  {
    flags: '--target-recall <share>',
    description:
      'vectors: share of the true neighbours to find, 0 to 1; chooses the three above by what was measured when the index was built (default what build was given, if anything)',
    group: SEARCH,
    parse: number(0, 1),
  },
  {
    flags: '--k1 <x>',
    description: 'BM25: saturation of term frequency',
    group: SEARCH,
    parse: number(0),
    defaultText: '1.2',
  },
  {
    flags: '--b <x>',
    description: 'BM25: weight of document length, 0 to 1',
    group: SEARCH,
    parse: number(0, 1),
    defaultText: '0.75',
  },
  {
    flags: '--syntax <which>',
    description:
      'text: plain words and "phrases", or the query language: +must -not AND OR NOT () field:word "…"~2 prefix* word~1 word^2',
    group: SEARCH,
    choices: ['plain', 'query'],
    defaultText: 'plain',
  },
  {
    flags: '--operator <which>',
    description: 'text: a document must match any or all terms and "phrases"',
    group: SEARCH,
    choices: ['any', 'all'],
    defaultText: 'any',
  },
];

/** What becomes of text. */
const analysisOptions: OptionSpec[] = [
  {
    flags: '--lang <code>',
    description: 'language of the text: en, zh, …, auto, none',
    group: STRUCTURE,
    defaultText: 'auto',
  },
  {
    flags: '--stemmer <name>',
    description: "stemming, where not the language's own: porter2, porter1, none, …",
    group: STRUCTURE,
  },
  {
    flags: '--stopwords <which>',
    description: "words left out: the language's list, or none",
    group: STRUCTURE,
  },
  {
    flags: '--cjk <mode>',
    description: 'terms of Chinese and Japanese text: overlapping bigrams, or dictionary words',
    group: STRUCTURE,
    choices: ['bigrams', 'words'],
  },
];

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
    description: 'threads that build graphs and lists; the same bytes on any number',
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

export const infoOptions: OptionSpec[] = [json];
export const getOptions: OptionSpec[] = [
  { flags: '--json', description: 'as it is: get always prints JSON, a document a line', group: OUTPUT },
  {
    flags: '--fields <names>',
    description: 'stored fields to return, comma-separated',
    group: OUTPUT,
    parse: names,
  },
];
export const checkOptions: OptionSpec[] = [json];

export const exportOptions: OptionSpec[] = [
  {
    flags: '-o, --output <file>',
    description: "the file to write, in place when it is whole (required); '-' is standard output",
    group: OUTPUT,
  },
];

export const analyzeOptions: OptionSpec[] = [
  {
    flags: '--index <dir>',
    description: 'analyse as this index does; leaves no choice to the options below',
    group: INPUT,
  },
  ...analysisOptions,
  {
    flags: '--json',
    description: 'an object for each text: terms, positions, places (see docs/json.md)',
    group: OUTPUT,
  },
];
