import { stringify } from 'csv-stringify/sync';
import type { IndexReader } from '../../index/index.js';
import type { AnswerOptions, AnswerWriter } from '../answers.js';
import { fieldColumns, fieldValues, LEADING } from './rows.js';
import type { Sink } from './sink.js';

/** CSV as RFC 4180 has it, but that lines end with a newline alone: a header, then a line for each hit. */
export function csvWriter(sink: Sink, index: IndexReader, options: AnswerOptions): AnswerWriter {
  const columns = fieldColumns('csv', options.fields);
  let header: unknown[][] = [[...LEADING, ...columns]];
  const print = async (rows: unknown[][]) => {
    const all = [...header, ...rows];
    header = [];
    if (all.length > 0) await sink.write(stringify(all));
  };
  return {
    write: (query, { result }) =>
      print(
        result.hits.map((hit) => [
          query.id,
          hit.rank,
          hit.id,
          String(hit.score),
          ...fieldValues(hit, index, columns),
        ]),
      ),
    end: () => print([]),
  };
}
