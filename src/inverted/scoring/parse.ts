import { didYouMean, UsageError } from '../../errors/index.js';
import { Bm25 } from './bm25.js';
import { Dirichlet } from './dirichlet.js';
import type { Collection, Scoring } from './scoring.js';

const NAMES = ['bm25', 'bm25+', 'bm25l', 'ql'];

/**
 * Makes what `bm25`, `bm25+:delta=0.7`, `bm25l`, `ql:mu=2000` say.
 * @param options k1 and b, of the kinds of BM25
 * @throws UsageError with the nearest name for one that is not known, and for a parameter it does not take
 */
export function makeScoring(
  collection: Collection,
  text: string,
  options: { k1?: number; b?: number },
): Scoring {
  const match = /^([^:]+)(?::(\w+)=([\d.eE+-]+))?$/.exec(text.trim());
  const [, written = text, parameter, number] = match ?? [];
  const name = written.trim().toLowerCase();
  const bad = (what: string) => new UsageError(`scoring '${text}': ${what}`);
  if (!NAMES.includes(name))
    throw bad(`not known${didYouMean(name, NAMES) || `; there are ${NAMES.join(', ')}`}`);
  const takes = { bm25: undefined, 'bm25+': 'delta', bm25l: 'delta', ql: 'mu' }[name];
  if (match === null || (parameter !== undefined && parameter !== takes))
    throw bad(takes === undefined ? 'takes --k1 and --b, nothing else' : `write ${name}:${takes}=NUMBER`);
  const value = number === undefined ? undefined : Number(number);
  if (value !== undefined && !(Number.isFinite(value) && value >= 0))
    throw bad(`'${number}' is no number from 0`);
  if (name === 'bm25' || name === 'bm25+' || name === 'bm25l')
    return new Bm25(collection, { ...options, variant: name, delta: value });
  if (options.k1 !== undefined || options.b !== undefined)
    throw bad('--k1 and --b are settings of BM25 and its kin');
  return new Dirichlet(collection, { mu: value });
}
