import type { Hash } from 'node:crypto';

let loaded: typeof import('node:crypto') | undefined;

/** node:crypto, loaded when something is digested: that takes 3 ms, and a query digests nothing. */
function crypto(): typeof import('node:crypto') {
  loaded ??= process.getBuiltinModule('node:crypto');
  return loaded;
}

/** A running SHA-256. */
export function sha256(): Hash {
  return crypto().createHash('sha256');
}

/** SHA-256 of a text's UTF-8 bytes. */
export function sha256Of(text: string): Buffer {
  return crypto().hash('sha256', text, 'buffer');
}
