import type { OptionSpec } from './options/spec.js';

export type CommandName =
  | 'build'
  | 'query'
  | 'eval'
  | 'info'
  | 'get'
  | 'check'
  | 'analyze'
  | 'export'
  | 'completions';

/** A command as --help, completions and the pages of the reference have it. Its code is loaded by main, when it is called. */
export interface CommandSpec {
  name: CommandName;
  /** `<one>`, `[optional]`, `<several...>`. */
  arguments: string;
  /** One sentence, no full stop. */
  summary: string;
  examples: string[];
  options: OptionSpec[];
}
