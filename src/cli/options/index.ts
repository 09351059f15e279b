/**
 * options: the one table of what each command takes. The parser, --help, completions, the man page, docs/cli.md and the config
 * file are made from it.
 */
export { buildOptions } from './build.js';
export { commonOptions } from './common.js';
export { evalOptions } from './eval.js';
export { analyzeOptions, checkOptions, exportOptions, getOptions, infoOptions } from './others.js';
export { queryOptions } from './query.js';
export type { OptionSpec } from './spec.js';
