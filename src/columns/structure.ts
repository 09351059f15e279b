import { type SegmentView, type Structure, setWords } from '../branch/index.js';
import { CorruptError } from '../errors/index.js';
import { openColumn } from './columns.js';
import { PART } from './format.js';
import { KeywordColumn } from './keyword-column.js';
import type { NumberColumn } from './number-column.js';
import { ColumnsWriter } from './writer.js';

/** Columns of keyword and number fields: searched by filters, not by a branch. */
export const columnsStructure: Structure = {
  kind: PART,
  names: ({ keyword, number }) => (keyword.length + number.length > 0 ? [PART] : []),
  part: () => PART,
  writer: (_name, schema, environment) => new ColumnsWriter(schema, environment),
  check(_name, schema, view) {
    for (const field of [...schema.keyword, ...schema.number]) {
      const column = openColumn(schema, view, field);
      if (column instanceof KeywordColumn) checkKeywords(view, field, column);
      else checkNumbers(view, field, column);
    }
  },
};

/** Values ascend and are UTF-8, offsets cover the arrays, and the lists together are the documents with a value. */
function checkKeywords(view: SegmentView, field: string, column: KeywordColumn): void {
  const damaged = (what: string) => new CorruptError(view.reader.path, `'${field}': ${what}`);
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const words = new Uint32Array(setWords(view.documents));
  let previous: Uint8Array | undefined;
  for (let number = 0; number < column.values; number++) {
    const value = column.value(number);
    if (previous !== undefined && Buffer.compare(previous, value) >= 0) {
      throw damaged(`values are out of order at ${number}`);
    }
    try {
      utf8.decode(value);
    } catch {
      throw damaged(`value ${number} is not UTF-8`);
    }
    previous = value;
  }
  column.checkEnds();
  column.addLists(0, column.values, words);
  const present = new Uint32Array(words.length);
  column.addPresent(present);
  if (!words.every((bits, w) => bits === present[w])) throw damaged('its lists are not its documents');
}

/** Documents without a number have the code 0, and no number is NaN or infinite. */
function checkNumbers(view: SegmentView, field: string, column: NumberColumn): void {
  const damaged = (what: string) => new CorruptError(view.reader.path, `'${field}': ${what}`);
  const present = new Uint32Array(setWords(view.documents));
  column.addPresent(present);
  column.codes().forEach((code, doc) => {
    if (!Number.isFinite(code)) throw damaged(`document ${doc} has ${code}`);
    if (code !== 0 && ((present[doc >>> 5] >>> (doc & 31)) & 1) === 0) {
      throw damaged(`document ${doc} has a code and no number`);
    }
  });
}
