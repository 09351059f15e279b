import { UsageError } from '../errors/index.js';
import { type Calibration, chooseEffort, decodeCalibration } from './calibrate/index.js';
import { FLAGS } from './dial.js';
import type { Dial, VectorSearching } from './kind.js';
import type { VectorPart } from './part.js';
import { querySettings, type Settings } from './query.js';

/** What a segment is searched with for the sake of a recall. */
export interface TargetEffort {
  target: number;
  depth: number;
  dials: Dial[];
  /** With a value for each dial. */
  settings: Settings;
  /** Set when the target is beyond what was measured: what the last effort found. */
  reached?: number;
}

/** What one segment's recall depends on, and how much of it a target needs. */
export class SegmentEfforts {
  private readonly part: VectorPart;
  private readonly dials: Dial[];
  private readonly calibration: Calibration | undefined;
  /** A batch asks for the same again and again. */
  private last: TargetEffort | undefined;

  /** @throws CorruptError */
  constructor(part: VectorPart, { dials }: VectorSearching) {
    this.part = part;
    this.dials = dials?.(part) ?? [];
    this.calibration = this.dials.length === 0 ? undefined : decodeCalibration(part, this.dials);
  }

  /** True when a query says itself what would be chosen. */
  given(settings: Settings): boolean {
    for (const { setting, rivals } of this.dials) {
      if (settings[setting] !== undefined) return true;
      for (const rival of rivals) if (settings[rival]) return true;
    }
    return false;
  }

  /**
   * @param asked recall of the query; undefined: what the index was built for, if anything
   * @returns undefined where no recall is aimed at, or every row is compared anyway
   * @throws UsageError when nothing was measured
   */
  choose(asked: number | undefined, depth: number): TargetEffort | undefined {
    const target = asked ?? this.calibration?.target;
    if (target === undefined || this.dials.length === 0) return undefined;
    if (this.last?.target !== target || this.last.depth !== depth) this.last = this.look(target, depth);
    return this.last;
  }

  private look(target: number, depth: number): TargetEffort {
    const { part, dials, calibration } = this;
    if (calibration === undefined) {
      const flags = dials.map(({ setting }) => FLAGS[setting]).join(', ');
      throw new UsageError(
        `the recall of '${part.field.name}' was not measured when the index was built, so none can be aimed at; build with --target-recall or --calibrate, or give ${flags} or --exact`,
      );
    }
    const { effort, reached } = chooseEffort(calibration, dials, target, depth);
    return { target, depth, dials, settings: querySettings(effort), reached };
  }
}
