/**
 * codes: vectors as rows of bytes that a graph or lists are searched on.
 *
 * Maps a float32 vector to one byte a component, on a grid with one step for all components and an
 * origin of each, so that distances between codes are whole numbers in the grid's unit. Long vectors
 * are turned to the principal axes of the data first and keep the leading ones. Under ip a component
 * is added that makes large products small distances. Codes only find candidates; these are scored
 * on the rows. blocks/ has codes of four bits and of one. Good for: a quarter of the memory traffic of float32, or less. Not for: scores.
 */

export { blockStage } from './blocks/index.js';
export { checkCodes } from './check.js';
export { type Coder, codeBytes, trainCoder, writeCoder } from './coder.js';
export { DecodedRows, openRows } from './decoded.js';
export type { ListCodes, ListScan, RowTable } from './list-codes.js';
export { openListCodes } from './open.js';
export { refineDials, scannedBytes } from './refine.js';
export { CodeTable, loadCoder, openCodes } from './table.js';
export { centreCodes, rowsGo, writeListCodes } from './write.js';
