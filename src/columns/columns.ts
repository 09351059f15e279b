import { partMeta, type SegmentView } from '../branch/index.js';
import { CorruptError } from '../errors/index.js';
import type { Column, Columns } from '../filter/index.js';
import type { Schema } from '../schema/index.js';
import { PART } from './format.js';
import { KeywordColumn } from './keyword-column.js';
import { NumberColumn } from './number-column.js';

export function openColumns(schema: Schema, view: SegmentView): Columns {
  const opened = new Map<string, Column>();
  return {
    documents: view.documents,
    column(field) {
      let column = opened.get(field);
      if (column === undefined) {
        column = openColumn(schema, view, field);
        opened.set(field, column);
      }
      return column;
    },
  };
}

export function openColumn(schema: Schema, view: SegmentView, field: string): KeywordColumn | NumberColumn {
  const { reader } = view;
  const names = [...schema.keyword, ...schema.number];
  const at = names.indexOf(field);
  if (at < 0) throw new Error(`no column '${field}'`);
  const fields = partMeta(reader, PART).get('fields');
  const meta = Array.isArray(fields) ? fields[at] : undefined;
  const kind = at < schema.keyword.length ? 'keyword' : 'number';
  if (!(meta instanceof Map) || meta.get('name') !== field || meta.get('kind') !== kind) {
    throw new CorruptError(reader.path, `its columns are not those of the schema at '${field}'`);
  }
  return kind === 'keyword' ? new KeywordColumn(view, field, meta) : new NumberColumn(view, field, meta);
}
