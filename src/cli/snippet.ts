import { highlight } from '../inverted/index.js';
import { type Schema, TITLE_NAMES } from '../schema/index.js';
import type { Terminal } from './io.js';
import { width } from './table.js';

/** Columns of a snippet where the output is not a terminal that says how wide it is. */
const SNIPPET_COLUMNS = 160;
const INDENT = 5;
const TITLE_COLUMNS = 100;

/** What stands beside an id: a title-like field, else nothing. */
export function titleOf(stored: Record<string, unknown> | undefined, text: string[]): string {
  const name =
    TITLE_NAMES.find((candidate) => typeof stored?.[candidate] === 'string') ??
    (text.length > 1 ? text[0] : undefined);
  const value = name === undefined ? undefined : stored?.[name];
  return typeof value === 'string' ? cut(visible(oneLine(value)), TITLE_COLUMNS) : '';
}

/** The best stretch of a document's text for a query, matched words emphasised; '' when no text is stored. */
export function snippetOf(
  stored: Record<string, unknown>,
  schema: Schema,
  query: string,
  terminal: Terminal,
): string {
  if (schema.analyzer === undefined) return '';
  const columns = Math.max(40, Math.min(SNIPPET_COLUMNS, (terminal.io.stdout.columns ?? 200) - INDENT - 2));
  let best: { text: string; matches: [number, number][]; value: string } | undefined;
  for (const name of schema.text) {
    const value = stored[name];
    // The title stands on the line above.
    if (typeof value !== 'string' || (schema.text.length > 1 && TITLE_NAMES.includes(name))) continue;
    // Wide characters take two columns: half as many of them fit.
    const share = width(value.slice(0, 200)) / Math.max(1, Math.min(200, value.length));
    const found = highlight(schema.analyzer, value, query, {
      maxChars: Math.floor(columns / Math.max(1, share)),
    });
    if (best === undefined || found.matches.length > best.matches.length) best = { ...found, value };
  }
  if (best === undefined) return '';
  const { text, matches, value } = best;
  let out = '';
  let at = 0;
  for (const [start, end] of matches) {
    out +=
      visible(text.slice(at, start)) +
      terminal.out.yellow(terminal.out.bold(visible(text.slice(start, end))));
    at = end;
  }
  out = oneLine(out + visible(text.slice(at)));
  return `${value.startsWith(text) ? '' : '…'}${out}${value.endsWith(text) ? '' : '…'}`;
}

/**
 * A text that can't move the cursor, set colours or turn the line round: control characters and bidirectional overrides
 * as the replacement character. Stored text is not ours.
 */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (c) => (/\s/.test(c) ? c : '\ufffd'));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let taken = '';
  for (const character of text) {
    if (width(taken) + width(character) > columns - 1) break;
    taken += character;
  }
  return `${taken}…`;
}
