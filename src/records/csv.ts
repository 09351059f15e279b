import type { parse as Parse } from 'csv-parse/sync';

/** The values of one CSV record, or why they can't be told apart. */
export type CsvRow = string[] | { fault: string; mend: string };

const OPTIONS = { delimiter: ',', quote: '"', escape: '"', record_delimiter: '\n', relax_column_count: true };

const FAULTS: Record<string, { fault: string; mend: string }> = {
  CSV_INVALID_CLOSING_QUOTE: {
    fault: 'text after a closing quote',
    mend: 'double the quotes inside a quoted value',
  },
  INVALID_OPENING_QUOTE: {
    fault: 'a quote inside an unquoted value',
    mend: 'quote the whole value and double the quotes in it',
  },
  CSV_QUOTE_NOT_CLOSED: { fault: 'a quote that opens here is never closed', mend: 'close it' },
};

let parse: typeof Parse | undefined;

/**
 * Splits records, each known to be one by its boundary, into values. Only records with quotes need csv-parse, which
 * is loaded on first use; they are parsed together, and one by one only where that finds a fault.
 */
export async function parseCsv(records: { text: string; quoted: boolean }[]): Promise<CsvRow[]> {
  const quoted = records.filter((record) => record.quoted);
  let parsed: CsvRow[] = [];
  if (quoted.length > 0) {
    parse ??= (await import('csv-parse/sync')).parse;
    parsed =
      parseTogether(quoted.map((record) => record.text)) ?? quoted.map((record) => parseOne(record.text));
  }
  let next = 0;
  return records.map((record) => (record.quoted ? parsed[next++] : record.text.split(',')));
}

function parseTogether(texts: string[]): CsvRow[] | undefined {
  try {
    const rows = parse!(texts.join('\n'), OPTIONS) as string[][];
    return rows.length === texts.length ? rows : undefined;
  } catch {
    return undefined;
  }
}

function parseOne(text: string): CsvRow {
  try {
    const rows = parse!(text, OPTIONS) as string[][];
    if (rows.length === 1) return rows[0];
  } catch (error) {
    const known = FAULTS[(error as { code?: string }).code ?? ''];
    if (known !== undefined) return known;
  }
  return { fault: 'not a valid CSV record', mend: 'quote values as RFC 4180 has it' };
}
