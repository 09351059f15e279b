/**
 * reference: what is made from the tables of commands and options, beside the parser and --help.
 *
 * Maps the tables to completions for three shells, a man page, docs/cli.md and the schema of config files. Good for: saying an option once. Not for:
 * what needs more than a table to be said, which is the other pages of docs.
 */
export { bashCompletions } from './bash.js';
export { fishCompletions } from './fish.js';
export { flagsOf, optionsOf, SHELLS, type Shell } from './flags.js';
export { manPage } from './man.js';
export { exitCodes } from './manners.js';
export { referencePage } from './markdown.js';
export { configSchema } from './schema.js';
export { zshCompletions } from './zsh.js';
