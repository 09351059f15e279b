import type { Query } from '../branch/index.js';
import { formatRunLine } from '../evaluation/index.js';
import type { IndexReader } from '../index/index.js';
import type { Hit, HitExplanation, PoolAnswer } from '../recall/index.js';
import { renderExplanation } from './explain.js';
import type { Terminal } from './io.js';
import { snippetOf, titleOf, visible } from './snippet.js';
import { pickFields } from './stored.js';

/** Formats that are lines of text: what every query can write. */
type LineFormat = 'text' | 'jsonl' | 'tsv' | 'trec' | 'json';
export type Format = LineFormat | 'csv' | 'parquet' | 'ivecs' | 'fvecs' | 'npy';

export function isLines(format: Format): format is LineFormat {
  return ['text', 'jsonl', 'tsv', 'trec', 'json'].includes(format);
}

export interface AnswerOptions {
  /** Hits asked for, those passed over included; 0 where few are no surprise. */
  k: number;
  /** Columns of a matrix of neighbours: what -k says; 0 where as many are given as there are. */
  width: number;
  fields: string[] | undefined;
  explain: boolean;
  tag: string;
  /** Say which query each list answers: there are several. */
  headings: boolean;
}

/** Writes answers one by one; `end` closes what is open. */
export interface AnswerWriter {
  write(query: Query, answer: PoolAnswer): Promise<void>;
  end(): Promise<void>;
}

/** Writes answers as text. @param print takes them; it resolves when there is room for more */
export function answerWriter(
  format: LineFormat,
  terminal: Terminal,
  index: IndexReader,
  options: AnswerOptions,
  print: (text: string) => Promise<void>,
): AnswerWriter {
  switch (format) {
    case 'jsonl':
      return {
        write: (query, answer) => print(`${toJson(query, answer, index, options)}\n`),
        end: async () => {},
      };
    case 'json':
      return new JsonWriter(print, index, options);
    case 'trec':
      return lineWriter(print, new Shortfall(terminal, options), (query, hit) => {
        return `${formatRunLine(query.id, hit.id, hit.rank, hit.score, options.tag)}\n`;
      });
    case 'tsv':
      return lineWriter(print, new Shortfall(terminal, options), (query, hit) =>
        tsvLine(query, hit, index, options),
      );
    case 'text':
      return {
        write: (query, answer) => print(renderText(query, answer, terminal, index, options)),
        end: async () => {},
      };
  }
}

/** Says what formats have no place for: that a filter left fewer than k. */
export class Shortfall {
  private queries = 0;
  private readonly terminal: Terminal;
  private readonly options: AnswerOptions;

  constructor(terminal: Terminal, options: AnswerOptions) {
    this.terminal = terminal;
    this.options = options;
  }

  count({ result }: PoolAnswer): void {
    if (isShort(result.matches, this.options)) this.queries++;
  }

  warn(): void {
    if (this.queries === 0) return;
    const which = this.queries === 1 ? 'a query' : `${this.queries} queries`;
    this.terminal.warn(`${which}: fewer documents match the filter than the ${this.options.k} asked for`);
  }
}

/** A line for each hit. */
function lineWriter(
  print: (text: string) => Promise<void>,
  shortfall: Shortfall,
  line: (query: Query, hit: Hit) => string,
): AnswerWriter {
  return {
    write: (query, answer) => {
      shortfall.count(answer);
      return print(answer.result.hits.map((hit) => line(query, hit)).join(''));
    },
    end: async () => shortfall.warn(),
  };
}

function isShort(matches: number | undefined, { k }: AnswerOptions): matches is number {
  return matches !== undefined && matches < k;
}

/** One object around all answers, written as they come. */
class JsonWriter implements AnswerWriter {
  private first = true;
  private readonly print: (text: string) => Promise<void>;
  private readonly index: IndexReader;
  private readonly options: AnswerOptions;

  constructor(print: (text: string) => Promise<void>, index: IndexReader, options: AnswerOptions) {
    this.print = print;
    this.index = index;
    this.options = options;
  }

  async write(query: Query, answer: PoolAnswer): Promise<void> {
    const lead = this.first ? '{"schema":"shortlist.query@1","results":[' : ',';
    this.first = false;
    await this.print(`${lead}${toJson(query, answer, this.index, this.options)}`);
  }

  async end(): Promise<void> {
    await this.print(this.first ? '{"schema":"shortlist.query@1","results":[]}\n' : ']}\n');
  }
}

