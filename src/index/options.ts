import type { AnalyzerChoice } from '../analysis/index.js';
import type { BuildProgress } from './report.js';

/** Vectors that a command makes of texts. */
export interface EmbedRequest {
  command: string;
  /** Vector field they become. Default 'embedding'. */
  field?: string;
  /** Fields whose texts it is given, joined by a line end. Default all text fields. */
  fields?: string[];
  /** File that keeps them for the next build. */
  cache?: string;
  /** Is told when texts wait long for an answer. */
  onWaiting?: (message: string) => void;
}

/** What buildIndex() takes. Undefined means inferred, or the default named in the CLI's help. */
export interface BuildOptions extends AnalyzerChoice {
  /** Files and directories; '-' is standard input. */
  inputs: string[];
  /** Directory of the index. */
  output: string;
  /** Replace an index that is there. */
  force?: boolean;
  inputFormat?: string;
  /** `field=path[,ids=path]`, as --vectors takes it. */
  vectors?: string[];
  /** Vectors of the documents' texts, made by a command: see Embedder. */
  embed?: EmbedRequest;
  idField?: string;
  text?: string[];
  keyword?: string[];
  number?: string[];
  vector?: string[];
  /** Fields of terms with weights: `splade`, `splade:bits=8`. */
  sparse?: string[];
  store?: 'all' | 'none' | string[];
  /** False to keep no positions of terms: half the space of text, and no phrases. */
  positions?: boolean;
  /** Put documents that share terms near each other: smaller lists, a longer build. Needs text. */
  reorder?: boolean;
  /** `[field=]spec`, as --vector-index takes it. */
  vectorIndex?: string[];
  /** Do not store vectors beside codes that lose something: searches then answer by the codes alone. */
  dropFull?: boolean;
  /** `[field=]metric`, as --metric takes it. */
  metric?: string[];
  /** `zh:cjk=words,stopwords=none`, as --analyzer takes it: all of AnalyzerChoice in one. */
  analyzer?: string;
  /** Recall that searches of vectors shall reach unless told otherwise, above 0 and below 1; measured. */
  targetRecall?: number;
  /** Measure what vector structures find at which effort, target or not: queries may then name any. */
  calibrate?: boolean;
  memoryBytes?: number;
  /** Threads that build graphs and lists, all cores when not given; they change no byte. */
  threads?: number;
  seed?: number;
  maxRecordBytes?: number;
  segmentDocuments?: number;
  onError?: 'fail' | 'skip';
  onProgress?: (progress: BuildProgress) => void;
  /** Aborting stops the build and cleans up; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  stdin?: NodeJS.ReadableStream;
}
