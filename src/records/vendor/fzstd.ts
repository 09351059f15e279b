/** zstd in plain JavaScript, for Node versions whose zlib has none. */
export { Decompress, decompress } from 'fzstd';
