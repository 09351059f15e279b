import { Chalk, type ChalkInstance } from 'chalk';

/** The outside world of one run of the tool; tests give their own. */
export interface Io {
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  env: Record<string, string | undefined>;
}

/** When to colour: as --color says. */
export type ColorChoice = 'auto' | 'always' | 'never';

/** Writes to stdout and stderr as a run is allowed to: colour, progress and quiet are decided here. */
export class Terminal {
  readonly io: Io;
  readonly out: ChalkInstance;
  readonly err: ChalkInstance;
  /** True when a person looks at stderr as it is written. */
  readonly interactive: boolean;
  readonly quiet: boolean;

  constructor(io: Io, options: { color?: ColorChoice; quiet?: boolean; progress?: boolean } = {}) {
    const { color = 'auto', quiet = false, progress = true } = options;
    this.io = io;
    this.quiet = quiet;
    this.out = new Chalk({ level: colorLevel(io, io.stdout.isTTY === true, color) });
    this.err = new Chalk({ level: colorLevel(io, io.stderr.isTTY === true, color) });
    const dumb = io.env.TERM === 'dumb' || isSet(io.env.CI) || isSet(io.env.NO_COLOR);
    this.interactive = io.stderr.isTTY === true && !dumb && !quiet && progress;
  }

  /** Writes to stdout; resolves once there is room again, so that a slow reader slows us down. */
  print(text: string): Promise<void> | undefined {
    if (this.io.stdout.write(text)) return undefined;
    return new Promise((resolve) => this.io.stdout.once('drain', resolve));
  }

  /** A remark on stderr, unless --quiet. */
  note(text: string): void {
    if (!this.quiet) this.io.stderr.write(`${this.err.dim(text)}\n`);
  }

  warn(text: string): void {
    this.io.stderr.write(`${this.err.yellow('warning:')} ${text}\n`);
  }

  error(text: string): void {
    this.io.stderr.write(`${this.err.red('shortlist:')} ${text}\n`);
  }
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}

/**
 * chalk reads FORCE_COLOR but not NO_COLOR, so the whole rule is here: --color wins, then NO_COLOR
 * (any value but empty), FORCE_COLOR, CI and TERM=dumb, then whether the stream is a terminal.
 */
function colorLevel(io: Io, isTerminal: boolean, color: ColorChoice): 0 | 1 | 2 | 3 {
  if (color !== 'auto') return color === 'always' ? 1 : 0;
  if (io.env.NO_COLOR !== undefined && io.env.NO_COLOR !== '') return 0;
  if (io.env.FORCE_COLOR !== undefined) return isSet(io.env.FORCE_COLOR) || io.env.FORCE_COLOR === '' ? 1 : 0;
  if (isSet(io.env.CI) || io.env.TERM === 'dumb' || !isTerminal) return 0;
  return /truecolor|24bit/.test(io.env.COLORTERM ?? '') ? 3 : 2;
}
