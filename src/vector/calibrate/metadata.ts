import { CorruptError } from '../../errors/index.js';
import type { MsgMap, MsgValue } from '../../segment/index.js';
import type { Metadata } from '../../segment/metadata.js';
import type { Dial, Effort } from '../kind.js';
import type { VectorPart } from '../part.js';
import { type Calibration, type Curve, chooseEffort, combine } from './curve.js';

/** Where it stands in a part's metadata. */
const KEY = 'calibration';
/** Bounds of what a file may say. */
const MOST_POINTS = 1000;
const MOST_COUNT = 2 ** 32;

/** For the metadata of a part. With a target, the effort that meets it at each depth stands beside its curve. */
export function encodeCalibration(calibration: Calibration, dials: Dial[]): { [key: string]: Metadata } {
  const { queries, curves, target } = calibration;
  return {
    [KEY]: {
      queries,
      target,
      curves: curves.map(({ depth, efforts, recalls, deviations }) => ({
        depth,
        efforts: Object.fromEntries(
          dials.map(({ setting }) => [setting, efforts.map((effort) => effort[setting]!)]),
        ),
        recalls,
        deviations,
        chosen: target === undefined ? undefined : chooseEffort(calibration, dials, target, depth).effort,
      })),
    },
  };
}

/**
 * The calibration of a part.
 * @returns undefined when it has none
 * @throws CorruptError when it can't be one
 */
export function decodeCalibration(
  { reader, name, meta }: VectorPart,
  dials: Dial[],
): Calibration | undefined {
  const found = meta.get(KEY);
  if (found === undefined) return undefined;
  const fail = (what: string): never => {
    throw new CorruptError(reader.path, `the calibration of '${name}' ${what}`);
  };
  if (!(found instanceof Map)) return fail('is no map');
  const queries = found.get('queries');
  if (queries !== 0 && !isCount(queries)) return fail(`has ${String(queries)} queries`);
  const target = found.get('target');
  if (target !== undefined && !(isShare(target) && target > 0 && target < 1)) {
    return fail(`has a target of ${String(target)}`);
  }
  const list = found.get('curves');
  if (!Array.isArray(list)) return fail('has no curves');
  const curves: Curve[] = [];
  for (const entry of list) {
    const curve = entry instanceof Map ? decodeCurve(entry, dials) : undefined;
    if (curve === undefined || !(curve.depth > (curves[curves.length - 1]?.depth ?? 0))) {
      return fail(`has a curve ${curves.length} that is none`);
    }
    curves.push(curve);
  }
  const calibration = { queries, curves, target };
  for (const [i, { depth }] of curves.entries()) {
    const stored = (list[i] as MsgMap).get('chosen');
    const right = target === undefined ? undefined : chooseEffort(calibration, dials, target, depth).effort;
    const same =
      right === undefined
        ? stored === undefined
        : stored instanceof Map &&
          stored.size === dials.length &&
          dials.every(({ setting }) => stored.get(setting) === right[setting]);
    if (!same) return fail(`chooses another effort at depth ${depth} than its curve says`);
  }
  return calibration;
}

function decodeCurve(map: MsgMap, dials: Dial[]): Curve | undefined {
  const depth = map.get('depth');
  const settings = map.get('efforts');
  const recalls = map.get('recalls');
  const deviations = map.get('deviations');
  if (!isCount(depth) || !(settings instanceof Map) || settings.size !== dials.length) return undefined;
  if (!isList(recalls, isShare) || !isList(deviations, isShare)) return undefined;
  const { length } = recalls;
  if (length < 1 || length > MOST_POINTS || deviations.length !== length) return undefined;
  for (const dial of dials) {
    const values = settings.get(dial.setting);
    if (!isList(values, isCount) || values.length !== length) return undefined;
    if (!values.every((value, i) => i === 0 || value >= values[i - 1])) return undefined;
  }
  const efforts = recalls.map(
    (_, i): Effort => combine(dials, ({ setting }) => (settings.get(setting) as number[])[i]),
  );
  return { depth, efforts, recalls, deviations };
}

function isList<T extends MsgValue>(
  value: MsgValue | undefined,
  each: (entry: MsgValue | undefined) => entry is T,
): value is T[] {
  return Array.isArray(value) && value.every((entry) => each(entry));
}

function isCount(value: MsgValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= MOST_COUNT;
}

function isShare(value: MsgValue | undefined): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}
