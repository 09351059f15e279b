import type { Query } from '../branch/index.js';
import { Embedder, type EmbedderOptions } from '../embedding/index.js';
import { UsageError } from '../errors/index.js';
import type { IndexReader } from '../index/index.js';
import { soleVectorField } from './sole-field.js';

/** How texts of queries become vectors. */
export interface QueryEmbedding extends EmbedderOptions {
  /** A command, or true for the one the index was built with: whoever opens an index need not trust what is in it. */
  command: string | true;
}

/** Gives queries that have a text the vector of it, so that vector branches fire, too. */
export class QueryEmbedder {
  readonly command: string;
  private readonly field: string;
  private readonly dim: number;
  private readonly embedder: Embedder;

  /** @throws UsageError when the index has no vectors that it could be for, or remembers no command */
  constructor(index: IndexReader, { command, ...options }: QueryEmbedding, branches?: string[]) {
    const { vectors } = index.manifest.schema;
    if (vectors.length === 0)
      throw new UsageError(
        `${index.directory}: no vector field for embedded queries; leave out --embed-command`,
      );
    const made = vectors.find(({ embed }) => embed !== undefined);
    if (command === true && made?.embed === undefined)
      throw new UsageError(
        `--embed: ${index.directory} was not built with a command; name one with --embed-command`,
      );
    this.command = command === true ? (made?.embed?.command as string) : command;
    this.field = made?.name ?? soleVectorField(index, branches);
    this.dim = vectors.find(({ name }) => name === this.field)?.dim as number;
    this.embedder = new Embedder(this.command, options);
  }

  /**
   * Adds the vectors that are missing, together.
   * @param last when no further queries come
   * @throws InputError, UsageError for vectors of another length
   */
  async fill(queries: Query[], last = false): Promise<void> {
    const filled = Promise.all(queries.map((query) => this.fillOne(query)));
    if (last) this.embedder.finish();
    await filled;
  }

  private async fillOne({ text, vectors }: Query): Promise<void> {
    if (text === undefined || text.trim() === '' || vectors[this.field] !== undefined) return;
    const vector = await this.embedder.embed(text, 'query');
    if (vector.length !== this.dim)
      throw new UsageError(
        `the embed command makes vectors of ${vector.length} numbers, those of '${this.field}' have ${this.dim}; use the model the index was built with`,
      );
    vectors[this.field] = vector;
  }

  close(): Promise<void> {
    return this.embedder.close();
  }

  kill(): void {
    this.embedder.kill();
  }
}
