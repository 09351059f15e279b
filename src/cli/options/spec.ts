/**
 * One option of a command. This table is the only place an option is declared: the parser, --help, completions, the man
 * page and docs/cli.md are made from it, and a test walks it.
 */
export interface OptionSpec {
  /** commander's form: `-k, --k <n>`. Completions offer files for a value whose name has 'file', 'dir', 'run' or 'index'. */
  flags: string;
  /** One sentence, no full stop. */
  description: string;
  /** Heading in --help. */
  group: string;
  parse?: (value: string, previous?: never) => unknown;
  choices?: string[];
  default?: unknown;
  /** Shown instead of the default. */
  defaultText?: string;
  /** May be given several times. */
  repeatable?: boolean;
}

/** Headings of --help. */
export const INPUT = 'Input:';
export const FIELDS = 'Fields:';
export const STRUCTURE = 'Vectors and text:';
export const RESOURCES = 'Resources:';
export const SEARCH = 'Search:';
export const OUTPUT = 'Output:';
export const MEASURE = 'Measuring:';
export const CONFIG = 'Configuration:';
