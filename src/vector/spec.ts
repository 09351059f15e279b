import { didYouMean, UsageError } from '../errors/index.js';
import { formatIndexSpec, type IndexSpec, type Metric, type SpecPart } from '../schema/index.js';
import { DEFAULT_KIND, type VectorKind, type VectorParam, vectorKinds, vectorStages } from './kinds.js';

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
  return {
    kind: found.kind,
    params: resolveParams(spec, found.params, where),
    stages: resolveStages(spec, found, where),
  };
}

function resolveStages(spec: IndexSpec, { kind, stages }: VectorKind, where: string): SpecPart[] {
  const [first, second] = spec.stages;
  if (first === undefined)
    return stages.length === 0 ? [] : [resolveStage({ kind: stages[0], params: {} }, where)];
  if (!stages.some((stage) => stage === first.kind)) {
    const known = vectorStages.some((stage) => stage.stage === first.kind);
    const takes = stages.length === 0 ? 'takes no stage' : `takes ${stages.map((s) => `+${s}`).join(', ')}`;
    const problem = known ? `'${kind}' has no stage '+${first.kind}'` : `stage '+${first.kind}' is not known`;
    throw new UsageError(`${where}: ${problem}${didYouMean(first.kind, stages)}; ${kind} ${takes}`);
  }
  if (second !== undefined) {
    throw new UsageError(`${where}: '+${second.kind}' after '+${first.kind}'; ${kind} takes one stage`);
  }
  return [resolveStage(first, where)];
}

function resolveStage(part: SpecPart, where: string): SpecPart {
  const { params } = vectorStages.find((stage) => stage.stage === part.kind)!;
  return { kind: part.kind, params: resolveParams(part, params, where) };
}

function resolveParams(part: SpecPart, known: VectorParam[], where: string): Record<string, number> {
  const names = known.map((param) => param.name);
  for (const name of Object.keys(part.params)) {
    if (names.includes(name)) continue;
    const takes = names.length === 0 ? 'takes no parameters' : `takes ${names.join(', ')}`;
    throw new UsageError(
      `${where}: '${part.kind}' has no parameter '${name}'${didYouMean(name, names)}; it ${takes}`,
    );
  }
  const params: Record<string, number> = {};
  for (const param of known) {
    const value = Object.hasOwn(part.params, param.name) ? part.params[param.name] : param.default;
    if (!Number.isSafeInteger(value) || value < param.min || value > param.max) {
      throw new UsageError(
        `${where}: ${param.name} is ${value}; give a whole number from ${param.min} to ${param.max}`,
      );
    }
    params[param.name] = value;
  }
  return params;
}
