import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { IndexReader } from '../../index/index.js';
import type { AnswerOptions, AnswerWriter } from '../answers.js';
import { fieldColumns, fieldValues } from './rows.js';
import type { Sink } from './sink.js';

/** Rows of a row group: what is held before it is written. */
const GROUP_ROWS = 1 << 16;
const GROUP_CHARS = 1 << 26;

const string = (name: string, repetition: 'REQUIRED' | 'OPTIONAL'): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  logical_type: { type: 'STRING' },
  repetition_type: repetition,
});

/**
 * A row for each hit: query and id as strings, rank as int32, score as double, and a nullable string column for each
 * field. Row groups are written as they fill, so that memory does not grow with the answers.
 */
export function parquetWriter(sink: Sink, index: IndexReader, options: AnswerOptions): AnswerWriter {
  const columns = fieldColumns('parquet', options.fields);
  const bytes = new ByteWriter(1 << 16);
  const writer = new ParquetWriter({
    writer: bytes,
    createdBy: 'shortlist',
    schema: [
      { name: 'answers', num_children: 4 + columns.length },
      string('query', 'REQUIRED'),
      { name: 'rank', type: 'INT32', repetition_type: 'REQUIRED' },
      string('id', 'REQUIRED'),
      { name: 'score', type: 'DOUBLE', repetition_type: 'REQUIRED' },
      ...columns.map((name) => string(name, 'OPTIONAL')),
    ],
  });
  const queries: string[] = [];
  const ranks: number[] = [];
  const ids: string[] = [];
  const scores: number[] = [];
  const fields: (string | null)[][] = columns.map(() => []);
  let chars = 0;

  /** What the package has encoded; its buffer is used again. */
  const drain = async () => {
    const written = bytes.getBytes().slice();
    // `index` is where the next byte goes; `offset`, which the file's tables are made of, counts all of them.
    (bytes as unknown as { index: number }).index = 0;
    await sink.write(written);
  };
  const flush = async () => {
    if (queries.length === 0) return;
    await writer.write({
      columnData: [
        { name: 'query', data: queries },
        { name: 'rank', data: Int32Array.from(ranks) },
        { name: 'id', data: ids },
        { name: 'score', data: Float64Array.from(scores) },
        ...columns.map((name, i) => ({ name, data: fields[i] })),
      ],
      rowGroupSize: queries.length,
    });
    for (const column of [queries, ranks, ids, scores, ...fields]) column.length = 0;
    chars = 0;
    await drain();
  };
  return {
    async write(query, { result }) {
      for (const hit of result.hits) {
        queries.push(query.id);
        ranks.push(hit.rank);
        ids.push(hit.id);
        scores.push(hit.score);
        chars += query.id.length + hit.id.length;
        for (const [i, value] of fieldValues(hit, index, columns).entries()) {
          fields[i].push(value);
          chars += value?.length ?? 0;
        }
        if (queries.length >= GROUP_ROWS || chars >= GROUP_CHARS) await flush();
      }
    },
    async end() {
      await flush();
      await writer.finish();
      await drain();
    },
  };
}
