import { InputError } from '../errors/index.js';
import { openBytes } from './bytes.js';
import { invalidUtf8, tooLarge } from './faults.js';
import { DEFAULT_MAX_RECORD_BYTES, type ReadOptions } from './options.js';
import type { SourceQuery } from './query.js';
import { lineBoundary, readSlices } from './split.js';
import { decodeUtf8 } from './utf8.js';

// The labels NIST's topics repeat after an opening tag: `<num> Number: 301`.
const LABEL =
  /^(number|topic|description|narrative|domain|summary|concept\(s\)|factor\(s\)|definition\(s\))\s*:/i;

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * TREC topics, each handed over at its closing tag: the classic form whose inner tags stay open (`<top>`, `<num>
 * Number: 301`, `<title> …`) and the closed one (`<topic number="1"><query>…</query></topic>`). The query's text is
 * the title, else the `query` of the web and COVID tracks, else `desc` (TREC-4 has no titles). An id of digits loses
 * its leading zeros, as the qrels of topics `051` have `51`. Other elements are fields.
 */
export async function* readTopics(
  path: string,
  name: string,
  options: ReadOptions,
): AsyncGenerator<SourceQuery> {
  const limit = options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES;
  let lines: string[] = [];
  let size = 0;
  let start = 0;
  let row = 0;
  let blank = true;
  for await (const slices of readSlices(await openBytes(path, options), lineBoundary, limit)) {
    for (const slice of slices) {
      const place = { file: name, line: slice.line, row };
      if (slice.bytes === undefined) throw tooLarge(place, limit, slice.size);
      let line = decodeUtf8(slice.bytes);
      if (line === undefined) throw invalidUtf8(place);
      if (line.trim() !== '') blank = false;
      // Several topics may share a line; what stands between topics is no part of them.
      for (;;) {
        if (start === 0) {
          const open = /<top(ic)?(\s[^>]*)?>/i.exec(line);
          if (open === null) break;
          start = slice.line;
          line = line.slice(open.index);
        }
        const close = /<\/top(ic)?\s*>/i.exec(line);
        lines.push(close === null ? line : line.slice(0, close.index));
        size += slice.size + 1;
        if (size > limit) throw tooLarge({ file: name, line: start, row }, limit);
        if (close === null) break;
        yield parseTopic(lines.join('\n'), name, start, row++);
        line = line.slice(close.index + close[0].length);
        lines = [];
        size = 0;
        start = 0;
      }
    }
  }
  if (start > 0)
    throw new InputError({ file: name, line: start }, 'this topic is never closed', 'end it with </top>');
  if (row === 0 && !blank)
    throw new InputError({ file: name }, 'no <top> or <topic> in it', 'check that it is TREC topics');
}

function parseTopic(text: string, file: string, line: number, row: number): SourceQuery {
  const place = { file, line, row };
  const fields: Record<string, unknown> = {};
  const attribute = /^<topic\s[^>]*?\b(?:number|num|id)\s*=\s*["']([^"']*)["']/i.exec(text)?.[1];
  for (const [, tag, raw] of text.matchAll(
    /<([a-z][\w.-]*)(?:\s[^>]*)?>([\s\S]*?)(?=<\/?[a-z][\w.-]*(?:\s[^>]*)?>|$)/gi,
  )) {
    const key = tag.toLowerCase();
    const value = decodeEntities(raw.replace(/\s+/g, ' ').trim().replace(LABEL, '').trim());
    if (key !== 'top' && key !== 'topic' && value !== '' && !Object.hasOwn(fields, key)) fields[key] = value;
  }
  const number = fields.num ?? fields.number ?? attribute;
  if (typeof number !== 'string' || number.trim() === '') {
    throw new InputError(place, 'a topic without a number', 'give it a <num>');
  }
  const key = ['title', 'query', 'desc', 'description'].find((candidate) => Object.hasOwn(fields, candidate));
  const query = key === undefined ? undefined : (fields[key] as string);
  for (const used of ['num', 'number', key]) if (used !== undefined) delete fields[used];
  return { place, id: number.trim().replace(/^0+(?=\d+$)/, ''), text: query, fields };
}

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi,
    (whole, decimal, hex, named) => {
      if (named !== undefined) return ENTITIES[named.toLowerCase()];
      const code = decimal === undefined ? Number.parseInt(hex, 16) : Number.parseInt(decimal, 10);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
