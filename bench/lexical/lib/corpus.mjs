// Corpora as every engine gets them: one stream of tokens, a line a document, made once into the cache. Engines split at
// spaces, so that no build time holds an analysis and all index the same terms.

import { once as event } from 'node:events';
import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { cachePath, digest, once } from '../../vectors/lib/cache.mjs';
import { ROOT } from '../../vectors/lib/homes.mjs';
import { drawPhrases, drawQueries } from './queries.mjs';
import { tokens } from './tokens.mjs';

const VERSION = 3;
/** Tokens of a piece, where a corpus is cut into many short documents. */
const PIECE = 10;
function fileOf(name) {
  const home = [resolve(name), join(ROOT, '../shared/data', name)].find((path) =>
    existsSync(join(path, 'corpus.jsonl.gz')),
  );
  if (home === undefined)
    throw new Error(`${name}: no folder with corpus.jsonl.gz, here or in ../shared/data`);
  return join(home, 'corpus.jsonl.gz');
}

async function* recordsOf(path) {
  const lines = createInterface({ input: createReadStream(path).pipe(createGunzip()), crlfDelay: Infinity });
  for await (const line of lines) if (line !== '') yield JSON.parse(line);
}

function writer(path) {
  const stream = createWriteStream(path);
  return {
    async write(line) {
      if (!stream.write(`${line}\n`)) await event(stream, 'drain');
    },
    async end() {
      stream.end();
      await event(stream, 'finish');
    },
  };
}

/**
 * @param name a folder with corpus.jsonl.gz (_id, title, text), or a name below ../shared/data; with `:pieces` behind it
 *   each passage is cut into documents of ten tokens
 * @returns paths docs (tokens, a line a document), records (JSONL, for shortlist), queries and phrases; and statistics
 */
export async function prepareCorpus(name, say) {
  const [folder, form] = name.split(':');
  const source = fileOf(folder);
  const base = cachePath(
    'lexical',
    `${name.split('/').at(-1).replace(':', '-')}-${digest(String(VERSION), readFileSync(source))}`,
  );
  const paths = {
    docs: `${base}.docs.txt`,
    records: `${base}.jsonl`,
    queries: `${base}.queries.txt`,
    phrases: `${base}.phrases.txt`,
  };
  const statistics = await once(`${base}.statistics`, false, async () => {
    say(`${name}: tokens and queries`);
    return prepare(source, form === 'pieces', paths);
  });
  return { name, ...paths, ...statistics };
}

async function prepare(source, pieces, paths) {
  const docs = writer(paths.docs);
  const records = writer(paths.records);
  const frequencies = new Map();
  const passages = [];
  let documents = 0;
  let total = 0;
  let postings = 0;
  for await (const { title = '', text } of recordsOf(source)) {
    const all = tokens(`${title} ${text}`);
    if (all.length === 0) continue;
    passages.push({ title, text, tokens: all });
    const step = pieces ? PIECE : all.length;
    for (let from = 0; from < all.length; from += step) {
      const some = all.slice(from, from + step);
      const line = some.join(' ');
      await docs.write(line);
      await records.write(JSON.stringify({ id: String(documents++), text: line }));
      const distinct = new Set(some);
      for (const term of distinct) frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
      total += some.length;
      postings += distinct.size;
    }
  }
  await Promise.all([docs.end(), records.end()]);
  const queries = drawQueries(passages, frequencies);
  const phrases = drawPhrases(passages, pieces ? PIECE : Infinity);
  for (const [path, drawn] of [
    [paths.queries, queries],
    [paths.phrases, phrases],
  ]) {
    const file = writer(path);
    for (const query of drawn) await file.write(query.join(' '));
    await file.end();
  }
  const touched = queries
    .map((query) => query.reduce((sum, term) => sum + (frequencies.get(term) ?? 0), 0))
    .sort((a, b) => a - b);
  return {
    documents,
    tokens: total,
    terms: frequencies.size,
    postings,
    queryCount: queries.length,
    phraseCount: phrases.length,
    postingsOfQuery: {
      mean: Math.round(touched.reduce((sum, value) => sum + value, 0) / touched.length),
      median: touched[touched.length >> 1],
      p90: touched[Math.floor(0.9 * touched.length)],
    },
  };
}
