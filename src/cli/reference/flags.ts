import type { CommandSpec } from '../command.js';
import { commonOptions, type OptionSpec } from '../options/index.js';

/** What the flags of an option say. */
export interface Flags {
  /** `k`, without the dash. */
  short?: string;
  /** `ef-search`, without the dashes. */
  long: string;
  /** `file`; absent for a switch. */
  value?: string;
}

/** `-k, --k <n>` in parts. */
export function flagsOf({ flags }: OptionSpec): Flags {
  const match = /^(?:-(\w), )?--([\w-]+)(?: <(.+)>)?$/.exec(flags);
  if (match === null) throw new Error(`flags '${flags}' are not of the form '-k, --k <n>'`);
  return { short: match[1], long: match[2], value: match[3] };
}

const help: OptionSpec = { flags: '-h, --help', description: 'show this help', group: 'Output:' };

/** All options that a command takes, those of every command last. */
export function optionsOf(command: CommandSpec): OptionSpec[] {
  return [...command.options, ...commonOptions, help];
}

/** What a value is completed with. */
export type Completes = 'choices' | 'files' | 'directories' | 'nothing';

export function completesWith(option: OptionSpec): Completes {
  const { value } = flagsOf(option);
  if (option.choices !== undefined) return 'choices';
  return value === undefined ? 'nothing' : placeOf(value);
}

/** What the arguments of a command are completed with. `<shell>` is completed with the shells. */
export function argumentsCompleteWith(command: CommandSpec): Completes {
  if (command.arguments === '<shell>') return 'choices';
  return placeOf(command.arguments);
}

function placeOf(name: string): Completes {
  if (/file|run|inputs/.test(name)) return 'files';
  return /dir|index/.test(name) ? 'directories' : 'nothing';
}

/** The headings of --help in the order in which the options name them, each with its options. */
export function groupsOf(command: CommandSpec): [heading: string, options: OptionSpec[]][] {
  const groups = new Map<string, OptionSpec[]>();
  for (const option of optionsOf(command)) {
    const own = groups.get(option.group) ?? [];
    own.push(option);
    groups.set(option.group, own);
  }
  return [...groups].map(([heading, options]) => [heading.replace(/:$/, ''), options]);
}

/** What --help says behind the description. */
export function remarksOn({ choices, default: value, defaultText }: OptionSpec): string[] {
  const remarks = [];
  if (choices !== undefined) remarks.push(`one of ${choices.join(', ')}`);
  const text = defaultText ?? (value === undefined ? undefined : String(value));
  if (text !== undefined) remarks.push(`default ${text}`);
  return remarks;
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];
