import { didYouMean, UsageError } from '../errors/index.js';
import { type Family, families, type Parameters } from './families.js';
import type { Measure } from './measure.js';

const LARGEST_CUTOFF = 2 ** 31 - 1;

/** Lower-case name or alias without cut-off → family. */
const byName = new Map<string, Family>();
/** trec_eval's lower-case `name` of `name_k` → family. */
const byCut = new Map<string, Family>();
for (const family of families) {
  byName.set(family.name.toLowerCase(), family);
  if (family.cut !== undefined) byCut.set(family.cut, family);
  for (const alias of family.aliases) {
    if (/^[\w-]+$/.test(alias) && !/_[kr]$/.test(alias)) byName.set(alias.toLowerCase(), family);
  }
}
byName.set('precision', named('P'));

function named(name: string): Family {
  const family = families.find((candidate) => candidate.name === name);
  if (family === undefined) throw new Error(`no family '${name}'`);
  return family;
}

/**
 * Reads a measure as ir_measures (`nDCG@10`, `P(rel=2)@10`) or trec_eval (`ndcg_cut_10`, `ndcg_cut.10`) write it,
 * in any case but for two names: `recall@k` is against exact neighbours while `R@k` and `recall_k` are against
 * judgments (`Recall@k` is refused, being either), and `rbp` alone is trec_eval's, with p = 0.9.
 * @throws UsageError with the nearest name for one that is not known, and for a wrong parameter or cut-off
 */
export function parseMeasure(text: string): Measure {
  const written = text.trim();
  const shape = /^([^()@\s]+)\s*(?:\(([^()]*)\))?\s*(?:@\s*(\S+))?$/.exec(written);
  if (shape === null) throw bad(written, 'not a measure', 'write it like nDCG@10 or P(rel=2)@10');
  const [, name, inside, cut] = shape;

  if (name.toLowerCase() === 'recall') return truthRecall(written, name, inside, cut);
  if (name === '1-recall' && inside === undefined) {
    if (cut === undefined) throw bad(written, 'needs a cut-off', 'write 1-recall@10');
    const depth = wholeCutoff(written, cut);
    return { name: `1-recall@${depth}`, needs: 'truth', depth, neighbours: 1 };
  }
  if (name.toLowerCase() === 'distanceratio') {
    if (cut === undefined || inside !== undefined)
      throw bad(written, 'takes a cut-off and nothing else', 'write distanceRatio@10');
    const depth = wholeCutoff(written, cut);
    return { name: `distanceRatio@${depth}`, needs: 'truth', depth, ratio: true };
  }
  if (/^(alpha|α)[_-]ndcg$/i.test(name)) return alphaNdcg(written, inside, cut);
  if (written === 'rbp') return make(written, named('RBP'), 'p=0.9', undefined);

  const family = byName.get(name.toLowerCase());
  if (family !== undefined) return make(written, family, inside, cut);

  const trec = /^(.+?)[_.](\d+(?:\.\d+)?)$/.exec(name);
  const cutFamily = trec === null ? undefined : byCut.get(trec[1].toLowerCase());
  if (trec !== null && cutFamily !== undefined && inside === undefined && cut === undefined) {
    return make(written, cutFamily, undefined, trec[2]);
  }
  const bare = byCut.get(name.toLowerCase());
  if (bare !== undefined)
    throw bad(written, 'needs a cut-off', `write ${bare.name}@${bare.cutoff === 'level' ? '0.1' : '10'}`);
  throw unknown(written, name, cut);
}

function alphaNdcg(written: string, inside: string | undefined, cut: string | undefined): Measure {
  if (cut === undefined) throw bad(written, 'needs a cut-off', 'write alpha_nDCG@10');
  const depth = wholeCutoff(written, cut);
  const given = /^\s*alpha\s*=\s*(\d*\.?\d+)\s*$/i.exec(inside ?? 'alpha=0.5');
  const alpha = Number(given?.[1] ?? Number.NaN);
  if (!(alpha >= 0 && alpha <= 1))
    throw bad(written, `'${inside}' is no parameter of it`, 'write alpha=, a number from 0 to 1');
  return {
    name: `alpha_nDCG${alpha === 0.5 ? '' : `(alpha=${alpha})`}@${depth}`,
    needs: 'subtopics',
    depth,
    alpha,
  };
}

function truthRecall(
  written: string,
  name: string,
  inside: string | undefined,
  cut: string | undefined,
): Measure {
  const depth = Number(cut);
  const choices = `recall@${cut ?? 10} against exact neighbours, R@${cut ?? 10} against judgments`;
  if (name !== 'recall' || cut === undefined) throw bad(written, 'could be two measures', `write ${choices}`);
  if (inside !== undefined) throw bad(written, 'recall@k takes no parameters', `write ${choices}`);
  return { name: `recall@${wholeCutoff(written, cut)}`, needs: 'truth', depth };
}

