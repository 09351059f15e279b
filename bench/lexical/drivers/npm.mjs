// Engines of npm that hold their index in memory, given the tokens as they are: split at spaces, nothing stemmed or left
// out. Argument: which.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readLines, serve } from './serve.mjs';

const require = createRequire(import.meta.url);
const split = (text) => text.split(' ');

function versionOf(name) {
  const files = require.resolve.paths(name).map((path) => join(path, name, 'package.json'));
  return JSON.parse(readFileSync(files.find(existsSync), 'utf8')).version;
}

const ENGINES = {
  minisearch: () => {
    const MiniSearch = require('minisearch');
    let index;
    return {
      version: versionOf('minisearch'),
      open(job) {
        index = new MiniSearch({ fields: ['t'], tokenize: split, processTerm: (term) => term });
        index.addAll(readLines(job.docs).map((t, id) => ({ id, t })));
      },
      prepare: (mode, words) => ({ text: words.join(' '), combineWith: mode.toUpperCase() }),
      search: ({ text, combineWith }, k) =>
        index
          .search(text, { combineWith, prefix: false, fuzzy: false })
          .slice(0, k)
          .map(({ id }) => id),
    };
  },

  wink: () => {
    const bm25 = require('wink-bm25-text-search');
    let index;
    return {
      version: versionOf('wink-bm25-text-search'),
      open(job) {
        index = bm25();
        index.defineConfig({ fldWeights: { t: 1 } });
        index.definePrepTasks([split]);
        readLines(job.docs).forEach((t, id) => {
          index.addDoc({ t }, id);
        });
        index.consolidate();
      },
      prepare: (_mode, words) => words.join(' '),
      search: (text, k) => index.search(text, k).map(([id]) => Number(id)),
    };
  },

  lunr: () => {
    const lunr = require('lunr');
    let index;
    return {
      version: lunr.version,
      open(job) {
        const docs = readLines(job.docs);
        index = lunr(function () {
          this.ref('id');
          this.field('t');
          this.pipeline.reset();
          this.searchPipeline.reset();
          this.tokenizer = (text) =>
            text === undefined ? [] : split(String(text)).map((word) => new lunr.Token(word, {}));
          docs.forEach((t, id) => {
            this.add({ id, t });
          });
        });
      },
      prepare: (mode, words) => ({ words, needed: mode === 'and' }),
      search({ words, needed }, k) {
        const presence = needed ? lunr.Query.presence.REQUIRED : lunr.Query.presence.OPTIONAL;
        const all = index.query((query) => {
          for (const word of words) query.term(word, { presence, usePipeline: false });
        });
        return all.slice(0, k).map(({ ref }) => Number(ref));
      },
    };
  },

  flexsearch: () => {
    const { Index } = require('flexsearch');
    let index;
    return {
      version: versionOf('flexsearch'),
      open(job) {
        index = new Index({ tokenize: 'strict', encode: split });
        readLines(job.docs).forEach((t, id) => {
          index.add(id, t);
        });
      },
      prepare: (mode, words) => ({ text: words.join(' '), suggest: mode === 'or' }),
      search: ({ text, suggest }, k) => index.search(text, { limit: k, suggest }),
    };
  },

  orama: async () => {
    const { create, insertMultiple, search } = await import('@orama/orama');
    let index;
    return {
      version: versionOf('@orama/orama'),
      async open(job) {
        const tokenizer = { language: 'english', normalizationCache: new Map(), tokenize: split };
        index = create({ schema: { t: 'string' }, components: { tokenizer } });
        await insertMultiple(
          index,
          readLines(job.docs).map((t, id) => ({ id: String(id), t })),
          1000,
        );
      },
      // A threshold of 0 wants every term, 1 any of them.
      prepare: (mode, words) => ({ term: words.join(' '), threshold: mode === 'and' ? 0 : 1, exact: true }),
      async search(query, k) {
        const { hits } = await search(index, { ...query, limit: k });
        return hits.map(({ id }) => Number(id));
      },
    };
  },
};

serve(await ENGINES[process.argv[2]]());
