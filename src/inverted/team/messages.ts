import type { AnalyzerSpec } from '../../analysis/index.js';
import type { RangeTotals } from '../inverter.js';

/** What a thread is started with. */
export interface MemberSetup {
  analyzer: AnalyzerSpec;
  bounds: number;
}

/**
 * To a thread: documents that follow one another, or the end of a range of them, to be written as a run at `path`. Texts are
 * [document][text field], `characters` their UTF-16 code units in all.
 */
export type ToMember =
  | { kind: 'texts'; first: number; texts: string[][]; characters: number }
  | { kind: 'end'; path: string };

/** From a thread: so much has been read, or a range is written. */
export type FromMember =
  | { kind: 'read'; characters: number }
  | { kind: 'range'; path: string; bytes: number; totals: RangeTotals };
