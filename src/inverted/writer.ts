import type { StructureWriter, WriterEnvironment, WrittenPart } from '../branch/index.js';
import type { IndexDocument, Schema } from '../schema/index.js';
import type { SegmentWriter } from '../segment/index.js';
import type { SpillFile } from '../storage/index.js';
import { finishText } from './finish.js';
import { Inverter, type RangeTotals } from './inverter.js';
import { spillRun } from './run.js';
import { TextTeam } from './team/team.js';

/** Characters that are not worth a thread: it takes 50 ms to start. */
const FEW_CHARACTERS = 1 << 20;
/** Share of the memory that tokens in threads may take. */
const TEAM_SHARE = 0.3;
/** Bytes that a character takes as part of a token, and while that is sorted. */
const BYTES_PER_CHARACTER = 4;
/** Characters of a range at most: of more, the last takes its time at the end. */
const MOST_CHARACTERS = 16 << 20;

/**
 * Builds the inverted index of one segment. Tokens gather in memory; spill() moves them to disk as a sorted run; finish() merges
 * the runs. Where there is much text, and a thread for it, threads do the first of that. The bytes written depend on the
 * documents alone. Time O(tokens + terms log terms).
 */
export class TextWriter implements StructureWriter {
  private readonly schema: Schema;
  private readonly environment: WriterEnvironment;
  /** With the first document of each. */
  private readonly runs: { first: number; file: SpillFile }[] = [];
  private readonly inverter: Inverter;
  private readonly positions: boolean;
  /** Text fields but the last: where those end is recorded, for positions to tell the field. */
  private readonly bounds: number;
  private documents = 0;
  private characters = 0;
  private team: TextTeam | undefined;
  /** Characters of a team's text that this thread still takes itself. */
  private own = 0;
  /** First document of the tokens that the inverter holds. */
  private first = 0;
  /** Ranges that this thread took. */
  private readonly ranges: RangeTotals[] = [];

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
    const { team } = this;
    if (team !== undefined && this.own <= 0) {
      this.own = team.spare;
      if (this.own === 0) {
        team.add(doc, texts);
        return;
      }
    }
    if (this.inverter.tokens === 0) this.first = doc;
    this.inverter.add(doc, texts);
    if (this.environment.threads < 2) return;
    let characters = 0;
    for (const text of texts) characters += text.length;
    if (team === undefined) {
      this.characters += characters;
      if (this.characters >= FEW_CHARACTERS) this.team = this.gather();
      return;
    }
    team.took(characters);
    this.own -= characters;
    if (this.own <= 0) this.endOwn();
  }

  room(): Promise<void> | undefined {
    return this.own > 0 ? undefined : this.team?.room();
  }

  buffered(): number {
    return this.inverter.bytes();
  }

  spill(): void {
    if (this.inverter.tokens === 0) return;
    const file = spillRun(this.inverter.takeRun(), this.environment.spills.create('terms'));
    this.runs.push({ first: this.first, file });
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
    if (this.team !== undefined) {
      this.endOwn();
      for (const { file, totals } of await this.team.finish()) {
        this.runs.push({ first: totals.first, file });
        place(totals);
      }
      this.runs.sort((a, b) => a.first - b.first);
    }
    for (const range of this.ranges) place(range);
    place(this.inverter.takeTotals());
    const files = this.runs.map(({ file }) => file);
    return finishText(out, files, this.inverter.takeRun(), totals, this.environment);
  }

  private endOwn(): void {
    this.spill();
    this.ranges.push(this.inverter.takeTotals());
  }

  /** Starts the threads; what was read without them comes before what they read. */
  private gather(): TextTeam {
    this.endOwn();
    const { threads, memoryBytes, spills } = this.environment;
    // This thread reads what they are given.
    const members = threads - 1;
    const share = (memoryBytes * TEAM_SHARE) / members / BYTES_PER_CHARACTER;
    const most = Math.min(MOST_CHARACTERS, Math.floor(share));
    return new TextTeam(members, this.schema.analyzer!, this.bounds, most, spills);
  }
}
