/**
 * records: files to documents, vectors and queries.
 *
 * Maps paths (JSONL, TSV, CSV, folders of texts, Markdown and HTML, TREC documents, Parquet, Arrow; fvecs, bvecs, ivecs,
 * npy, npz, fbin, u8bin, i8bin, ibin, HDF5; gzip and zstd seen through; '-' for stdin) to batches of records in input
 * order, each with its place. Good for: one forward pass in memory bounded by a chunk (a page, a record batch) and the
 * largest record, whatever the input's size; telling a bad record (a value, skippable) from a bad input (thrown).
 * Not for: deciding what a field means, joining vectors to documents, judging ids or values; the caller does.
 */
export { parseVectorsArgument, type VectorsArgument } from './argument.js';
export { ByteReader } from './bytereader.js';
export { type ByteSource, openBytes } from './bytes.js';
export { readDocuments } from './documents.js';
export type { DocumentFormat, VectorFormat } from './formats.js';
export { type IdFault, idText, isIdFault, recordId } from './id.js';
export { readIds } from './ids.js';
export { type Input, resolveInputs } from './inputs.js';
export { DEFAULT_MAX_RECORD_BYTES, type ReadOptions } from './options.js';
export { readQueries } from './queries.js';
export type { QueryFormat, SourceQuery } from './query.js';
export type { SourceItem, SourceRecord } from './source.js';
export { untilAborted } from './until-aborted.js';
export { MAX_DIMENSION, type VectorType } from './vectorlayout.js';
export { openVectors, type VectorsOptions } from './vectors.js';
export type { VectorBatch, VectorSource } from './vectorsource.js';
