import type { WriterEnvironment } from '../branch/index.js';
import { CiffReader } from '../ciff/index.js';
import { InputError, UsageError } from '../errors/index.js';
import { forwardStructure } from '../forward/index.js';
import { ListWriter } from '../inverted/index.js';
import { type Input, idText, isIdFault } from '../records/index.js';
import { checkId, type Schema, TEXT_BRANCH } from '../schema/index.js';
import { type SpillDirectory, SpillingIdMap } from '../storage/index.js';
import { type FinishedSegment, writeSegment } from './assembler.js';
import type { BuildOptions } from './options.js';
import type { RejectedRecord } from './report.js';

/** Share of the memory budget for the table of ids seen. */
const ID_SHARE = 0.1;
/** Times that terms may begin anew: engines that sort text by other units than bytes do so seldom. */
const MAX_RESTARTS = 64;
/** Lists between two reports of progress. */
const PROGRESS_EVERY = 1024;

/** Flags that say something of documents, which a CIFF file has none of. */
const OF_DOCUMENTS: (keyof BuildOptions)[] = [
  ...([
    'vectors',
    'embed',
    'text',
    'keyword',
    'number',
    'vector',
    'vectorIndex',
    'metric',
    'idField',
  ] as const),
  ...(['targetRecall', 'calibrate', 'dropFull', 'reorder'] as const),
];

/**
 * A build from one CIFF file, in one pass: lists are dealt out to the segments of their documents and wait on disk until
 * the documents, which stand behind them, tell their lengths.
 */
export class CiffRun {
  documents = 0;
  rows = 0;
  readonly rejected = 0;
  readonly rejectedRecords: RejectedRecord[] = [];
  readonly warnings: string[] = [];
  private readonly options: BuildOptions;
  private readonly input: Input;
  private readonly spills: SpillDirectory;
  private readonly memoryBytes: number;
  private bytesRead = 0;

  /** @throws UsageError for more than one file, and for flags that have no sense here */
  constructor(options: BuildOptions, inputs: Input[], spills: SpillDirectory, memoryBytes: number) {
    if (inputs.length > 1)
      throw new UsageError(`${inputs[0].name}: a CIFF file is a whole index; build each by itself`);
    const flag = OF_DOCUMENTS.find((name) => {
      const value = options[name];
      return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
    });
    if (flag !== undefined) {
      const name = flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      throw new UsageError(
        `--${name}: a CIFF file holds postings and ids, no fields and no vectors; leave it out`,
      );
    }
    this.options = options;
    [this.input] = inputs;
    this.spills = spills;
    this.memoryBytes = memoryBytes;
  }

  open(analyzer: (samples: string[]) => Schema['analyzer']): { schema: Schema; notes: string[] } {
    const schema: Schema = {
      text: [TEXT_BRANCH],
      keyword: [],
      number: [],
      vectors: [],
      stored: 'none',
      analyzer: analyzer([]),
      ids: true,
      positions: false,
    };
    const { lang, stemmer } = schema.analyzer as NonNullable<Schema['analyzer']>;
    const notes = [
      `queries are analysed as: ${lang}, stemmer ${stemmer}; where the terms were made otherwise, say how with --lang, --stemmer and --stopwords`,
    ];
    return { schema, notes };
  }

  async index(schema: Schema, segmentDocuments: number): Promise<FinishedSegment[]> {
    const environment: WriterEnvironment = {
      spills: this.spills,
      memoryBytes: this.memoryBytes,
      threads: 1,
      seed: this.options.seed ?? 0,
      progress: (name, done, total) => {
        this.options.signal?.throwIfAborted();
        this.report('finishing', { name, done, total });
      },
    };
    const reader = await CiffReader.open(this.input.path, {
      stdin: this.options.stdin,
      onBytes: (n) => {
        this.bytesRead += n;
      },
    });
    try {
      const count = Math.max(1, Math.ceil(reader.header.documents / segmentDocuments));
      const texts = Array.from({ length: count }, () => new ListWriter(environment));
      await this.takeLists(reader, texts, segmentDocuments);
      return await this.takeDocuments(reader, schema, texts, segmentDocuments, environment);
    } finally {
      await reader.close();
    }
  }

  private async takeLists(reader: CiffReader, texts: ListWriter[], segmentDocuments: number): Promise<void> {
    let previous: Uint8Array = new Uint8Array(0);
    let restarts = 0;
    let lists = 0;
    for await (const { term, docs, tfs, count } of reader.lists()) {
      if (lists++ % PROGRESS_EVERY === 0) {
        this.options.signal?.throwIfAborted();
        this.report('reading');
      }
      const order = Buffer.compare(term, previous);
      if (order === 0) throw twice(reader, Buffer.from(term).toString());
      if (order < 0) {
        if (++restarts > MAX_RESTARTS)
          throw reader.fault(
            'its terms are in no order',
            'sort them by their UTF-8 bytes and write it again',
          );
        for (const text of texts) text.restart();
      }
      previous = term.slice();
      for (let from = 0; from < count; ) {
        const segment = Math.floor(docs[from] / segmentDocuments);
        const base = segment * segmentDocuments;
        let to = count;
        if (docs[count - 1] >= base + segmentDocuments) {
          to = from + 1;
          while (docs[to] < base + segmentDocuments) to++;
        }
        texts[segment].add(term, docs, tfs, from, to, base);
        from = to;
      }
    }
  }

  private async takeDocuments(
    reader: CiffReader,
    schema: Schema,
    texts: ListWriter[],
    segmentDocuments: number,
    environment: WriterEnvironment,
  ): Promise<FinishedSegment[]> {
    const ids = new SpillingIdMap(this.spills, this.memoryBytes * ID_SHARE);
    const items = reader.documents();
    const finished: FinishedSegment[] = [];
    for (const [segment, text] of texts.entries()) {
      const base = segment * segmentDocuments;
      const documents = Math.min(segmentDocuments, reader.header.documents - base);
      const forward = forwardStructure.writer(forwardStructure.part(''), schema, environment);
      const lengths = new Uint32Array(documents);
      for (let doc = 0; doc < documents; doc++) {
        const item = await items.next();
        if (item.done) throw new Error('documents end early');
        const place = { file: this.input.name, row: base + doc };
        const id = idText('collection_docid', item.value.id);
        if (isIdFault(id)) throw new InputError(place, id.fault, id.mend);
        checkId(id, place);
        const known = ids.putIfAbsent(id, base + doc);
        if (known !== undefined)
          throw reader.fault(
            `documents ${known} and ${base + doc} have one id, '${id}'`,
            'give each its own',
          );
        lengths[doc] = item.value.length;
        forward.add(doc, { id, row: base + doc, texts: [], vectors: [], stored: undefined });
      }
      this.documents += documents;
      this.rows += documents;
      this.report('reading');
      finished.push(
        await writeSegment(this.options.output, environment, base, documents, [
          {
            part: TEXT_BRANCH,
            finish: (out) =>
              text.finish(out, lengths, (term) => {
                throw twice(reader, term);
              }),
          },
          { part: forwardStructure.part(''), finish: (out) => forward.finish(out, documents) },
        ]),
      );
    }
    // Nothing may stand behind the last.
    await items.next();
    ids.close();
    return finished;
  }

  private report(phase: 'reading' | 'finishing', step?: { name: string; done: number; total: number }): void {
    const { bytesRead: bytes, documents, input } = this;
    this.options.onProgress?.({ phase, bytes, totalBytes: input.bytes, documents, step });
  }
}

function twice(reader: CiffReader, term: string): Error {
  return reader.fault(`the term '${term}' has two lists`, 'join them and write it again');
}
