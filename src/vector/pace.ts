import { setImmediate as nextTurn } from 'node:timers/promises';

const TURN_MS = 50;

/**
 * Keeps a long step polite: every 50 ms it reports how far it is and lets signals in.
 * @param report called with units done
 */
export class Pace {
  private last = performance.now();
  private readonly report: (done: number) => void;

  constructor(report: (done: number) => void) {
    this.report = report;
  }

  async step(done: number): Promise<void> {
    if (performance.now() - this.last < TURN_MS) return;
    this.report(done);
    await nextTurn();
    this.last = performance.now();
  }
}
