import type { IndexReader } from '../../index/index.js';
import type { PoolAnswer } from '../../recall/index.js';
import type { AnswerOptions, AnswerWriter } from '../answers.js';
import type { Sink } from './sink.js';

/** Bytes before the values of a .npy file (NumPy's format 1.0): its length is a multiple of 64. */
const NPY_HEADER = 128;

/** The k neighbours of a query, as values of 4 bytes; where there are fewer, what stands for none. */
function values({ result }: PoolAnswer, k: number, kind: 'rows' | 'scores', index: IndexReader): Uint8Array {
  const row = kind === 'rows' ? new Int32Array(k).fill(-1) : new Float32Array(k).fill(Number.NaN);
  result.hits.forEach((hit, i) => {
    row[i] = kind === 'rows' ? index.documents.row(hit.doc) : hit.score;
  });
  return new Uint8Array(row.buffer);
}

/**
 * `.ivecs` (kind 'rows': int32 rows of the input, from 0) or `.fvecs` ('scores': float32): for each query k as int32, then k values,
 * little-endian (http://corpus-texmex.irisa.fr/). A query with fewer hits is filled up with -1 or NaN.
 */
export function vecsWriter(
  sink: Sink,
  index: IndexReader,
  options: AnswerOptions,
  kind: 'rows' | 'scores',
): AnswerWriter {
  const length = new Uint8Array(Int32Array.of(options.width).buffer);
  return {
    write: async (_query, answer) => {
      await sink.write(Buffer.concat([length, values(answer, options.width, kind, index)]));
    },
    end: async () => {},
  };
}

/** `.npy`: a matrix of int32, queries × k: rows of the input, -1 where there are fewer. The number of queries is filled in at the end. */
export function npyWriter(sink: Sink, index: IndexReader, options: AnswerOptions): AnswerWriter {
  let queries = 0;
  return {
    write: async (_query, answer) => {
      if (queries++ === 0) await sink.write(npyHeader(0, options.width));
      await sink.write(values(answer, options.width, 'rows', index));
    },
    end: async () => {
      if (queries === 0) await sink.write(npyHeader(0, options.width));
      else sink.patch(npyHeader(queries, options.width), 0);
    },
  };
}

function npyHeader(rows: number, columns: number): Uint8Array {
  const header = `{'descr': '<i4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const length = NPY_HEADER - 10;
  return Buffer.concat([
    Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, length & 0xff, length >> 8]),
    Buffer.from(`${header.padEnd(length - 1)}\n`, 'latin1'),
  ]);
}
