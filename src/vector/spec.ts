import { didYouMean, UsageError } from '../errors/index.js';
import { formatIndexSpec, type IndexSpec, METRICS, type Metric, type SpecPart } from '../schema/index.js';
import {
  DEFAULT_KIND,
  DROP_FULL,
  type VectorKind,
  type VectorParam,
  vectorKinds,
  vectorStages,
} from './kinds.js';

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
  const found = resolvedKind(spec);
  return {
    kind: found.kind,
    params: resolveParams(spec, found.params, where),
    stages: resolveStages(spec, found, where),
  };
}

/**
 * A spec, resolved or not, as --drop-full has it: without what is stored beside its codes.
 * @throws UsageError where there is nothing else to score with, or candidates were to be ranked on it
 */
export function withoutFull(spec: IndexSpec): IndexSpec {
  const { defaultStage, stages: choices } = resolvedKind(spec);
  const stages = spec.stages.length > 0 || !defaultStage ? spec.stages : [{ kind: defaultStage, params: {} }];
  const last = stages.at(-1)?.kind;
  if (last === DROP_FULL) return resolveVectorSpec(spec);
  const known = vectorStages.find(({ stage }) => stage === last);
  if (known?.next.includes(DROP_FULL)) {
    return resolveVectorSpec({ ...spec, stages: [...stages, { kind: DROP_FULL, params: {} }] });
  }
  // What is wrong with the spec itself is said first.
  resolveVectorSpec(spec);
  const where = `--drop-full with index spec '${formatIndexSpec(spec)}'`;
  if (last === 'refine') {
    throw new UsageError(`${where}: '+refine' ranks on the vectors that are not to be stored; leave one out`);
  }
  const others = choices
    .filter((name) => vectorStages.find(({ stage }) => stage === name)!.next.includes(DROP_FULL))
    .map((name) => `${spec.kind}+${name}`);
  throw new UsageError(
    `${where}: the vectors are all there is to score with; take codes beside them, ${others.join(', ')}`,
  );
}

/** True where the vectors are not stored beside codes that lose something. */
export function dropsFull({ stages }: IndexSpec): boolean {
  return stages.some(({ kind }) => kind === DROP_FULL);
}

/**
 * A resolved spec as it is under a metric: packed bits are compared as they are stored, without a stage.
 * @throws UsageError when a stage was asked for that bits can't have
 */
export function specUnder(metric: Metric, spec: IndexSpec): IndexSpec {
  if (metric !== 'hamming') return spec;
  const [usual] = resolveVectorSpec({ ...spec, stages: [] }).stages;
  for (const stage of spec.stages) {
    // The stage that stands when none is written keeps bytes as they are.
    if (formatIndexSpec({ ...stage, stages: [] }) === (usual && formatIndexSpec({ ...usual, stages: [] })))
      continue;
    throw new UsageError(
      `index spec '${formatIndexSpec(spec)}': '+${stage.kind}' under hamming, where packed bits are compared as they are stored; leave it out`,
    );
  }
  return { ...spec, stages: [] };
}

/** @throws UsageError naming the kinds there are */
function resolvedKind(spec: IndexSpec): VectorKind {
  const kinds = vectorKinds.map((known) => known.kind);
  const found = vectorKinds.find((known) => known.kind === spec.kind);
  if (found !== undefined) return found;
  throw new UsageError(
    `index spec '${formatIndexSpec(spec)}': kind '${spec.kind}' is not known${didYouMean(spec.kind, kinds)}; there are ${kinds.join(', ')}`,
  );
}

/** Each stage says what may follow it, as the kind says what may follow that. */
function resolveStages(spec: IndexSpec, found: VectorKind, where: string): SpecPart[] {
  const { kind, stages, defaultStage } = found;
  const resolved: SpecPart[] = [];
  let before: string = kind;
  let names: string[] = stages;
  let missing: string | undefined = defaultStage;
  for (let i = 0; i < spec.stages.length || missing !== undefined; i++) {
    const part = spec.stages[i] ?? { kind: missing!, params: {} };
    const stage = vectorStages.find((candidate) => candidate.stage === part.kind);
    if (stage === undefined || !names.includes(stage.stage)) {
      throw new UsageError(`${where}: ${refusal(part.kind, before, names, kind)}`);
    }
    resolved.push({ kind: part.kind, params: resolveParams(part, stage.params, where) });
    before = `+${stage.stage}`;
    names = stage.next;
    missing = stage.defaultNext;
  }
  return resolved;
}

/** What is wrong with a stage, and what would be right. */
function refusal(name: string, before: string, names: string[], kind: string): string {
  const known = vectorStages.some(({ stage }) => stage === name);
  const problem = known ? `'${before}' has no stage '+${name}'` : `stage '+${name}' is not known`;
  const takes = names.length === 0 ? 'takes no stage' : `takes ${names.map((s) => `+${s}`).join(', ')}`;
  const others = vectorKinds.filter((other) => other.kind !== kind && other.stages.some((s) => s === name));
  const elsewhere = others.map((other) => `'${other.kind}+${name}'`).join(' and ');
  const there =
    elsewhere === '' || before !== kind ? '' : `; there ${others.length > 1 ? 'are' : 'is'} ${elsewhere}`;
  return `${problem}${known ? '' : didYouMean(name, names)}; ${before} ${takes}${there}`;
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
