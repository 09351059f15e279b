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
  readonly quiet: boolean;
  private readonly color: ColorChoice;
  private readonly progress: boolean;
  private readonly signal: (() => AbortSignal) | undefined;

  /** @param options.signal stops what waits for room on stdout */
  constructor(
    io: Io,
    options: { color?: ColorChoice; quiet?: boolean; progress?: boolean; signal?: () => AbortSignal } = {},
  ) {
    const { color = 'auto', quiet = false, progress = true } = options;
    this.io = io;
    this.quiet = quiet;
    this.color = color;
    this.progress = progress;
    this.signal = options.signal;
  }

  // The streams are asked when something is written: making one costs a query 2 ms.

  /** True when a person looks at stderr as it is written. */
  get interactive(): boolean {
    const { io, quiet, progress } = this;
    const dumb = io.env.TERM === 'dumb' || isSet(io.env.CI) || isSet(io.env.NO_COLOR);
    return !dumb && !quiet && progress && io.stderr.isTTY === true;
  }

  /** Styles for stdout: none where it is not coloured. */
  get out(): Palette {
    return colored(this.io, this.io.stdout, this.color) ? COLORED : PLAIN;
  }

  private get err(): Palette {
    return colored(this.io, this.io.stderr, this.color) ? COLORED : PLAIN;
  }

  /**
   * Writes to stdout; resolves once there is room again, so that a slow reader slows us down.
   * @throws the reason of the signal that stops us, while there is no room
   */
  print(text: string | Uint8Array): Promise<void> | undefined {
    const { stdout } = this.io;
    if (stdout.write(text)) return undefined;
    const signal = this.signal?.();
    return new Promise((resolve, reject) => {
      const stop = () => {
        stdout.off('drain', room);
        reject(signal?.reason);
      };
      const room = () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      stdout.once('drain', room);
      signal?.addEventListener('abort', stop, { once: true });
    });
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

/** Begin and end of a style, as terminals take them (ECMA-48, SGR). */
const STYLES = {
  bold: [1, 22],
  dim: [2, 22],
  underline: [4, 24],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};
export type Palette = Record<keyof typeof STYLES, (text: string) => string>;

const palette = (style: (text: string, begin: number, end: number) => string) =>
  Object.fromEntries(
    Object.entries(STYLES).map(([name, [begin, end]]) => [name, (text: string) => style(text, begin, end)]),
  ) as Palette;
const PLAIN = palette((text) => text);
const COLORED = palette((text, begin, end) => (text === '' ? '' : `\u001b[${begin}m${text}\u001b[${end}m`));

/** --color wins, then NO_COLOR (any value but empty), FORCE_COLOR, CI and TERM=dumb, then whether the stream is a terminal. */
function colored(io: Io, stream: { isTTY?: boolean }, color: ColorChoice): boolean {
  if (color !== 'auto') return color === 'always';
  if (io.env.NO_COLOR !== undefined && io.env.NO_COLOR !== '') return false;
  if (io.env.FORCE_COLOR !== undefined) return isSet(io.env.FORCE_COLOR) || io.env.FORCE_COLOR === '';
  return !isSet(io.env.CI) && io.env.TERM !== 'dumb' && stream.isTTY === true;
}
