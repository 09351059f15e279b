import { formatIndexSpec, METRICS, type Metric, parseIndexSpec } from '../../src/schema/index.js';
import { resolveVectorSpec, specUnder, vectorKinds, vectorStages } from '../../src/vector/index.js';
import { random } from '../kernels/rows.js';

/** Every kind as it is, and with each stage it may have. */
export const specs = vectorKinds.flatMap(({ kind, stages }) => [
  kind,
  ...stages.map((stage) => `${kind}+${stage}`),
  ...vectorStages
    .filter(({ stage, next }) => stages.includes(stage) && next.includes('drop-full'))
    .map(({ stage }) => `${kind}+${stage}+drop-full`),
]);

const resolved = (spec: string, metric: Metric) =>
  formatIndexSpec(specUnder(metric, resolveVectorSpec(parseIndexSpec(spec).spec)));

/** What can't be built, and why. Whatever else is refused fails the suite. */
const UNAVAILABLE: { spec: RegExp; metric: Metric; reason: string }[] = [
  { spec: /\+/, metric: 'hamming', reason: 'packed bits are compared as they are stored' },
];

/** Every pair of a spec and a metric that is not another spelling of one before. */
export const matrix = METRICS.flatMap((metric) => {
  const met = new Set<string>();
  return specs.flatMap((spec) => {
    if (UNAVAILABLE.some((pair) => pair.metric === metric && pair.spec.test(spec))) return [];
    const canonical = resolved(spec, metric);
    if (met.has(canonical)) return [];
    met.add(canonical);
    return [{ spec, metric }];
  });
});

/** Vectors around a few centres, as embeddings are; never all zeros. Bytes of packed bits under hamming. */
export function clustered(metric: Metric, count: number, dim: number, seed: number): number[][] {
  return metric === 'hamming' ? clusteredBits(count, dim, seed) : clusteredPoints(count, dim, seed);
}

function clusteredPoints(count: number, dim: number, seed: number): number[][] {
  const next = random(seed);
  const gauss = () => next() + next() + next() - 1.5;
  const centres = Array.from({ length: 12 }, () => Array.from({ length: dim }, () => 2 * gauss()));
  return Array.from({ length: count }, () => {
    const centre = centres[Math.floor(next() * centres.length)];
    return centre.map((x) => x + gauss() / 2);
  });
}

/** One bit in eight differs from the centre's. */
function clusteredBits(count: number, bytes: number, seed: number): number[][] {
  const next = random(seed);
  const byte = () => Math.floor(next() * 256);
  const centres = Array.from({ length: 12 }, () => Array.from({ length: bytes }, byte));
  return Array.from({ length: count }, () => {
    const centre = centres[Math.floor(next() * centres.length)];
    const vector = centre.map((x) => x ^ (byte() & byte() & byte()));
    return vector.some((x) => x > 0) ? vector : vector.fill(1);
  });
}
