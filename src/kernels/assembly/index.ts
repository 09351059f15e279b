// The one entry of kernels.wasm: every function exported here is described, with the shapes and
// units of its arguments, in ../exports.ts. Nothing in this folder allocates, checks an argument
// or grows the memory: pointers come from an Arena, and what a file says was validated before.
export { scanBlockLists, setBlocks } from './blocks';
export { setLanes } from './beam';
export { setCodes } from './codes';
export { setDescent } from './descent';
export { keyBetween, keysBetween } from './distance';
export { encodeQuery, setEncoder } from './encode';
export { scanPositions } from './gather';
export { setEntry, setGraph, setScratch } from './graph';
export { chooseLinks, collectLinks, fillRows, linkBack } from './insert';
export { accumulateRows, assignRows } from './kmeans';
export { scanLists, scanListsMany } from './lists';
export { orderCodes } from './order';
export { multiplyRows } from './product';
export { projectRows } from './project';
export { narrowQuery, widenQuery } from './query';
export { damagedChunk, makeChecksums, missingRuns, sumBytes } from './pages';
export { listPositions, refine } from './refine';
export { closeReservoir, openReservoir } from './reservoir';
export { collectWithin, scanRows } from './scan';
export { scoreRows } from './score';
export { screenRows, setScreen } from './screen';
export { keepAllowed, searchFiltered } from './filtered';
export { searchGraphs } from './search';
export { takeEntries } from './sort';
export { layTables } from './tables';
export { beginWalk, endWalk, gatherWalk, stepWalk } from './steps';
export { scanByteLists, squareCodes, widenCode } from './together';
export { linksWithin } from './validate';
