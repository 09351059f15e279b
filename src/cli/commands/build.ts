import { UsageError } from '../../errors/index.js';
import { type BuildProgress, type BuildReport, buildIndex } from '../../index/index.js';
import type { Context } from '../context.js';
import type { Terminal } from '../io.js';
import { describeBytes, describeSteps, Progress } from '../progress.js';
import { table } from '../table.js';
import { formatBytes, formatCount, formatDuration } from '../values.js';

interface Options {
  output?: string;
  force?: boolean;
  json?: boolean;
  inputFormat?: string;
  vectors?: string[];
  embedCommand?: string;
  embedField?: string;
  embedFields?: string[];
  embedCache?: string;
  idField?: string;
  onError?: 'fail' | 'skip';
  maxRecord?: number;
  text?: string[];
  vector?: string[];
  sparse?: string[];
  keyword?: string[];
  number?: string[];
  store?: string[] | boolean;
  positions?: boolean;
  vectorIndex?: string[];
  dropFull?: boolean;
  reorder?: boolean;
  metric?: string[];
  targetRecall?: number;
  calibrate?: boolean;
  lang?: string;
  stemmer?: string;
  stopwords?: string;
  analyzer?: string;
  synonyms?: string;
  dictionary?: string;
  cjk?: string;
  memory?: number;
  threads?: number;
  seed?: number;
  segmentDocs?: number;
}

/** What is said of vectors that a command makes. */
function embedOf({ embedCommand, embedField, embedFields, embedCache }: Options, terminal: Terminal) {
  if (embedCommand === undefined) {
    if (embedField !== undefined || embedFields !== undefined || embedCache !== undefined)
      throw new UsageError('--embed-field, --embed-fields and --embed-cache go with --embed-command');
    return undefined;
  }
  const onWaiting = (message: string) => terminal.warn(message);
  return { command: embedCommand, field: embedField, fields: embedFields, cache: embedCache, onWaiting };
}

export async function build(
  inputs: string[],
  options: Options,
  { terminal, signal }: Context,
): Promise<number> {
  if (options.output === undefined)
    throw new UsageError('where to? Name the directory of the index with -o DIR');
  const progress = new Progress(terminal);
  let report: BuildReport;
  try {
    report = await buildIndex({
      inputs,
      output: options.output,
      force: options.force,
      inputFormat: options.inputFormat,
      vectors: options.vectors,
      embed: embedOf(options, terminal),
      idField: options.idField,
      onError: options.onError,
      maxRecordBytes: options.maxRecord,
      text: options.text,
      vector: options.vector,
      sparse: options.sparse,
      keyword: options.keyword,
      number: options.number,
      store: options.store === false ? 'none' : Array.isArray(options.store) ? options.store : 'all',
      positions: options.positions,
      vectorIndex: options.vectorIndex,
      dropFull: options.dropFull,
      reorder: options.reorder,
      metric: options.metric,
      targetRecall: options.targetRecall,
      calibrate: options.calibrate,
      lang: options.lang,
      stemmer: options.stemmer,
      stopwords: options.stopwords,
      cjk: options.cjk,
      analyzer: options.analyzer,
      synonyms: options.synonyms,
      dictionary: options.dictionary,
      memoryBytes: options.memory,
      threads: options.threads,
      seed: options.seed,
      segmentDocuments: options.segmentDocs,
      signal,
      stdin: inputs.includes('-') ? terminal.io.stdin : undefined,
      onProgress: progressLine(progress),
    });
  } finally {
    progress.stop();
  }
  for (const note of report.notes) terminal.note(note);
  for (const warning of report.warnings) terminal.warn(warning);
  for (const { file, line, row, reason } of report.rejectedRecords) {
    terminal.warn(
      `left out ${file}${line === undefined ? (row === undefined ? '' : `: row ${row}`) : `:${line}`}: ${reason}`,
    );
  }
  if (report.rejected > report.rejectedRecords.length) {
    terminal.warn(`… and ${formatCount(report.rejected - report.rejectedRecords.length)} more`);
  }
  await terminal.print(options.json ? `${JSON.stringify(report)}\n` : summary(report));
  return 0;
}

/** Reading is timed in bytes from the start, each later step in its own units from its own start. */
function progressLine(progress: Progress): (at: BuildProgress) => void {
  let step = '';
  let stepStarted = 0;
  return ({ phase, bytes, totalBytes, documents, step: now }) => {
    if (phase === 'finishing' && now !== undefined && now.name !== step) {
      step = now.name;
      stepStarted = performance.now();
    }
    progress.update((seconds) =>
      now === undefined
        ? `reading: ${formatCount(documents)} documents, ${describeBytes(bytes, totalBytes, seconds)}`
        : `${now.name}: ${describeSteps(now.done, now.total, (performance.now() - stepStarted) / 1000)}`,
    );
  };
}

function summary(report: BuildReport): string {
  const { total, other, ...parts } = report.bytes;
  const rows: string[][] = [['documents', formatCount(report.documents)]];
  if (report.rejected > 0) rows.push(['left out', formatCount(report.rejected)]);
  if (report.postings > 0) {
    rows.push(['terms', formatCount(report.terms)], ['postings', formatCount(report.postings)]);
  }
  if (report.vectors > 0) rows.push(['vectors', formatCount(report.vectors)]);
  if (report.weights > 0) rows.push(['weights', formatCount(report.weights)]);
  rows.push(['segments', formatCount(report.segments)]);
  rows.push(['size', formatBytes(total)]);
  for (const [part, bytes] of [...Object.entries(parts), ['other', other] as const])
    rows.push([`  ${part}`, formatBytes(bytes)]);
  rows.push(['time', formatDuration(report.seconds)], ['peak memory', formatBytes(report.peakRssBytes)]);
  return `${report.output}\n${table(
    rows.map(([name, value]) => [`  ${name}`, value]),
    ['left', 'right'],
  )}`;
}
