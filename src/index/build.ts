import { UsageError } from '../errors/index.js';
import { resolveInputs } from '../records/index.js';
import type { Schema } from '../schema/index.js';
import { SpillDirectory } from '../storage/index.js';
import { checkTargetRecall, dropsFull, specUnder } from '../vector/index.js';
import { VERSION } from '../version.js';
import { DEFAULT_SEGMENT_DOCUMENTS } from './assembler.js';
import { BuildRun } from './build-run.js';
import { CiffRun } from './ciff-run.js';
import { claimDirectory, cleanDirectory, releaseDirectory } from './directory.js';
import { takeLock } from './lock.js';
import { commitManifest, filesOf, hasManifest } from './manifest.js';
import type { BuildOptions } from './options.js';
import type { BuildReport } from './report.js';
import { analyzerFor, parseMetrics, parseStructures } from './request.js';

/** Memory a build may use unless told otherwise. */
export const DEFAULT_MEMORY_BYTES = 2 ** 30;
/** Least memory a build can work with: read buffers and the tables below have a floor. */
const MIN_MEMORY_BYTES = 32 * 2 ** 20;

/** A target without anything that could meet it. */
function aimless({ targetRecall }: BuildOptions, schema: Schema): string[] {
  if (targetRecall === undefined || schema.vectors.length > 0) return [];
  return ['--target-recall is of vectors, and this index has no vector field'];
}

function emptiness(schema: Schema, documents: number): string[] {
  if (documents === 0 || schema.text.length > 0 || schema.vectors.length > 0 || schema.sparse) return [];
  return [
    'nothing in this index can be searched: no field is text or a vector; state one with --text, --vector or --sparse',
  ];
}

/**
 * Builds an index from files: one pass over the input, memory bounded by `memoryBytes` (what a
 * graph or IVF build needs beyond it is an error that says how much), one atomic commit at the end.
 * Until then an index that was there is untouched; on failure nothing is left behind.
 * Same input and options: the same bytes, whatever the threads and memory.
 * @throws UsageError, InputError, RecordError, IndexLockedError, ResourceError
 */
export async function buildIndex(options: BuildOptions): Promise<BuildReport> {
  const started = process.hrtime.bigint();
  if (!Array.isArray(options.inputs) || options.inputs.length === 0)
    throw new UsageError('nothing to build from: name files, directories or -');
  if (typeof options.output !== 'string' || options.output === '')
    throw new UsageError('the output needs a name: a directory for the index');
  const memoryBytes = options.memoryBytes ?? DEFAULT_MEMORY_BYTES;
  if (memoryBytes < MIN_MEMORY_BYTES) throw new UsageError('--memory: at least 32MiB is needed');
  const segmentDocuments = options.segmentDocuments ?? DEFAULT_SEGMENT_DOCUMENTS;
  // Everything that can be wrong with the request is found before anything is written.
  const inputs = await resolveInputs(options.inputs, { inputFormat: options.inputFormat });
  const metric = parseMetrics(options.metric ?? []);
  const structure = parseStructures(options.vectorIndex ?? [], options.dropFull);
  const analyzer = analyzerFor(options);
  if (options.targetRecall !== undefined) checkTargetRecall(options.targetRecall);
  const measured = options.targetRecall !== undefined || options.calibrate === true;
  if (measured && [...structure.values()].some(dropsFull)) {
    throw new UsageError(
      `${options.calibrate ? '--calibrate' : '--target-recall'} with --drop-full: recall is measured against the full vectors, which are not kept; leave one out`,
    );
  }
  const kinds = new Set(inputs.map((input) => input.kind));
  if (kinds.size > 1) {
    throw new UsageError(
      kinds.has('postings')
        ? 'a CIFF file is a whole index; build it by itself'
        : 'documents and vector files are both given as inputs; name vectors of documents with --vectors field=FILE',
    );
  }

  const created = claimDirectory(options.output);
  let unlock: (() => void) | undefined;
  const spills = new SpillDirectory(options.output);
  let abandon: (() => void) | undefined;
  try {
    unlock = takeLock(options.output);
    const replacing = hasManifest(options.output);
    if (replacing && !options.force) {
      throw new UsageError(
        `${options.output}: there is an index here already; replace it with --force, or choose another output`,
      );
    }
    cleanDirectory(options.output, filesOf(options.output));
    const openRun = async () => {
      if (kinds.has('postings')) {
        const run = new CiffRun(options, inputs, spills, memoryBytes);
        return { run, ...run.open(analyzer) };
      }
      const run = new BuildRun(options, inputs, spills, memoryBytes);
      abandon = () => run.abandon();
      return kinds.has('vectors')
        ? { run, ...(await run.openVectorRows(metric, structure)) }
        : { run, ...(await run.openDocuments({ metric, structure, analyzer })) };
    };

    const { run, schema, notes } = await openRun();
    if (options.reorder && schema.analyzer === undefined)
      throw new UsageError(
        '--reorder goes by the terms of texts, and no field is text; leave it out, or name one with --text',
      );
    for (const field of schema.vectors) field.spec = specUnder(field.metric, field.spec);
    const segments = await run.index(schema, segmentDocuments);
    const counts: Record<string, number> = { terms: 0, postings: 0, tokens: 0, vectors: 0, weights: 0 };
    const bytes: Record<string, number> = {};
    for (const segment of segments) {
      for (const [name, n] of Object.entries(segment.counts)) counts[name] = (counts[name] ?? 0) + n;
      for (const [part, n] of Object.entries(segment.parts)) bytes[part] = (bytes[part] ?? 0) + n;
    }
    const entries = segments.map((segment) => segment.entry);
    options.signal?.throwIfAborted();
    commitManifest(
      options.output,
      {
        tool: VERSION,
        schema,
        seed: options.seed ?? 0,
        segmentDocuments,
        documents: run.documents,
        rows: run.rows,
        counts,
        segments: entries,
      },
      spills,
    );
    cleanDirectory(options.output, new Set(entries.map((entry) => entry.file)));
    const total = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    const accounted = Object.values(bytes).reduce((sum, n) => sum + n, 0);
    return {
      schema: 'shortlist.build@1',
      documents: run.documents,
      vectors: counts.vectors,
      terms: counts.terms,
      postings: counts.postings,
      tokens: counts.tokens,
      weights: counts.weights,
      segments: entries.length,
      bytes: { ...bytes, other: total - accounted, total },
      seconds: Number(process.hrtime.bigint() - started) / 1e9,
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
      rejected: run.rejected,
      rejectedRecords: run.rejectedRecords,
      notes: [...notes, ...new Set(segments.flatMap((segment) => segment.notes))],
      warnings: [...run.warnings, ...aimless(options, schema), ...emptiness(schema, run.documents)],
      output: options.output,
    };
  } finally {
    abandon?.();
    spills.deleteAll();
    if (unlock !== undefined) {
      // After a failure this takes away what was written aside; after a commit there is nothing left to take.
      cleanDirectory(options.output, filesOf(options.output));
      unlock();
      releaseDirectory(options.output, created);
    }
  }
}
