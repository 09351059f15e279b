/** A number that can be set in an index spec, `hnsw:M=16`. */
export interface VectorParam {
  name: string;
  default: number;
  min: number;
  max: number;
  /** One line for --help. */
  meaning: string;
}

/** A setting of a query that concerns a kind. */
export interface VectorQueryOption {
  name: 'efSearch' | 'gamma' | 'nprobe' | 'probeFade' | 'refine' | 'targetRecall' | 'exact';
  /** As text: some defaults depend on the index. */
  default: string;
  meaning: string;
}

export type VectorKindName = 'flat' | 'ivf' | 'hnsw';

export interface VectorKind {
  kind: VectorKindName;
  /** One line for --help. */
  summary: string;
  params: VectorParam[];
  /** Names of stages that may follow, `hnsw+sq8`. */
  stages: VectorStageName[];
  /** The stage that stands when none is written; undefined: none does. */
  defaultStage: VectorStageName | undefined;
  queryOptions: VectorQueryOption[];
}

export type VectorStageName = 'sq8' | 'f32' | 'sq4' | 'pq' | 'rabitq' | 'refine' | 'drop-full';

/** What a structure is built and searched on; results are scored on the vectors, where these are kept. */
export interface VectorStage {
  stage: VectorStageName;
  /** One line for --help. */
  summary: string;
  params: VectorParam[];
  /** Names of stages that may follow this one. */
  next: VectorStageName[];
  /** The one that does when none is written. */
  defaultNext?: VectorStageName;
}

/**
 * efSearch when none is given. With the default graph: recall@10 of 0.999 on Fashion-MNIST, 0.99 on
 * SIFT, 0.95 on GloVe, whose neighbours are hard to tell apart.
 */
export const DEFAULT_EF_SEARCH = 100;

/** efSearch when none is given and gamma is: no query of the three collections needs so many. */
export const GAMMA_EF_SEARCH = 1000;

/** Most that probeFade may be: beyond it hardly more than the nearest lists are scanned. */
export const MOST_PROBE_FADE = 8;

/** Lists scanned when no nprobe is given: recall@10 of 0.999, 0.99 and 0.96 on the same three. */
export function defaultNprobe(nlist: number): number {
  return Math.min(nlist, Math.max(1, Math.ceil(2 * Math.sqrt(nlist))));
}

const EXACT: VectorQueryOption = {
  name: 'exact',
  default: 'false',
  meaning: 'compare with every vector; the answer is proven, not estimated',
};

const REFINE: VectorQueryOption = {
  name: 'refine',
  default: 'as the spec says',
  meaning: 'candidates ranked on the vectors for each result, where there are codes',
};

const TARGET: VectorQueryOption = {
  name: 'targetRecall',
  default: 'what the index was built for, if anything',
  meaning: 'share of the true nearest to find: chooses the settings above by what was measured',
};

/** Kinds of vector index, as --vector-index, its help and its documentation name them. */
export const vectorKinds: VectorKind[] = [
  {
    kind: 'flat',
    summary: 'compares with every vector; exact, no build, time grows with the number of vectors',
    params: [],
    stages: ['sq8', 'sq4', 'pq', 'rabitq'],
    defaultStage: undefined,
    queryOptions: [REFINE, TARGET, EXACT],
  },
  {
    kind: 'ivf',
    summary: 'k-means lists, of which the nearest are scanned; quick to build, small in memory',
    params: [
      {
        name: 'nlist',
        default: 0,
        min: 0,
        max: 1_048_576,
        meaning: 'lists; 0 chooses the power of two nearest to 4 times the square root of the vectors',
      },
    ],
    stages: ['sq8', 'f32', 'sq4', 'pq', 'rabitq'],
    defaultStage: 'sq8',
    queryOptions: [
      {
        name: 'nprobe',
        default: '2 times the square root of nlist',
        meaning: 'lists scanned at most; more until they hold the depth asked for',
      },
      {
        name: 'probeFade',
        default: '0',
        meaning:
          'the i-th nearest list is left out where i times (its squared distance / that of the nearest)^probeFade is beyond nprobe; 0: none is',
      },
      REFINE,
      TARGET,
      EXACT,
    ],
  },
  {
    kind: 'hnsw',
    summary: 'a layered graph of near neighbours that is walked towards the query; fastest to search',
    params: [
      {
        name: 'M',
        default: 16,
        min: 2,
        max: 128,
        meaning:
          'links of a vector (twice as many on the lowest level); more for hard, high-dimensional data',
      },
      {
        name: 'efConstruction',
        default: 200,
        min: 1,
        max: 10_000,
        meaning: 'candidates kept while a vector is linked; more builds slower and finds better',
      },
    ],
    stages: ['sq8', 'f32'],
    defaultStage: 'sq8',
    queryOptions: [
      {
        name: 'efSearch',
        default: String(DEFAULT_EF_SEARCH),
        meaning: 'candidates kept while the graph is walked; raised to the depth asked for',
      },
      {
        name: 'gamma',
        default: 'none',
        meaning: `ends the walk where all that is left is farther than 1 + gamma times the last hit; efSearch then is at most ${GAMMA_EF_SEARCH}`,
      },
      TARGET,
      EXACT,
    ],
  },
];

/** The stage that --drop-full adds. */
export const DROP_FULL = 'drop-full';

/** Stages of an index spec. */
export const vectorStages: VectorStage[] = [
  {
    stage: 'sq8',
    summary: 'codes of one byte a component; vectors of whole numbers from 0 to 255 are their own codes',
    params: [
      {
        name: 'dim',
        default: 0,
        min: 0,
        max: 65_536,
        meaning:
          'components of a code: fewer than a vector has are leading principal axes; 0 chooses all of up to 200, else 128 or more axes',
      },
    ],
    next: ['drop-full'],
  },
  {
    stage: 'f32',
    summary: 'the vectors themselves, as they are stored',
    params: [],
    next: [],
  },
  {
    stage: 'sq4',
    summary:
      'one of sixteen learnt levels for each component, relative to the list, 32 vectors looked up at once',
    params: [],
    next: ['refine', 'drop-full'],
    defaultNext: 'refine',
  },
  {
    stage: 'pq',
    summary: 'a learnt word for each group of components, relative to the list, 32 vectors looked up at once',
    params: [
      {
        name: 'm',
        default: 0,
        min: 0,
        max: 65_536,
        meaning: 'words of a vector; 0 chooses one for two components, from 257 components on for four',
      },
      { name: 'bits', default: 4, min: 4, max: 4, meaning: 'of a word' },
    ],
    next: ['refine', 'drop-full'],
    defaultNext: 'refine',
  },
  {
    stage: 'rabitq',
    summary: 'one bit a component after a random rotation, relative to the list; distances without bias',
    params: [],
    next: ['refine', 'drop-full'],
    defaultNext: 'refine',
  },
  {
    stage: 'refine',
    summary: 'candidates that are ranked on the vectors',
    params: [
      {
        name: 'factor',
        default: 0,
        min: 0,
        max: 10_000,
        meaning: 'candidates for each result asked for; 0 chooses 3 after sq4, 8 after pq, 24 after rabitq',
      },
    ],
    next: [],
  },
  {
    stage: DROP_FULL,
    summary: 'the vectors are not stored: what their codes stand for is all that is searched and scored',
    params: [],
    next: [],
  },
];

/** What --vector-index is when it is not given. */
export const DEFAULT_KIND: VectorKindName = 'hnsw';
