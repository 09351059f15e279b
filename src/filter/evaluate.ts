import { type DocSet, docSet, fullWords, setWords } from '../branch/index.js';
import type { BoundFilter } from './bind.js';
import type { Columns } from './column.js';

/**
 * Documents of a segment for which a filter holds: a pass over 32 documents a step for each part,
 * beside what the columns take.
 * @throws CorruptError when a column is damaged
 */
export function evaluateFilter(filter: BoundFilter, columns: Columns): DocSet {
  const words = new Uint32Array(setWords(columns.documents));
  add(filter, columns, words);
  return docSet(words);
}

/** Sets the bits of its documents. */
function add(filter: BoundFilter, columns: Columns, words: Uint32Array): void {
  switch (filter.kind) {
    case 'exists':
      columns.column(filter.field).addPresent(words);
      return;
    case 'within':
      columns.column(filter.field).addWithin(filter.low, filter.high, words);
      return;
    case 'or':
      for (const part of filter.parts) add(part, columns, words);
      return;
    case 'not': {
      const own = wordsOf(filter.part, columns);
      const all = fullWords(columns.documents);
      for (let w = 0; w < words.length; w++) words[w] |= all[w] & ~own[w];
      return;
    }
    case 'and': {
      const [first, ...others] = filter.parts;
      const both = wordsOf(first, columns);
      for (const part of others) {
        const own = wordsOf(part, columns);
        for (let w = 0; w < words.length; w++) both[w] &= own[w];
      }
      for (let w = 0; w < words.length; w++) words[w] |= both[w];
    }
  }
}

function wordsOf(filter: BoundFilter, columns: Columns): Uint32Array {
  const words = new Uint32Array(setWords(columns.documents));
  add(filter, columns, words);
  return words;
}
