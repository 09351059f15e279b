import type { Terminal } from './io.js';

/** What a command needs beside its own options. */
export interface Context {
  terminal: Terminal;
  signal: AbortSignal;
}