/** An answer as JSON. Put together here: JSON.stringify took a quarter of the time of a batch of short queries. */
function toJson(
  query: Query,
  { result, explanations }: PoolAnswer,
  index: IndexReader,
  options: AnswerOptions,
): string {
  const hits = result.hits.map((hit, i) => {
    const fields = options.fields && pickFields(index.documents.stored(hit.doc) ?? {}, options.fields);
    const more = `${member('fields', fields)}${member('explain', options.explain ? explanations[i] : undefined)}`;
    const score = String(hit.score);
    let branches = '';
    for (const name in hit.branches) {
      const branch = hit.branches[name];
      const its = branch.score === hit.score ? score : String(branch.score);
      branches += `${branches === '' ? '' : ','}${quoted(name)}:{"rank":${branch.rank},"score":${its}}`;
    }
    return `{"id":${quoted(hit.id)},"rank":${hit.rank},"score":${score},"branches":{${branches}}${more}}`;
  });
  const lead = `{"query":${quoted(query.id)},"hits":[${hits.join(',')}]${member('matches', result.matches)}`;
  if (!options.explain) return `${lead}}`;
  const { reads, bytes } = index.counter;
  return `${lead}${member('notes', result.notes)}${member('io', { reads, bytes })}}`;
}

/** A further member of an object, unless there is none. */
function member(name: string, value: unknown): string {
  return value === undefined ? '' : `,"${name}":${JSON.stringify(value)}`;
}

/** A string as JSON: most need no escapes. */
function quoted(text: string): string {
  return /^[\w .:/#-]*$/.test(text) ? `"${text}"` : JSON.stringify(text);
}

function tsvLine(query: Query, hit: Hit, index: IndexReader, { fields }: AnswerOptions): string {
  const cells = [query.id, String(hit.rank), hit.id, String(hit.score)];
  if (fields) {
    const stored = pickFields(index.documents.stored(hit.doc) ?? {}, fields);
    const names = fields.length === 1 && fields[0] === 'all' ? Object.keys(stored) : fields;
    for (const name of names)
      cells.push(
        typeof stored[name] === 'string' ? (stored[name] as string) : JSON.stringify(stored[name] ?? ''),
      );
  }
  return `${cells.map((cell) => cell.replace(/[\t\n\r]+/g, ' ')).join('\t')}\n`;
}

function renderText(
  query: Query,
  answer: PoolAnswer,
  terminal: Terminal,
  index: IndexReader,
  options: AnswerOptions,
): string {
  const { out } = terminal;
  const { result, explanations } = answer;
  const several = result.branches.length > 1;
  const lines: string[] = [];
  if (options.headings)
    lines.push(out.underline(visible(query.text === undefined ? query.id : `${query.id}: ${query.text}`)));
  if (result.hits.length === 0) {
    // Why: what of the query no document has.
    lines.push(out.dim(['nothing found', ...result.notes].join('; ')));
    return `${lines.join('\n')}\n`;
  }
  result.hits.forEach((hit, i) => {
    const stored = index.documents.stored(hit.doc);
    const title = titleOf(stored, index.manifest.schema.text);
    lines.push(
      `${String(hit.rank).padStart(3)}  ${out.bold(visible(hit.id))}  ${out.cyan(formatScore(hit.score))}${title ? `  ${title}` : ''}`,
    );
    if (several) lines.push(`     ${out.dim(branchesLine(hit))}`);
    const snippet =
      stored && query.text !== undefined
        ? snippetOf(stored, index.manifest.schema, query.text, terminal)
        : '';
    if (snippet !== '') lines.push(`     ${snippet}`);
    if (options.fields && stored) {
      for (const [name, value] of Object.entries(pickFields(stored, options.fields))) {
        lines.push(
          `     ${out.dim(`${name}:`)} ${visible(typeof value === 'string' ? value : JSON.stringify(value))}`,
        );
      }
    }
    if (options.explain)
      lines.push(
        ...renderExplanation(explanations[i] as HitExplanation).map((line) => `     ${out.dim(line)}`),
      );
  });
  if (isShort(result.matches, options) && !options.explain) {
    const documents = result.matches === 1 ? 'document matches' : 'documents match';
    lines.push(out.dim(`only ${result.matches} ${documents} the filter`));
  }
  if (options.explain) {
    const { reads, bytes } = index.counter;
    lines.push(out.dim(`read ${bytes} bytes in ${reads} reads; searched in ${answer.ms.toFixed(2)} ms`));
    for (const note of result.notes) lines.push(out.dim(note));
  }
  return `${lines.join('\n')}\n`;
}

function branchesLine(hit: Hit): string {
  return Object.entries(hit.branches)
    .map(([name, { rank, score }]) => `${name} #${rank} ${formatScore(score)}`)
    .join(' · ');
}

/** Four significant digits for people; machines get them all. */
function formatScore(score: number): string {
  const size = Math.abs(score);
  return size !== 0 && (size < 0.001 || size >= 1e7)
    ? score.toExponential(3)
    : score.toFixed(size >= 1000 ? 1 : 4);
}
