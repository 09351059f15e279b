// A data set in the layout base.{b,f}vecs[.gz], query.{b,f}vecs[.gz], gt.ivecs, gt_dist.fvecs, prepared for all engines:
// raw row-major matrices without headers, scaled to length 1 where the metric is cosine.
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { cachePath, digest, once } from './cache.mjs';
import { packVecs, readVecs } from './vecs.mjs';

/** Where sets are looked for by name: beside the repository. */
const SHARED = resolve(import.meta.dirname, '../../../../shared/data');

/** @param name a folder, or its path under ../shared/data: 'sift-128-200k', 'scifact/lsa-128' */
export function findSet(name) {
  const folders = [resolve(name), join(SHARED, name)];
  const folder = folders.find((path) => existsSync(path) && statSync(path).isDirectory() && find(path, 'gt'));
  if (folder === undefined) {
    throw new Error(
      `no data set '${name}': a folder with base, query and gt vectors, or one of ../shared/data`,
    );
  }
  return { folder, name: folder === folders[1] ? name : basename(folder) };
}

function find(folder, stem) {
  const file = readdirSync(folder).find((entry) => new RegExp(`^${stem}\\.[fbi]vecs(\\.gz)?$`).test(entry));
  return file === undefined ? undefined : join(folder, file);
}

/**
 * @returns name, rows, dim, queries, metric ('l2', 'ip', 'cosine'), whether all components are whole numbers 0..255
 *   (`bytes`), the set's own files (`given`), the prepared ones (`base`, `query`, `baseBytes`, `queryBytes`, `oneQuery`),
 *   and the true neighbours: Int32Array, `depth` a query
 */
export async function prepareSet(wanted) {
  const { folder, name } = findSet(wanted);
  const given = { base: find(folder, 'base'), query: find(folder, 'query') };
  const truth = readVecs(find(folder, 'gt'));
  const stamp = [given.base, given.query].map(
    (file) => `${file} ${statSync(file).size} ${statSync(file).mtimeMs}`,
  );
  const stem = join('data', `${name.replaceAll('/', '-')}-${digest(...stamp)}`);
  const paths = {
    base: cachePath(`${stem}.base.f32`),
    query: cachePath(`${stem}.query.f32`),
    baseBytes: cachePath(`${stem}.base.u8`),
    queryBytes: cachePath(`${stem}.query.u8`),
    oneQuery: cachePath(`${stem}.one.fvecs`),
  };
  const facts = await once(cachePath(`${stem}.facts`), false, () => {
    const base = readVecs(given.base);
    const query = readVecs(given.query);
    if (base.dim !== query.dim)
      throw new Error(`${folder}: base has ${base.dim} components, queries ${query.dim}`);
    const { dim, rows } = base;
    const metric = metricOf(folder, base, query, truth);
    const isByte = (value) => Number.isInteger(value) && value >= 0 && value <= 255;
    const bytes = metric === 'l2' && base.data.every(isByte) && query.data.every(isByte);
    writeFileSync(paths.oneQuery, packVecs(Float32Array.from(query.data.subarray(0, dim)), dim));
    if (bytes) {
      writeFileSync(paths.baseBytes, Uint8Array.from(base.data));
      writeFileSync(paths.queryBytes, Uint8Array.from(query.data));
    }
    const unit = metric === 'cosine';
    writeFileSync(paths.base, unit ? scaled(base.data, dim) : Float32Array.from(base.data));
    writeFileSync(paths.query, unit ? scaled(query.data, dim) : Float32Array.from(query.data));
    return { rows, dim, queries: query.rows, metric, bytes };
  });
  return { name, ...facts, given, ...paths, truth: { depth: truth.dim, ids: truth.data } };
}

/** Rows scaled to length 1; zero rows stay zero. */
function scaled(data, dim) {
  const out = new Float32Array(data.length);
  for (let at = 0; at < data.length; at += dim) {
    let sum = 0;
    for (let i = at; i < at + dim; i++) sum += data[i] * data[i];
    const factor = sum > 0 ? 1 / Math.sqrt(sum) : 0;
    for (let i = at; i < at + dim; i++) out[i] = data[i] * factor;
  }
  return out;
}

const DISTANCES = {
  l2: ({ square }) => square,
  cosine: ({ dot, a, b }) => 1 - dot / Math.sqrt(a * b),
  ip: ({ dot }) => -dot,
};

/** The metric under which the distances that came with the true neighbours are right. */
function metricOf(folder, base, query, truth) {
  const file = find(folder, 'gt_dist');
  if (file === undefined) throw new Error(`${folder}: no gt_dist.fvecs, so the metric is not known`);
  const distances = readVecs(file);
  const right = Object.keys(DISTANCES).filter((metric) => {
    for (let q = 0; q < Math.min(20, query.rows); q++) {
      const x = base.data.subarray(truth.data[q * truth.dim] * base.dim).subarray(0, base.dim);
      const y = query.data.subarray(q * query.dim, (q + 1) * query.dim);
      const sums = { square: 0, dot: 0, a: 0, b: 0 };
      for (let i = 0; i < x.length; i++) {
        sums.square += (x[i] - y[i]) ** 2;
        sums.dot += x[i] * y[i];
        sums.a += x[i] ** 2;
        sums.b += y[i] ** 2;
      }
      const want = distances.data[q * distances.dim];
      if (Math.abs(DISTANCES[metric](sums) - want) > 1e-4 * Math.max(1, Math.abs(want))) return false;
    }
    return true;
  });
  if (right.length === 0) throw new Error(`${folder}: gt_dist.fvecs agrees with none of l2, cosine, ip`);
  return right[0];
}

/** Mean over queries of the share of the k true neighbours that are among the k ids found; -1 is no id. */
export function recallAt(set, ids, k) {
  let found = 0;
  for (let q = 0; q < set.queries; q++) {
    const truth = new Set(set.truth.ids.subarray(q * set.truth.depth, q * set.truth.depth + k));
    for (let i = q * k; i < (q + 1) * k; i++) if (truth.delete(ids[i])) found++;
  }
  return found / (set.queries * k);
}
