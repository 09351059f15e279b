import { highlight } from '../inverted/index.js';
import type { Schema } from '../schema/index.js';
import type { Terminal } from './io.js';

const SNIPPET_CHARS = 160;
const TITLE_NAMES = ['title', 'name', 'headline', 'subject'];
const TITLE_CHARS = 100;

/** What stands beside an id: a title-like field, else nothing. */
export function titleOf(stored: Record<string, unknown> | undefined, text: string[]): string {
  const name =
    TITLE_NAMES.find((candidate) => typeof stored?.[candidate] === 'string') ??
    (text.length > 1 ? text[0] : undefined);
  const value = name === undefined ? undefined : stored?.[name];
  return typeof value === 'string' ? oneLine(value).slice(0, TITLE_CHARS) : '';
}

/** The best stretch of a document's text for a query, matched words emphasised; '' when no text is stored. */
export function snippetOf(
  stored: Record<string, unknown>,
  schema: Schema,
  query: string,
  terminal: Terminal,
): string {
  if (schema.analyzer === undefined) return '';
  let best: { text: string; matches: [number, number][] } | undefined;
  for (const name of schema.text) {
    const value = stored[name];
    // The title stands on the line above.
    if (typeof value !== 'string' || (schema.text.length > 1 && TITLE_NAMES.includes(name))) continue;
    const found = highlight(schema.analyzer, value, query, { maxChars: SNIPPET_CHARS });
    if (best === undefined || found.matches.length > best.matches.length) best = found;
  }
  if (best === undefined) return '';
  let out = '';
  let at = 0;
  for (const [start, end] of best.matches) {
    out += best.text.slice(at, start) + terminal.out.yellow.bold(best.text.slice(start, end));
    at = end;
  }
  return oneLine(out + best.text.slice(at));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
