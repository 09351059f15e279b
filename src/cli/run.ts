import { ExitCode, ShortlistError } from '../errors/index.js';
import { fromSystem } from '../storage/index.js';
import { type Context, Interrupted, RunContext, Stop } from './context.js';
import { type ColorChoice, type Io, Terminal } from './io.js';

/** A command's code. It returns the exit code. */
export type CommandCode = (args: string[], options: never, context: Context) => Promise<number>;

/** One run of the tool, before its options are known and after. */
export class Run {
  terminal: Terminal;
  debug = false;
  private readonly io: Io;
  private readonly stop: Stop;

  constructor(io: Io, stop: Stop) {
    this.io = io;
    this.stop = stop;
    this.terminal = new Terminal(io);
  }

  /** Options every command has. */
  begin(options: Record<string, unknown>): Terminal {
    this.debug = options.debug === true;
    this.terminal = new Terminal(this.io, {
      color: options.color as ColorChoice,
      quiet: options.quiet === true,
      progress: options.progress !== false,
      signal: () => this.stop.signal,
    });
    return this.terminal;
  }

  call(code: CommandCode, positional: string[], options: Record<string, unknown>): Promise<number> {
    return code(positional, options as never, new RunContext(this.terminal, this.stop));
  }
}

/** Does the work under the manners of every run: signals are heard, errors reported. @returns the exit code */
export async function supervised(io: Io, work: (run: Run) => Promise<number>): Promise<number> {
  const stop = new Stop();
  const stopListening = listenForSignals(stop);
  const run = new Run(io, stop);
  try {
    return await work(run);
  } catch (error) {
    const { reason } = stop;
    if (reason !== undefined && (error === reason || isAbort(error))) return reason.exitCode;
    return report(error, run.terminal, run.debug);
  } finally {
    stopListening();
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Interrupted || (error as Error)?.name === 'AbortError';
}

/** Their numbers, as everywhere: node:os takes a start half a millisecond. */
const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 };

/** The first signal asks for an orderly end, the second ends at once. */
function listenForSignals(stop: Stop): () => void {
  const listeners = Object.entries(SIGNALS).map(([name, number]) => {
    const exitCode = 128 + number;
    const listener = () => {
      if (stop.reason !== undefined) process.exit(exitCode);
      stop.now(new Interrupted(exitCode));
    };
    process.on(name, listener);
    return () => process.off(name, listener);
  });
  return () => {
    for (const stop of listeners) stop();
  };
}

/** What the file system says of a path that can't be used, for people. */
const SYSTEM_REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'part of the path is not a directory',
  EISDIR: 'a directory, not a file',
  EEXIST: 'something of that name is there already',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  EBUSY: 'in use',
};

function report(error: unknown, terminal: Terminal, debug: boolean): number {
  const system = error as NodeJS.ErrnoException;
  if (error instanceof ShortlistError) {
    terminal.error(error.message);
    if (debug) terminal.io.stderr.write(`${error.stack}\n`);
    return error.exitCode;
  }
  const mapped = fromSystem(error, system?.path ?? 'the machine');
  if (mapped instanceof ShortlistError) return report(mapped, terminal, debug);
  if (system?.syscall !== undefined && SYSTEM_REASONS[system.code ?? ''] !== undefined) {
    terminal.error(
      `${system.path ?? 'a file'}: ${SYSTEM_REASONS[system.code ?? '']}; name another, or check its permissions`,
    );
    if (debug) terminal.io.stderr.write(`${(error as Error).stack}\n`);
    return ExitCode.usage;
  }
  if (isOutOfMemory(error)) {
    terminal.error(
      `out of memory (${(error as Error).message}); give the build a smaller --memory, or use a larger machine`,
    );
    return ExitCode.resources;
  }
  terminal.error(`a bug of ours: ${(error as Error)?.stack ?? String(error)}`);
  return ExitCode.bug;
}

function isOutOfMemory(error: unknown): boolean {
  return (
    error instanceof RangeError &&
    /allocation failed|could not allocate|Invalid typed array length/i.test(error.message)
  );
}
