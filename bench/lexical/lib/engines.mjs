// Who takes part. An engine has a name, start() → {command, about, id}, and what it can't do.
import { join } from 'node:path';
import { digest } from '../../vectors/lib/cache.mjs';
import { shortlistHome } from '../../vectors/lib/homes.mjs';
import { luceneDriver, sqliteDriver, xapianDriver } from '../native/compile.mjs';

const driver = (name) => join(import.meta.dirname, '../drivers', name);
const ALL_MODES = ['or', 'and', 'phrase'];

/** Engines in JavaScript from npm; those that are slow get the first so many queries. */
function fromNpm(name, { modes, most, about }) {
  return {
    name,
    modes,
    most,
    start: async () => ({
      command: [process.execPath, '--max-old-space-size=12000', driver('npm.mjs'), name],
      about,
    }),
  };
}

const ENGINES = [
  {
    name: 'shortlist',
    modes: ALL_MODES,
    async start() {
      const { home, id, about } = await shortlistHome();
      return { command: [process.execPath, driver('shortlist.mjs'), home], about, id };
    },
  },
  { name: 'lucene', modes: ALL_MODES, start: luceneDriver },
  { name: 'xapian', modes: ALL_MODES, start: xapianDriver },
  // Scores every match: it takes seconds for what others take a thousandth of.
  { name: 'sqlite', modes: ALL_MODES, most: 200, start: sqliteDriver },
  fromNpm('minisearch', {
    modes: ['or', 'and'],
    most: 60,
    about: 'BM25+ of its own kind, whole index in memory',
  }),
  fromNpm('wink', { modes: ['or'], most: 200, about: 'BM25, whole index in memory' }),
  fromNpm('lunr', { modes: ['or', 'and'], most: 60, about: 'BM25, whole index in memory' }),
  fromNpm('flexsearch', {
    modes: ['or', 'and'],
    most: 60,
    about: 'by position, not BM25; whole index in memory',
  }),
  fromNpm('orama', { modes: ['or', 'and'], most: 60, about: 'exact terms asked for; whole index in memory' }),
];

export const ALL_ENGINES = ENGINES.map(({ name }) => name);

/** @throws Error for a name that is none */
export function findEngine(name) {
  const found = ENGINES.find((engine) => engine.name === name);
  if (found === undefined) throw new Error(`no engine '${name}' (there are: ${ALL_ENGINES.join(', ')})`);
  return found;
}

/** What tells versions of an engine apart in the cache. */
export const idOf = ({ id, command, about, version }) => id ?? digest(...command, about, version);
