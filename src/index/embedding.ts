import { AHEAD, ahead, Embedder } from '../embedding/index.js';
import { UsageError } from '../errors/index.js';
import type { SourceItem } from '../records/index.js';
import type { Schema } from '../schema/index.js';
import type { EmbedRequest } from './options.js';

/** Name of the field where none is given. */
const DEFAULT_FIELD = 'embedding';

/** The vectors that a command makes of the documents of a build. */
export class Embedding {
  readonly embedder: Embedder;
  private readonly request: EmbedRequest;
  private readonly name: string;
  private fields: string[] = [];
  /** What was asked for before the schema was known, by the fields of the record. */
  private readonly begun = new WeakMap<object, Promise<Float32Array>>();

  constructor(request: EmbedRequest, signal: AbortSignal | undefined) {
    const { command, cache, onWaiting, field = DEFAULT_FIELD } = request;
    this.request = request;
    this.name = field;
    this.embedder = new Embedder(command, { cache, onWaiting, signal });
  }

  /**
   * Asks for the first vectors, to know how long they are: for as many as may be on their way, since a command may gather
   * them into batches.
   * @param complete when there are no records beside the sample
   * @param infer what the fields are, without this one
   * @throws UsageError where there is nothing to embed
   */
  async open(
    sample: Record<string, unknown>[],
    complete: boolean,
    infer: () => Schema,
  ): Promise<{ name: string; dim: number; integers: boolean }> {
    this.fields = this.request.fields ?? infer().text;
    if (this.fields.length === 0)
      throw new UsageError('--embed-command: no field is text; name those to embed with --embed-fields');
    let first: Promise<Float32Array> | undefined;
    for (const record of sample.slice(0, AHEAD)) {
      const made = this.begin(record);
      if (made === undefined) continue;
      made.catch(() => {});
      this.begun.set(record, made);
      first ??= made;
    }
    if (first === undefined)
      throw new UsageError(
        `--embed-command: the first ${sample.length} records have no text in ${this.fields.join(', ')}; name other fields with --embed-fields`,
      );
    if (complete && sample.length <= AHEAD) this.embedder.finish();
    return { name: this.name, dim: (await first).length, integers: false };
  }

  /** Notes in the schema where the vectors come from. */
  record(schema: Schema): void {
    const field = schema.vectors.find(({ name }) => name === this.name);
    if (field) field.embed = { command: this.embedder.command, fields: this.fields };
  }

  /** Records with their vectors, in order; some are on their way at any time. */
  of(items: AsyncIterable<SourceItem>): AsyncGenerator<{ item: SourceItem; made: Float32Array | undefined }> {
    const begin = (item: SourceItem) =>
      'fields' in item ? (this.begun.get(item.fields) ?? this.begin(item.fields)) : undefined;
    return ahead(items, begin, () => this.embedder.finish());
  }

  private begin(record: Record<string, unknown>): Promise<Float32Array> | undefined {
    const text = this.text(record);
    return text === undefined ? undefined : this.embedder.embed(text, 'document');
  }

  private text(record: Record<string, unknown>): string | undefined {
    const texts = this.fields.map((name) => record[name]).filter((value) => typeof value === 'string');
    const text = texts.join('\n');
    return text.trim() === '' ? undefined : text;
  }
}
