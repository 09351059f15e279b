import type { Dial, EffortSetting } from './kind.js';

/** The value tried after another: 1.4 times as much, half of a doubling. */
export function halfDoubled(value: number): number {
  return Math.max(value + 1, Math.floor((value * 7) / 5));
}

/** Names as flags, for messages. */
export const FLAGS: Record<EffortSetting, string> = {
  efSearch: '--ef-search',
  nprobe: '--nprobe',
  refine: '--refine',
};

/** Values beside the names of their settings, `nprobe 12, refine 8`. */
export function formatEffort(dials: Dial[], text: (setting: EffortSetting) => string | number): string {
  return dials.map(({ setting }) => `${setting} ${text(setting)}`).join(', ');
}
