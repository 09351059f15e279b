import { type AnalyzerSpec, analyzerWarnings } from '../../analysis/index.js';
import { describeIndex, type IndexInfo, openReader } from '../../index/index.js';
import { formatIndexSpec, type SparseField, type VectorField } from '../../schema/index.js';
import type { Context } from '../context.js';
import { table } from '../table.js';
import { formatBytes, formatCount, plural } from '../values.js';

export async function info(
  [path]: string[],
  options: { json?: boolean },
  { terminal }: Context,
): Promise<number> {
  const index = openReader(path);
  try {
    const found = describeIndex(index);
    if (found.fields.analyzer)
      for (const warning of analyzerWarnings(found.fields.analyzer)) terminal.warn(warning);
    await terminal.print(options.json ? `${JSON.stringify(found)}\n` : render(found));
    return 0;
  } finally {
    index.close();
  }
}

function listsOf({ synonyms, dictionary }: AnalyzerSpec): string {
  const rules = synonyms === undefined ? '' : `, ${plural(synonyms.length, 'rule')} of synonyms`;
  return dictionary === undefined ? rules : `${rules}, ${plural(dictionary.length, 'word')} of a dictionary`;
}

/** How a field's rows are kept: bytes hold whole numbers from 0 to 255 without loss. */
function rowsOf(found: IndexInfo, { name, metric }: VectorField): string {
  if (metric === 'hamming') return '';
  const kinds = new Set(found.segments.map(({ parts }) => parts[`vector/${name}`]?.rows));
  const [only] = kinds;
  if (kinds.size !== 1) return '';
  const kept = {
    u8: ', rows as bytes (lossless)',
    f32: ', rows as float32',
    codes: ', codes alone: full vectors dropped',
  };
  return kept[only as keyof typeof kept] ?? '';
}

/** Bytes of a vector, all that a search of it needs: codes, links, lists, rows. */
function eachOf(found: IndexInfo, part: string, size: number): string {
  if (!part.startsWith('vector/')) return '';
  const count = found.segments.reduce((sum, { parts }) => sum + Number(parts[part]?.vectors ?? 0), 0);
  return count === 0 ? '' : `, ${(size / count).toFixed(1)} bytes a vector`;
}

function sizeOf({ metric, dim }: VectorField): string {
  return metric === 'hamming'
    ? `${formatCount(8 * dim)} bits in ${formatCount(dim)} bytes`
    : `${dim} dimensions`;
}

/** How weights are kept, where all segments keep them alike. */
function weightsOf(found: IndexInfo, { name, bits }: SparseField): string {
  const kinds = new Set(
    found.segments.map(({ parts }) => {
      const { kind, scale = 1 } = (parts[`sparse/${name}`]?.weights ?? {}) as {
        kind?: string;
        scale?: number;
      };
      return kind === 'decimal' ? `exact (to 1/${scale})` : kind;
    }),
  );
  const only = kinds.size === 1 ? [...kinds][0] : undefined;
  const kept = bits === undefined ? (only ?? 'exact or float32, by segment') : `rounded to ${bits} bits`;
  return `terms with weights, ${kept}`;
}

/** What calibration recorded, as the metadata of a part has it. */
interface Calibration {
  queries: number;
  target?: number;
  curves: {
    depth: number;
    efforts: Record<string, number[]>;
    recalls: number[];
    chosen?: Record<string, number>;
  }[];
}

/** The settings that meet the target of an index, or what was measured where it has none; each over all segments. */
function recallOf(found: IndexInfo, field: string): string[] {
  const calibrations = found.segments
    .map(({ parts }) => parts[`vector/${field}`]?.calibration as Calibration | undefined)
    .filter((calibration) => calibration !== undefined);
  const curves = calibrations.flatMap((calibration) => calibration.curves);
  const depths = [...new Set(curves.map((curve) => curve.depth))];
  return depths.map((depth) => {
    const own = curves.filter((curve) => curve.depth === depth);
    const target = calibrations[0].target;
    if (target === undefined) {
      const least = Math.min(...own.map(({ recalls }) => recalls[0]));
      const most = Math.min(...own.map(({ recalls }) => Math.max(...recalls)));
      return `recall@${depth} measured from ${least.toFixed(3)} to ${most.toFixed(3)}`;
    }
    const settings = Object.keys(own[0].efforts).map((setting) => {
      const values = own.map(({ chosen }) => chosen?.[setting] ?? 0);
      const [low, high] = [Math.min(...values), Math.max(...values)];
      return `${setting} ${low === high ? low : `${low} to ${high}`}`;
    });
    return `recall@${depth} of ${target} at ${settings.join(', ')}`;
  });
}

function render(found: IndexInfo): string {
  const { fields, bytes, counts } = found;
  const rows: string[][] = [
    ['documents', formatCount(found.documents)],
    ['segments', formatCount(found.segments.length)],
    ['made by', `shortlist ${found.tool}, seed ${found.seed}`],
  ];
  if (fields.text.length > 0) {
    rows.push(['text', fields.text.join(', ')]);
    const { analyzer } = fields;
    if (analyzer) {
      const stop =
        analyzer.stopwords.length === 0 ? 'no stop words' : `${analyzer.stopwords.length} stop words`;
      rows.push([
        '  analysis',
        `${analyzer.lang}, stemmer ${analyzer.stemmer}, ${stop}, cjk ${analyzer.cjk}${listsOf(analyzer)}, ICU ${analyzer.icu}, v${analyzer.version}`,
      ]);
    }
    rows.push([
      '  terms',
      `${formatCount(counts.terms)} terms, ${formatCount(counts.postings)} postings, ${formatCount(counts.tokens)} tokens${fields.positions === false ? ', without positions' : ''}`,
    ]);
  }
  for (const field of fields.vectors) {
    rows.push([
      `vector ${field.name}`,
      `${sizeOf(field)}, ${field.metric}, ${formatIndexSpec(field.spec)}${rowsOf(found, field)}`,
    ]);
    if (field.embed) rows.push(['  made by', `${field.embed.command} (of ${field.embed.fields.join(', ')})`]);
    for (const line of recallOf(found, field.name)) rows.push(['  by measure', line]);
  }
  for (const field of fields.sparse ?? []) rows.push([`sparse ${field.name}`, weightsOf(found, field)]);
  for (const role of ['keyword', 'number'] as const)
    if (fields[role].length > 0) rows.push([role, fields[role].join(', ')]);
  rows.push(['stored', Array.isArray(fields.stored) ? fields.stored.join(', ') : fields.stored]);
  const { total, ...parts } = bytes;
  rows.push(['size', formatBytes(total)]);
  for (const [part, size] of Object.entries(parts)) {
    rows.push([`  ${part}`, `${formatBytes(size)}${eachOf(found, part, size)}`]);
  }
  return `${found.path}\n${table(
    rows.map(([name, value]) => [`  ${name}`, value]),
    ['left', 'left'],
  )}`;
}
