import type { Ora } from 'ora';
import type { Terminal } from './io.js';
import { formatBytes, formatCount, formatDuration } from './values.js';

/** Nothing is shown for work that is over sooner. */
const DELAY_MS = 700;
/** Least time between two updates. */
const INTERVAL_MS = 100;

/**
 * A line on stderr while long work runs: only on a terminal, gone when the work is done. The
 * spinner's library is loaded when the first line is due.
 */
export class Progress {
  private readonly terminal: Terminal;
  private readonly started = performance.now();
  private last = 0;
  private spinner: Ora | undefined;
  private loading = false;
  private stopped = false;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  /** Shows the line, unless the last one is too fresh. @param line called only when it is shown */
  update(line: (seconds: number) => string): void {
    if (!this.terminal.interactive) return;
    const now = performance.now();
    if (now - this.started < DELAY_MS || now - this.last < INTERVAL_MS) return;
    this.last = now;
    const text = line((now - this.started) / 1000);
    if (this.spinner) {
      this.spinner.text = text;
      this.spinner.render();
    } else if (!this.loading) {
      this.loading = true;
      void import('ora').then(({ default: ora }) => {
        if (this.stopped) return;
        this.spinner = ora({
          text,
          stream: this.terminal.io.stderr as NodeJS.WriteStream,
          discardStdin: false,
        }).start();
      });
    }
  }

  stop(): void {
    this.stopped = true;
    this.spinner?.stop();
  }
}

/** `12.3 MiB of 48.0 MiB, 5.1 MiB/s, 7.0 s left`; without a total, what is done and the rate. */
export function describeBytes(done: number, total: number | undefined, seconds: number): string {
  const rate = done / Math.max(seconds, 1e-3);
  const parts = [
    total === undefined ? formatBytes(done) : `${formatBytes(done)} of ${formatBytes(total)}`,
    `${formatBytes(Math.round(rate))}/s`,
  ];
  if (total !== undefined && rate > 0) parts.push(`${formatDuration(Math.max(0, total - done) / rate)} left`);
  return parts.join(', ');
}

/** `1,200 of 60,000 (2 %), 400/s, 147.0 s left`, from when this step began. */
export function describeSteps(done: number, total: number, seconds: number): string {
  const rate = done / Math.max(seconds, 1e-3);
  const share = `${formatCount(done)} of ${formatCount(total)} (${Math.floor((100 * done) / Math.max(1, total))} %)`;
  if (done <= 0) return share;
  return `${share}, ${formatCount(Math.round(rate))}/s, ${formatDuration(Math.max(0, total - done) / rate)} left`;
}
