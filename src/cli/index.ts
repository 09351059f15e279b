/**
 * cli: the command line.
 *
 * Maps arguments to one call of the library and its result to text, JSON or an exit code. Good for:
 * parsing, rendering, manners on a terminal and in a pipe. Not for: anything a program that imports
 * shortlist would also want.
 */
export { main } from './main.js';
