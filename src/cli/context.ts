import type { Terminal } from './io.js';

/** Thrown into whatever runs when a signal asks us to stop. */
export class Interrupted extends Error {
  readonly exitCode: number;
  constructor(exitCode: number) {
    super('interrupted');
    this.exitCode = exitCode;
  }
}

/** Whether we were asked to stop. The AbortSignal is made when it is asked for: Node loads that first, 1 ms of a start. */
export class Stop {
  reason: Interrupted | undefined;
  private controller: AbortController | undefined;

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.reason !== undefined) this.controller.abort(this.reason);
    }
    return this.controller.signal;
  }

  now(reason: Interrupted): void {
    this.reason = reason;
    this.controller?.abort(reason);
  }
}

/** What a command needs beside its own options. */
export interface Context {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** A context whose signal is made when it is asked for. */
export class RunContext implements Context {
  readonly terminal: Terminal;
  private readonly stop: Stop;

  constructor(terminal: Terminal, stop: Stop) {
    this.terminal = terminal;
    this.stop = stop;
  }

  get signal(): AbortSignal {
    return this.stop.signal;
  }
}
