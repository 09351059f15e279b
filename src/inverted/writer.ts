import type { StructureWriter, WriterEnvironment, WrittenPart } from '../branch/index.js';
import type { IndexDocument, Schema } from '../schema/index.js';
import type { SegmentWriter } from '../segment/index.js';
import type { SpillFile } from '../storage/index.js';
import { finishText } from './finish.js';
import { Inverter, type RangeTotals } from './inverter.js';
import { spillRun } from './run.js';
import { TextTeam } from './team/team.js';

/** Characters that are not worth a thread: it takes 50 ms to start. */
const FEW_CHARACTERS = 4 << 20;
/** Share of the memory that tokens in threads may take. */
const TEAM_SHARE = 0.3;
/** Bytes that a character takes as part of a token, and while that is sorted. */
const BYTES_PER_CHARACTER = 4;
/** Characters of a thread's range, at least and at most: runs of less are many, and of more take their time at the end. */
const RANGE_CHARACTERS = [1 << 20, 16 << 20];

/**
 * Builds the inverted index of one segment. Tokens gather in memory; spill() moves them to disk as a sorted run; finish() merges
 * the runs. Where there is much text, and a thread for it, threads do the first of that. The bytes written depend on the
 * documents alone. Time O(tokens + terms log terms).
 */
export class TextWriter implements StructureWriter {
  private readonly schema: Schema;
  private readonly environment: WriterEnvironment;
  private readonly runs: SpillFile[] = [];
  private readonly inverter: Inverter;
  private readonly positions: boolean;
  /** Text fields but the last: where those end is recorded, for positions to tell the field. */
  private readonly bounds: number;
  private documents = 0;
  private characters = 0;
  private team: TextTeam | undefined;

  /** @throws UsageError when the schema's analyser is not one of ours */
  constructor(schema: Schema, environment: WriterEnvironment) {
    if (schema.analyzer === undefined) throw new Error('a text part needs an analyser');
    this.schema = schema;
    this.environment = environment;
    this.positions = schema.positions ?? true;
    this.bounds = this.positions ? schema.text.length - 1 : 0;
    this.inverter = new Inverter(schema.analyzer, this.bounds);
  }

  add(doc: number, { texts }: IndexDocument): void {
    this.documents = doc + 1;
    if (this.team !== undefined) {
      this.team.add(doc, texts);
      return;
    }
    this.inverter.add(doc, texts);
    if (this.environment.threads < 2) return;
    for (const text of texts) this.characters += text.length;
    if (this.characters >= FEW_CHARACTERS) this.team = this.gather();
  }

  room(): Promise<void> | undefined {
    return this.team?.room();
  }

  buffered(): number {
    return this.team === undefined ? this.inverter.bytes() : 0;
  }

  spill(): void {
    if (this.inverter.tokens === 0) return;
    this.runs.push(spillRun(this.inverter.takeRun(), this.environment.spills.create('terms')));
  }

  async finish(out: SegmentWriter, documents: number): Promise<WrittenPart> {
    if (this.documents > documents)
      throw new Error(`${this.documents} documents were added, not ${documents}`);
    const { bounds, positions } = this;
    const totals = {
      lengths: new Uint32Array(documents),
      extents: new Uint32Array(documents * bounds),
      fieldLengths: new Uint32Array(documents * bounds),
      bounds,
      positions,
    };
    const place = ({ first, lengths, extents, fieldLengths }: RangeTotals) => {
      totals.lengths.set(lengths, first);
      totals.extents.set(extents, first * bounds);
      totals.fieldLengths.set(fieldLengths, first * bounds);
    };
    place(this.inverter.takeTotals());
    for (const range of (await this.team?.finish()) ?? []) {
      this.runs.push(range.file);
      place(range.totals);
    }
    // Of a team's documents nothing is here.
    const last = this.inverter.takeRun();
    return finishText(out, this.runs, last, totals, this.environment);
  }

  /** Starts the threads; what was read without them comes before what they read. */
  private gather(): TextTeam {
    this.spill();
    const { threads, memoryBytes, spills } = this.environment;
    // This thread reads what they are given.
    const members = threads - 1;
    const share = (memoryBytes * TEAM_SHARE) / members / BYTES_PER_CHARACTER;
    const [least, most] = RANGE_CHARACTERS;
    const range = Math.max(least, Math.min(most, Math.floor(share)));
    return new TextTeam(members, this.schema.analyzer!, this.bounds, range, spills);
  }
}
