import { InputError, UsageError } from '../errors/index.js';
import { columns, eachLine } from './lines.js';

/** One result: a document id and its score, higher is better. */
export interface RunEntry {
  id: string;
  score: number;
}

/** Query id → results, in the order they were read or retrieved; measures sort them again. */
export type Run = Map<string, RunEntry[]>;

const MEND = "write six columns: 'query Q0 document rank score tag'";
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * Reads a TREC run, plain or gzip, or standard input for '-'. The rank column is not looked at (nor
 * does trec_eval); blank lines and lines that begin with # are passed over. Memory: O(results).
 * @throws InputError naming the line when it has not six columns, its score is not a finite decimal
 *   number, or its document was already given for that query
 */
export async function readRun(path: string): Promise<Run> {
  const run: Run = new Map();
  const seen = new Map<string, Set<string>>();
  const file = path === '-' ? 'standard input' : path;
  await eachLine(path, (text, line) => {
    if (text.startsWith('#')) return;
    const fields = columns(text);
    if (fields.length === 0) return;
    if (fields.length !== 6) {
      throw new InputError({ file, line }, `${fields.length} columns where a run has six`, MEND);
    }
    const [query, , id, , scoreText] = fields;
    const score = DECIMAL.test(scoreText) ? Number(scoreText) : Number.NaN;
    if (!Number.isFinite(score)) {
      throw new InputError(
        { file, line },
        `'${scoreText}' is not a score`,
        'scores are finite decimal numbers',
      );
    }
    let results = run.get(query);
    let ids = seen.get(query);
    if (results === undefined || ids === undefined) {
      results = [];
      ids = new Set();
      run.set(query, results);
      seen.set(query, ids);
    }
    if (ids.has(id)) {
      throw new InputError(
        { file, line },
        `document '${id}' stands twice for query '${query}'`,
        'keep the line with the better score',
      );
    }
    ids.add(id);
    results.push({ id, score });
  });
  return run;
}

/**
 * One line of a TREC run, without its line end. The score is written with as many digits as bring back
 * the same double.
 * @throws UsageError when an id or the tag is empty or has white space, which the format can't carry
 * @throws RangeError when the score is not finite
 */
export function formatRunLine(query: string, id: string, rank: number, score: number, tag: string): string {
  if (!Number.isFinite(score)) throw new RangeError(`score ${score} of document '${id}' is not finite`);
  for (const word of [query, id, tag]) {
    if (!/^[^ \t\v\f\r\n]+$/.test(word)) {
      throw new UsageError(
        `'${word}': a TREC run can't carry an empty word or one with white space; write JSON lines`,
      );
    }
  }
  if (query.startsWith('#')) {
    throw new UsageError(
      `'${query}': a line of a TREC run that begins with # is a comment; write JSON lines`,
    );
  }
  return `${query} Q0 ${id} ${rank} ${Object.is(score, -0) ? '-0' : score} ${tag}`;
}
