import type { FilterPlan } from '../branch/index.js';
import type { RecallSettings } from '../recall/index.js';

/** Options that make vectors of the texts of queries. */
export interface EmbedFlags {
  embedCommand?: string;
  embed?: boolean;
  embedCache?: string;
}

/** Flags of query and eval that say how branches search. */
export interface SearchFlags extends EmbedFlags {
  branches?: string[];
  efSearch?: number;
  gamma?: number;
  nprobe?: number;
  probeFade?: number;
  refine?: number;
  targetRecall?: number;
  scoring?: string;
  feedback?: string;
  k1?: number;
  b?: number;
  operator?: 'any' | 'all';
  syntax?: 'plain' | 'query';
  filter?: string;
  filterPlan?: FilterPlan;
  radius?: number;
}

/** Settings that flags of the same name say. */
const SETTINGS = [
  'branches',
  'efSearch',
  'gamma',
  'nprobe',
  'probeFade',
  'refine',
  'targetRecall',
  'scoring',
  'feedback',
  'k1',
  'b',
  'operator',
  'syntax',
  'filter',
  'filterPlan',
  'radius',
] as const satisfies (keyof SearchFlags & keyof RecallSettings)[];

export function searchSettings(flags: SearchFlags): RecallSettings {
  return Object.fromEntries(SETTINGS.map((name) => [name, flags[name]]));
}
