// node bench/vectors/make-million.mjs FOLDER [ROWS=1000000]
// A set that is larger than those at hand: every vector of sift-128-200k, then copies of it with each component moved
// by up to 15 at random, within 0 to 255. Neighbourhoods stay as SIFT's are, each a few times as dense. For what grows
// with the number of vectors: bytes read, memory, time to open. Not for recall.
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { prepareSet } from './lib/data.mjs';
import { packVecs, readVecs } from './lib/vecs.mjs';

const MOST_MOVED = 15;
const QUERIES = 100;

const [folder, wanted = '1000000'] = process.argv.slice(2);
const rows = Number(wanted);
if (folder === undefined || !Number.isSafeInteger(rows) || rows < 1) {
  process.stderr.write('usage: node bench/vectors/make-million.mjs FOLDER [ROWS]\n');
  process.exit(2);
}

/** Whole numbers below 2^32, always the same (mulberry32). */
let state = 11;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return (t ^ (t >>> 14)) >>> 0;
}

/** A vector moved; four random numbers of a byte at a time. */
function moved(vector) {
  const out = new Uint8Array(vector.length);
  for (let j = 0; j < out.length; j += 4) {
    let bits = random();
    for (let i = j; i < Math.min(out.length, j + 4); i++, bits >>>= 8) {
      const by = ((bits & 255) % (2 * MOST_MOVED + 1)) - MOST_MOVED;
      out[i] = Math.max(0, Math.min(255, vector[i] + by));
    }
  }
  return out;
}

const set = await prepareSet('sift-128-200k');
const { dim, rows: given, data } = readVecs(set.given.base);
const rowOf = (i) => data.subarray((i % given) * dim, ((i % given) + 1) * dim);
mkdirSync(folder, { recursive: true });
const path = join(folder, 'base.bvecs');
if (existsSync(path)) process.stderr.write(`${path} is written anew\n`);
const file = openSync(path, 'w');
const PIECE = 10_000;
for (let from = 0; from < rows; from += PIECE) {
  const piece = new Uint8Array(Math.min(PIECE, rows - from) * dim);
  for (let i = 0; i * dim < piece.length; i++) {
    const row = from + i;
    piece.set(row < given ? rowOf(row) : moved(rowOf(row)), i * dim);
  }
  writeSync(file, packVecs(piece, dim));
}
closeSync(file);
const queries = new Uint8Array(QUERIES * dim);
for (let i = 0; i < QUERIES; i++) queries.set(moved(rowOf(random())), i * dim);
writeFileSync(join(folder, 'query.bvecs'), packVecs(queries, dim));
process.stdout.write(`${folder}: ${rows} vectors of ${dim}, ${QUERIES} queries, l2\n`);
