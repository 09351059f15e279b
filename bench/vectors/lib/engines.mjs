// The engines of the race by name. `NAME` or `NAME/SPEC`, where the spec is in the engine's own words:
//   shortlist/ivf:nlist=1024      shortlist@COMMIT/flat      faiss/IVF1024,Flat
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { Absent, faissDriver, hnswlibDriver } from '../native/compile.mjs';
import { digest } from './cache.mjs';
import { shortlistHome } from './homes.mjs';

/** Graphs of all engines are built alike. */
export const GRAPH = { M: 16, efConstruction: 200 };
const DRIVERS = resolve(import.meta.dirname, '../drivers');
const EF = [10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 160, 200, 240, 320, 400, 500, 640, 800, 1000];
const NPROBE = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256];

const GAMMA = [0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.11, 0.12, 0.14, 0.16, 0.2];

const efs = () => EF.map((ef) => ({ ef }));
/** Two ways to say how far a walk goes: candidates kept, or how much farther than the last hit. */
const walks = () => [...efs(), ...GAMMA.map((gamma) => ({ gamma }))];
const nprobes = () => NPROBE.map((nprobe) => ({ nprobe }));

/** Lists by faiss's own advice, 4 √rows at least, to the nearest power of two. */
export const listsFor = (rows) => 2 ** Math.round(Math.log2(4 * Math.sqrt(rows)));
/** Sub-quantisers of 4 bits: one for two components, for four where there are many. */
const subQuantisers = (dim) => 2 * Math.round(dim / (dim > 256 ? 8 : 4));

const FAISS_PRESETS = {
  'faiss-flat': () => 'Flat',
  'faiss-hnsw': () => `HNSW${GRAPH.M},Flat`,
  'faiss-hnsw-sq8': () => `HNSW${GRAPH.M},SQ8`,
  'faiss-ivf': ({ rows }) => `IVF${listsFor(rows)},Flat`,
  'faiss-ivfpq': ({ rows, dim }) => `IVF${listsFor(rows)},PQ${subQuantisers(dim)}x4fsr,RFlat`,
};
const SHORTLIST_PRESETS = {
  shortlist: () => `hnsw:M=${GRAPH.M},efConstruction=${GRAPH.efConstruction}`,
  'shortlist-flat': () => 'flat',
  'shortlist-ivf': ({ rows }) => `ivf:nlist=${listsFor(rows)}`,
};

/** What `--engines all` stands for. */
export const ALL_ENGINES = [
  'shortlist',
  'shortlist-ivf',
  'shortlist-flat',
  'hnswlib',
  'hnswlib-u8',
  ...Object.keys(FAISS_PRESETS),
  'usearch',
  'usearch-i8',
  'hnswlib-node',
  'hnswlib-wasm',
];
const GRAPH_WORDS = `M=${GRAPH.M}, efConstruction=${GRAPH.efConstruction}`;

/**
 * @returns an engine: `name`; `spec(set)`; `sweep(set)`, settings from least to most effort; `refuses(set)`, why it can't
 *   take part on a set; `start()`, async, its command, a digest of its program and words about it (throws Absent)
 */
export function findEngine(name) {
  const slash = name.indexOf('/');
  const [base, given] = slash < 0 ? [name] : [name.slice(0, slash), name.slice(slash + 1)];
  const [plain, revision] = base.split('@');
  const found =
    shortlist(plain, revision, given) ??
    hnswlib(plain) ??
    faiss(plain, given) ??
    usearch(plain) ??
    others(plain);
  if (found === undefined) {
    const names = [...ALL_ENGINES, 'shortlist@COMMIT', 'shortlist/SPEC', 'faiss/FACTORY'].join(', ');
    throw new Error(`no engine '${name}'; there are ${names}`);
  }
  return { refuses: () => undefined, ...found, name };
}

function shortlist(plain, revision, given) {
  const preset = SHORTLIST_PRESETS[plain];
  if (preset === undefined) return undefined;
  const spec = given === undefined ? preset : () => given;
  return {
    spec,
    sweep: (set) => ({ hnsw: walks, ivf: nprobes })[/^\w+/.exec(spec(set))[0]]?.() ?? [{}],
    async start() {
      const { home, id, about } = await shortlistHome(revision);
      return { command: [process.execPath, join(DRIVERS, 'shortlist.mjs'), home], id, about, home };
    },
  };
}

function hnswlib(plain) {
  if (plain !== 'hnswlib' && plain !== 'hnswlib-u8') return undefined;
  const bytes = plain === 'hnswlib-u8';
  return {
    spec: () => (bytes ? 'u8' : 'f32'),
    sweep: efs,
    refuses: (set) => (bytes && !set.bytes ? 'its uint8 space takes l2 over bytes only' : undefined),
    async start() {
      const { binary, compiled, about } = await hnswlibDriver();
      return { command: [binary], id: digest(binary), about: `${about}; ${compiled}; ${GRAPH_WORDS}` };
    },
  };
}

function faiss(plain, given) {
  const preset = plain === 'faiss' && given !== undefined ? () => given : FAISS_PRESETS[plain];
  if (preset === undefined) return undefined;
  return {
    spec: preset,
    sweep(set) {
      const factory = preset(set);
      if (factory.includes('HNSW')) return efs();
      if (!factory.includes('IVF')) return [{}];
      const factors = factory.includes('RFlat') ? [2, 4, 8, 16] : [undefined];
      return NPROBE.flatMap((nprobe) =>
        factors.map((factor) => (factor === undefined ? { nprobe } : { nprobe, k_factor_rf: factor })),
      );
    },
    async start() {
      const { binary, compiled, about } = await faissDriver();
      return { command: [binary], id: digest(binary), about: `${about}; ${compiled}` };
    },
  };
}

function usearch(plain) {
  if (plain !== 'usearch' && plain !== 'usearch-i8') return undefined;
  const i8 = plain === 'usearch-i8';
  return {
    ...npmPeer('usearch'),
    spec: () => (i8 ? 'i8' : 'f32'),
    refuses: (set) =>
      i8 && set.metric !== 'cosine' ? 'i8 is for vectors of length 1: on others it saturates' : undefined,
  };
}

function others(plain) {
  if (plain === 'hnswlib-node') return { ...npmPeer(plain), spec: () => 'f32' };
  if (plain === 'hnswlib-wasm') {
    return { ...npmPeer(plain), spec: () => 'f32', keepsNoFile: true };
  }
  return undefined;
}

/** An engine from this package's optional dependencies. */
function npmPeer(name) {
  return {
    sweep: efs,
    async start() {
      const require = createRequire(import.meta.url);
      const folder = require.resolve
        .paths(name)
        .map((path) => join(path, name))
        .find(existsSync);
      if (folder === undefined) throw new Absent(`npm package ${name} is not installed (npm ci in bench/)`);
      const { version } = require(join(folder, 'package.json'));
      const command = [process.execPath, join(DRIVERS, `${name}.mjs`)];
      return { command, id: digest(name, version), about: `npm ${name} ${version}; ${GRAPH_WORDS}` };
    },
  };
}
