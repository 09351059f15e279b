import { constants } from 'node:os';
import { Command, CommanderError, Option } from 'commander';
import { ExitCode, ShortlistError, UsageError } from '../errors/index.js';
import { fromSystem } from '../storage/index.js';
import { VERSION } from '../version.js';
import { type CommandName, commands } from './commands.js';
import { applyConfig, readConfig, shownConfig } from './config.js';
import type { Context } from './context.js';
import { type ColorChoice, type Io, Terminal } from './io.js';
import { commonOptions, type OptionSpec } from './options/index.js';

/** The code of each command, loaded when it is called: start-up time is a feature. It returns the exit code. */
const loaders: Record<
  CommandName,
  () => Promise<(args: string[], options: never, context: Context) => Promise<number>>
> = {
  build: async () => (await import('./commands/build.js')).build,
  query: async () => (await import('./commands/query.js')).query,
  eval: async () => (await import('./commands/eval.js')).evaluateIndex,
  info: async () => (await import('./commands/info.js')).info,
  get: async () => (await import('./commands/get.js')).get,
  check: async () => (await import('./commands/check.js')).check,
  analyze: async () => (await import('./commands/analyze.js')).analyze,
  export: async () => (await import('./commands/export.js')).exportIndex,
  completions: async () => (await import('./commands/completions.js')).completions,
};

/** Runs the tool. @param args arguments behind the program's name @returns the exit code */
export async function main(args: string[], io: Io): Promise<number> {
  const abort = new AbortController();
  const stopListening = listenForSignals(abort);
  let terminal = new Terminal(io);
  let debug = false;
  let code: number = ExitCode.ok;
  const program = new Command('shortlist')
    .description('Build, query and evaluate on-disk search indexes: text, vectors, or both.')
    .version(`shortlist ${VERSION} (Node ${process.versions.node})`, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'shortlist: ')),
    });
  program.addHelpText('before', examplesText(commands.flatMap((command) => command.examples[0])));
  // What is not named needs no options: making those of all commands takes 3 ms.
  const named = commands.filter(({ name }) => name === args[0]);
  const printConfig = args.slice(0, args.indexOf('--') + 1 || undefined).includes('--print-config');
  for (const spec of named.length > 0 ? named : commands) {
    // What prints options needs no index.
    const command = program
      .command(`${spec.name} ${printConfig ? '[any...]' : spec.arguments}`)
      .summary(spec.summary)
      .description(`${spec.summary[0].toUpperCase()}${spec.summary.slice(1)}.`)
      .addHelpText('before', examplesText(spec.examples));
    for (const option of [...spec.options, ...commonOptions]) command.addOption(toOption(option));
    command.action(async (...values: unknown[]) => {
      const positional = (values.slice(0, -2) as (string | string[] | undefined)[])
        .flat()
        .filter((v) => v !== undefined);
      const options = values.at(-2) as Record<string, unknown>;
      const config = readConfig(options.config as string | false | undefined);
      if (config !== undefined) applyConfig(command, spec, config);
      debug = options.debug === true;
      terminal = new Terminal(io, {
        color: options.color as ColorChoice,
        quiet: options.quiet === true,
        progress: options.progress !== false,
        signal: abort.signal,
      });
      if (printConfig) {
        const { json, sources } = shownConfig(command, spec, config);
        terminal.note(sources);
        await terminal.print(`${json}\n`);
        return;
      }
      const run = await loaders[spec.name]();
      code = await run(positional as string[], options as never, { terminal, signal: abort.signal });
    });
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (abort.signal.aborted && (error === abort.signal.reason || isAbort(error)))
      return abort.signal.reason.exitCode;
    return report(error, terminal, debug);
  } finally {
    stopListening();
  }
}

/** Thrown into whatever runs when a signal asks us to stop. */
class Interrupted extends Error {
  readonly exitCode: number;
  constructor(exitCode: number) {
    super('interrupted');
    this.exitCode = exitCode;
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Interrupted || (error as Error)?.name === 'AbortError';
}

/** The first signal asks for an orderly end, the second ends at once. */
function listenForSignals(abort: AbortController): () => void {
  const listeners = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) => {
    const exitCode = 128 + constants.signals[name];
    const listener = () => {
      if (abort.signal.aborted) process.exit(exitCode);
      abort.abort(new Interrupted(exitCode));
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
  if (error instanceof CommanderError) {
    // Help and version come this way too, with code 0.
    return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  }
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

function toOption(spec: OptionSpec): Option {
  const option = new Option(spec.flags, spec.description).helpGroup(spec.group);
  if (spec.default !== undefined) option.default(spec.default);
  else if (spec.defaultText !== undefined) option.description += ` (default ${spec.defaultText})`;
  if (spec.choices) option.choices(spec.choices);
  if (spec.parse) {
    const parse = spec.parse;
    option.argParser((value: string, previous: unknown) => {
      try {
        return parse(value, previous as never);
      } catch (error) {
        if (error instanceof UsageError)
          throw new UsageError(`${spec.flags.split(' ').find((f) => f.startsWith('--'))}: ${error.message}`);
        throw error;
      }
    });
  }
  return option;
}

function examplesText(examples: string[]): string {
  return `Examples:\n${examples.map((example) => `  ${example}`).join('\n')}\n`;
}
