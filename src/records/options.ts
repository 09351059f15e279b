/** A record above this is refused: 64 MiB. One document of that size is a book shelf; split it. */
export const DEFAULT_MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** What every reader of this room accepts. */
export interface ReadOptions {
  /** Largest record in bytes of the decoded input, without its line end; default {@link DEFAULT_MAX_RECORD_BYTES}. */
  maxRecordBytes?: number;
  /** Called with the on-disk bytes consumed since the last call, for progress. */
  onBytes?: (bytes: number) => void;
  /** What '-' reads; default `process.stdin`. */
  stdin?: NodeJS.ReadableStream;
}
