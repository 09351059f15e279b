import { names, number, wholeNumber } from '../values.js';
import { type OptionSpec, SEARCH } from './spec.js';

/** How a search goes, for query and eval. */
export const searchOptions: OptionSpec[] = [
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
    flags: '--scoring <formula>',
    description:
      'text: bm25, bm25+[:delta=1], bm25l[:delta=0.5], bm25f[:title=3,title.b=0.5] with weights of text fields, or query likelihood with Dirichlet smoothing, ql[:mu=1000] (see docs/analysis.md)',
    group: SEARCH,
    defaultText: 'bm25',
  },
  {
    flags: '--feedback <spec>',
    description:
      'text: search a second time, with what the best documents are about: rm3[:docs=10,terms=10,weight=0.5]',
    group: SEARCH,
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
