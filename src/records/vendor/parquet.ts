import type { readPage } from 'hyparquet/src/column.js';

/** What the Parquet reader takes from hyparquet: its parsers of single pages, so that a page at a time is held. */
export { parquetMetadata, parquetSchema, snappyUncompress } from 'hyparquet';
export { assembleNested } from 'hyparquet/src/assemble.js';
export { parquetHeader, readPage } from 'hyparquet/src/column.js';
export { convert, DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
export { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
export { getTreePath } from 'hyparquet/src/schema.js';
export { decompressLz4, decompressLz4Raw, decompressZstd } from 'hyparquet-compressors';
export type ColumnDecoder = Parameters<typeof readPage>[2];