function make(written: string, family: Family, inside: string | undefined, cut: string | undefined): Measure {
  const parameters = parseParameters(written, family, inside);
  // ir_measures counts relevant results as NumRet with a parameter
  if (family.name === 'NumRet' && parameters.rel !== undefined) {
    return make(written, named('NumRelRet'), `rel=${parameters.rel}`, cut);
  }
  if (cut === undefined && (family.cutoff === 'required' || family.cutoff === 'level')) {
    throw bad(written, 'needs a cut-off', `write ${family.name}@${family.cutoff === 'level' ? '0.1' : '10'}`);
  }
  if (cut !== undefined && family.cutoff === 'none')
    throw bad(written, 'takes no cut-off', `write ${family.name}`);
  let at = Number.POSITIVE_INFINITY;
  if (cut !== undefined)
    at = family.cutoff === 'level' ? recallLevel(written, cut) : wholeCutoff(written, cut);

  const shown = canonicalParameters(family, parameters);
  const suffix =
    cut === undefined ? '' : `@${family.cutoff === 'level' && Number.isInteger(at) ? at.toFixed(1) : at}`;
  return {
    name: `${family.name}${shown === '' ? '' : `(${shown})`}${suffix}`,
    needs: 'qrels',
    depth: cut === undefined || family.cutoff === 'level' ? undefined : at,
    over: family.over ?? 'mean',
    largestGrade: family.largestGrade?.(parameters) ?? Number.POSITIVE_INFINITY,
    compute: (query) => family.compute(query, parameters, at),
  };
}

function wholeCutoff(written: string, cut: string): number {
  const value = Number(cut);
  if (!/^\d+$/.test(cut) || value < 1 || value > LARGEST_CUTOFF) {
    throw bad(written, `'${cut}' is not a cut-off`, 'cut-offs are whole numbers from 1');
  }
  return value;
}

function recallLevel(written: string, cut: string): number {
  const value = Number(cut);
  if (!/^(\d+\.?\d*|\.\d+)$/.test(cut) || value > 1) {
    throw bad(written, `'${cut}' is not a recall level`, 'levels are numbers from 0.0 to 1.0');
  }
  return value;
}

function parseParameters(written: string, family: Family, inside: string | undefined): Parameters {
  const parameters: Parameters = { rel: undefined, p: 0.8, beta: 1, max: 4, dcg: 'log2' };
  const allowed = family.name === 'NumRet' ? (['rel'] as const) : family.parameters;
  for (const part of (inside ?? '').split(',')) {
    if (part.trim() === '') continue;
    const pair = /^\s*(\w+)\s*=\s*(['"]?)([^'"]*)\2\s*$/.exec(part);
    const key = allowed.find((candidate) => candidate === pair?.[1].toLowerCase());
    if (pair === null || key === undefined) {
      const takes =
        allowed.length === 0 ? 'takes no parameters' : `takes ${allowed.map((k) => `${k}=`).join(' and ')}`;
      throw bad(written, `'${part.trim()}' is no parameter of it`, `${family.name} ${takes}`);
    }
    setParameter(written, parameters, key, pair[3].trim());
  }
  return parameters;
}

function setParameter(written: string, parameters: Parameters, key: keyof Parameters, text: string): void {
  if (key === 'dcg') {
    if (text !== 'log2' && text !== 'exp-log2')
      throw bad(written, `dcg '${text}' is not known`, 'log2 or exp-log2');
    parameters.dcg = text;
    return;
  }
  const value = /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  const whole = Number.isInteger(value) && value >= 1;
  if (key === 'rel' && !(whole && value <= LARGEST_CUTOFF)) {
    throw bad(written, `rel '${text}' is not a grade that can be relevant`, 'give a whole number from 1');
  }
  if (key === 'max' && !(whole && value <= 1000)) {
    throw bad(written, `max '${text}' is not a largest grade`, 'give a whole number from 1 to 1000');
  }
  if (key === 'p' && !(value > 0 && value < 1)) {
    throw bad(written, `p '${text}' is not a persistence`, 'give a number between 0 and 1');
  }
  if (key === 'beta' && !(value > 0 && value <= 1e6)) {
    throw bad(written, `beta '${text}' is not a weight`, 'give a number above 0');
  }
  parameters[key] = value;
}

/** Parameters that differ from the default, as ir_measures writes them; p always, as two defaults are about. */
function canonicalParameters(family: Family, { rel, p, beta, max, dcg }: Parameters): string {
  const shown: string[] = [];
  if (family.parameters.includes('p')) shown.push(`p=${p}`);
  if (beta !== 1) shown.push(`beta=${beta}`);
  if (max !== 4) shown.push(`max=${max}`);
  if (dcg !== 'log2') shown.push(`dcg='${dcg}'`);
  if (rel !== undefined && (rel !== 1 || family.name === 'RBP')) shown.push(`rel=${rel}`);
  return shown.join(',');
}

function bad(written: string, what: string, mend: string): UsageError {
  return new UsageError(`measure '${written}': ${what}; ${mend}`);
}

function unknown(written: string, name: string, cut: string | undefined): UsageError {
  const known = [
    ...families.map((family) => family.name),
    'recall',
    '1-recall',
    'distanceRatio',
    'alpha_nDCG',
    ...byCut.keys(),
    ...byName.keys(),
  ];
  const word = name.replace(/[_.][\d.]+$/, '');
  const hint =
    didYouMean(word, known) || `; known are ${families.map((family) => family.name).join(', ')} and recall@k`;
  const suffix = cut !== undefined && hint.endsWith("'?") ? hint.replace(/'\?$/, `@${cut}'?`) : hint;
  return new UsageError(`measure '${written}': not known${suffix}`);
}
