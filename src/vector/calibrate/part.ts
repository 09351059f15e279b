import type { WriterEnvironment } from '../../branch/index.js';
import { ResourceError } from '../../errors/index.js';
import { formatBytes } from '../../kernels/index.js';
import { formatIndexSpec } from '../../schema/index.js';
import type { Metadata } from '../../segment/metadata.js';
import { formatEffort } from '../dial.js';
import type { VectorImplementation } from '../kind.js';
import type { VectorPart } from '../part.js';
import { calibrate } from './calibrate.js';
import { chooseEffort } from './curve.js';
import { encodeCalibration } from './metadata.js';

const MIB = 2 ** 20;
/** Depth that remarks are about. */
const USUAL_DEPTH = 10;

/**
 * Calibrates a part that was just written, as its kind asks.
 * @returns what is added to its metadata, and remarks on the target where there is one
 * @throws ResourceError when the budget can't hold what a search needs
 */
export async function calibratePart(
  part: VectorPart,
  { dials: dialsOf, open }: VectorImplementation,
  environment: WriterEnvironment,
): Promise<{ meta: { [key: string]: Metadata }; notes: string[] }> {
  const { name, spec } = part.field;
  const { targetRecall: target, memoryBytes } = environment;
  if (part.count === 0) return { meta: {}, notes: [] };
  const dials = dialsOf?.(part) ?? [];
  if (dials.length === 0) {
    const note = `${name}: ${formatIndexSpec(spec)} there is nothing to choose, whatever the target`;
    return { meta: {}, notes: target === undefined ? [] : [note] };
  }
  requireSearchMemory(part, memoryBytes);
  const calibration = await calibrate(part, open(part), dials, environment);
  const meta = encodeCalibration(calibration, dials);
  if (target === undefined) return { meta, notes: [] };
  const chosen = chooseEffort(calibration, dials, target, USUAL_DEPTH);
  const found =
    chosen.reached === undefined ? '' : `, which is beyond what was measured (${chosen.reached.toFixed(4)})`;
  const effort = formatEffort(dials, (setting) => chosen.effort[setting]!);
  return { meta, notes: [`${name}: ${effort} for a recall of ${target}${found}`] };
}

/** Refuses to open a part that the budget can't hold. @throws ResourceError */
function requireSearchMemory(part: VectorPart, memoryBytes: number): void {
  const coded = part.reader.has(`${part.name}/codes`);
  const bytes = part.reader
    .list()
    .filter(({ name }) => name.startsWith(`${part.name}/`) && !(coded && name === `${part.name}/rows`))
    .reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (bytes <= memoryBytes) return;
  throw new ResourceError(
    `measuring the recall of '${part.field.name}' needs ${formatBytes(bytes)} of memory at once and has ${formatBytes(memoryBytes)}; give --memory ${Math.ceil(bytes / MIB)}MiB`,
  );
}
