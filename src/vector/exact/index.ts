/**
 * exact: the nearest of all rows, proven, as fast as the machine allows.
 *
 * Filter and refine: rows have codes from which whole-number arithmetic gives a lower bound of their
 * distance, and only rows whose bound is low enough are measured. Whatever bounds say, the answer is the
 * one of a plain scan. Where bounds rule out too little, there are no codes and rows are scanned in tiles.
 */
export { checkScreen } from './check.js';
export { ColdExactSearcher } from './cold.js';
export { exactNearest } from './search.js';
export { ExactSearcher } from './searcher.js';
export { cut, exactWithin } from './within.js';
export { writeScreen } from './write.js';
