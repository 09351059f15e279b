import { didYouMean, UsageError } from '../errors/index.js';
import { formatIndexSpec, type IndexSpec, type Metric } from '../schema/index.js';
import { DEFAULT_KIND, vectorKinds } from './kinds.js';

const METRICS: Metric[] = ['l2', 'ip', 'cosine'];

/** @throws UsageError naming the metrics there are */
export function parseMetric(text: string): Metric {
  const metric = METRICS.find((candidate) => candidate === text);
  if (metric === undefined) {
    throw new UsageError(
      `metric '${text}' is not known${didYouMean(text, METRICS)}; there are ${METRICS.join(', ')}`,
    );
  }
  return metric;
}

/** The spec of a field nothing was said about. */
export function defaultVectorSpec(): IndexSpec {
  return resolveVectorSpec({ kind: DEFAULT_KIND, params: {}, stages: [] });
}

/**
 * Checks a parsed spec against the kinds there are and fills in the defaults, so that what is
 * recorded says all that was chosen. `nlist=0` stays: the number is chosen from the vectors.
 * @throws UsageError
 */
export function resolveVectorSpec(spec: IndexSpec): IndexSpec {
  const where = `index spec '${formatIndexSpec(spec)}'`;
  const kinds = vectorKinds.map((known) => known.kind);
  const found = vectorKinds.find((known) => known.kind === spec.kind);
  if (found === undefined) {
    throw new UsageError(
      `${where}: kind '${spec.kind}' is not known${didYouMean(spec.kind, kinds)}; there are ${kinds.join(', ')}`,
    );
  }
  if (spec.stages.length > 0) {
    const stage = spec.stages[0].kind;
    throw new UsageError(
      `${where}: stage '+${stage}' is not known${didYouMean(stage, kinds)}; vectors are kept as float32 and an index is one of ${kinds.join(', ')}`,
    );
  }
  const names = found.params.map((param) => param.name);
  for (const name of Object.keys(spec.params)) {
    if (names.includes(name)) continue;
    const known = names.length === 0 ? 'takes no parameters' : `takes ${names.join(', ')}`;
    throw new UsageError(
      `${where}: '${found.kind}' has no parameter '${name}'${didYouMean(name, names)}; it ${known}`,
    );
  }
  const params: Record<string, number> = {};
  for (const param of found.params) {
    const value = Object.hasOwn(spec.params, param.name) ? spec.params[param.name] : param.default;
    if (!Number.isSafeInteger(value) || value < param.min || value > param.max) {
      throw new UsageError(
        `${where}: ${param.name} is ${value}; give a whole number from ${param.min} to ${param.max}`,
      );
    }
    params[param.name] = value;
  }
  return { kind: found.kind, params, stages: [] };
}
