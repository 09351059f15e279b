import { didYouMean, UsageError } from '../../errors/index.js';
import { Bm25 } from './bm25.js';
import { Bm25f, type FieldCollection, type FieldSetting } from './bm25f.js';
import { Dirichlet } from './dirichlet.js';
import type { Collection, Scoring } from './scoring.js';

const NAMES = ['bm25', 'bm25+', 'bm25l', 'bm25f', 'ql'];

/**
 * Makes what `bm25`, `bm25+:delta=0.7`, `bm25l`, `bm25f:title=3,title.b=0.5`, `ql:mu=2000` say.
 * @param fields the text fields of the index; undefined where it does not tell them apart
 * @param options k1 and b, of the kinds of BM25
 * @throws UsageError with the nearest name for one that is not known, and for a parameter it does not take
 */
export function makeScoring(
  collection: Collection,
  text: string,
  options: { k1?: number; b?: number },
  fields: () => FieldCollection[] | undefined = () => undefined,
): Scoring {
  const whole = text.trim();
  if (/^bm25f(:|$)/i.test(whole)) return makeBm25f(collection, whole, options, fields());
  const match = /^([^:]+)(?::(\w+)=([\d.eE+-]+))?$/.exec(whole);
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

/** `bm25f:title=3,title.b=0.5`: a weight and a b for each field that is named. */
function makeBm25f(
  collection: Collection,
  text: string,
  options: { k1?: number; b?: number },
  fields: FieldCollection[] | undefined,
): Scoring {
  const bad = (what: string) => new UsageError(`scoring '${text}': ${what}`);
  if (fields === undefined)
    throw bad(
      'this index does not tell its text fields apart; build it again, without --no-positions where that was given',
    );
  const names = fields.map(({ name }) => name);
  const settings = new Map<string, FieldSetting>();
  for (const pair of text.slice(6).split(',')) {
    if (pair === '' && text.length <= 6) continue;
    const equals = pair.lastIndexOf('=');
    const key = pair.slice(0, Math.max(0, equals)).trim();
    const value = Number(pair.slice(equals + 1) || Number.NaN);
    const ofB = !names.includes(key) && key.endsWith('.b');
    const name = ofB ? key.slice(0, -2) : key;
    if (equals < 0) throw bad(`'${pair}': write field=weight or field.b=number`);
    if (!names.includes(name))
      throw bad(
        `no text field '${name}'${didYouMean(name, names) || `; there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`}`,
      );
    if (!(value >= 0 && Number.isFinite(value))) throw bad(`'${pair}': no number from 0`);
    const known = settings.get(name) ?? {};
    if (known[ofB ? 'b' : 'weight'] !== undefined) throw bad(`'${key}' is given twice`);
    settings.set(name, { ...known, [ofB ? 'b' : 'weight']: value });
  }
  return new Bm25f(collection, fields, settings, options);
}
