import type { Worker } from 'node:worker_threads';
import type { AnalyzerSpec } from '../../analysis/index.js';
import type { SpillDirectory, SpillFile } from '../../storage/index.js';
import { startThread, threadFault } from '../../threads/index.js';
import type { RangeTotals } from '../inverter.js';
import type { FromMember, MemberSetup, ToMember } from './messages.js';

/** Characters (UTF-16 code units, here and below) sent at once. */
const BATCH_CHARACTERS = 1 << 17;
/** Characters of a range at least: of less there would be many. */
const LEAST_RANGE = 4 * BATCH_CHARACTERS;
/** A range takes this share of what came before, at most. */
const RANGE_SHARE = 1 / 16;

/** A range of documents whose run is on disk. */
export interface FinishedRange {
  file: SpillFile;
  totals: RangeTotals;
}

interface Member {
  worker: Worker;
  /** Characters sent and not read yet. */
  waiting: number;
}

/**
 * Threads that analyse documents: each takes a range of them that follow one another, writes it as a sorted run, and takes the
 * next. What is written in the end depends on the documents alone, since runs are merged in the order of their documents.
 */
export class TextTeam {
  private readonly threads: number;
  private readonly setup: MemberSetup;
  private readonly spills: SpillDirectory;
  private readonly mostCharacters: number;
  private readonly members: Member[];
  private readonly ranges: FinishedRange[] = [];
  /** Ranges that were begun. */
  private begun = 0;
  /** Whose turn it is, what it has of its range, and all that was taken. */
  private turn = 0;
  private given = 0;
  private total = 0;
  /** Characters of the range that is begun, which may wait for a thread, too. */
  private range = LEAST_RANGE;
  private first = 0;
  private texts: string[][] = [];
  private characters = 0;
  private fault: Error | undefined;
  /** Wakes who waits for room, or for the end. */
  private wake: (() => void) | undefined;

  /**
   * @param threads at most; they are started as there is work for them
   * @param mostCharacters of a range: a thread holds as many as tokens, 4 bytes each or so, before it writes them
   */
  constructor(
    threads: number,
    analyzer: AnalyzerSpec,
    bounds: number,
    mostCharacters: number,
    spills: SpillDirectory,
  ) {
    this.threads = threads;
    this.setup = { analyzer, bounds };
    this.spills = spills;
    this.mostCharacters = mostCharacters;
    this.members = [this.hire()];
    // Where a build fails, too.
    spills.atEnd(() => this.goHome());
  }

  /** @param doc one more than that before */
  add(doc: number, texts: string[]): void {
    if (this.texts.length === 0) this.first = doc;
    this.texts.push(texts);
    for (const text of texts) this.characters += text.length;
    if (this.characters >= BATCH_CHARACTERS) this.send();
    if (this.given >= this.range) this.endRange();
  }

  /**
   * Characters that the caller had better analyse itself, as a range of its own: the threads have enough to do for as long.
   * 0 in the middle of a range.
   */
  get spare(): number {
    if (this.given > 0 || this.texts.length > 0) return 0;
    return this.members[this.turn].waiting < this.range / 2 ? 0 : this.range / 2;
  }

  /** Counts what the caller analysed itself. */
  took(characters: number): void {
    this.total += characters;
  }

  /** What to wait for before more is added; undefined while there is room. @throws what ended a thread */
  room(): Promise<void> | undefined {
    if (this.fault !== undefined) throw this.fault;
    const has = () => this.members[this.turn].waiting < this.range;
    return has() ? undefined : this.until(has);
  }

  /** All ranges, in the order of their documents, when they are written. The threads go home. */
  async finish(): Promise<FinishedRange[]> {
    this.send();
    if (this.given > 0) this.endRange();
    await this.until(() => this.ranges.length === this.begun);
    this.goHome();
    return this.ranges.sort((a, b) => a.totals.first - b.totals.first);
  }

  private send(): void {
    if (this.texts.length === 0) return;
    const { first, texts, characters } = this;
    if (this.given === 0) this.begun++;
    // Documents without a letter make a range, too.
    this.given += characters + 1;
    this.total += characters;
    this.members[this.turn].waiting += characters;
    this.tell({ kind: 'texts', first, texts, characters });
    this.texts = [];
    this.characters = 0;
  }

  private endRange(): void {
    this.send();
    this.tell({ kind: 'end', path: this.spills.reserve('terms') });
    this.given = 0;
    this.range = Math.max(LEAST_RANGE, Math.min(this.mostCharacters, Math.floor(this.total * RANGE_SHARE)));
    // Who has the least to do, or someone new where all have enough.
    const waiting = this.members.map((member) => member.waiting);
    const least = Math.min(...waiting);
    this.turn = waiting.indexOf(least);
    if (least < this.range / 2 || this.members.length === this.threads) return;
    this.turn = this.members.push(this.hire()) - 1;
  }

  private tell(message: ToMember): void {
    this.members[this.turn].worker.postMessage(message);
  }

  private async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.fault !== undefined) throw this.fault;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private goHome(): void {
    for (const { worker } of this.members.splice(0)) void worker.removeAllListeners().terminate();
  }

  private hire(): Member {
    const worker = startThread('text-worker', this.setup);
    const member: Member = { worker, waiting: 0 };
    const heard = () => {
      const { wake } = this;
      this.wake = undefined;
      wake?.();
    };
    const end = (error: Error) => {
      this.fault ??= error;
      heard();
    };
    worker.on('message', (message: FromMember) => {
      if (message.kind === 'read') member.waiting -= message.characters;
      else this.ranges.push({ file: this.spills.adopt(message.path, message.bytes), totals: message.totals });
      heard();
    });
    worker.on('error', (error) => end(threadFault(error, 'a thread of the build')));
    worker.on('exit', (code) => end(new Error(`a thread of the build left with code ${code}`)));
    return member;
  }
}
