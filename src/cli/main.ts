import { constants } from 'node:os';
import { Command, CommanderError, Option } from 'commander';
import { ExitCode, ShortlistError, UsageError } from '../errors/index.js';
import { fromSystem } from '../storage/index.js';
import { VERSION } from '../version.js';
import type { Context } from './context.js';
import { type ColorChoice, type Io, Terminal } from './io.js';
import {
  analyzeOptions,
  buildOptions,
  checkOptions,
  commonOptions,
  evalOptions,
  getOptions,
  infoOptions,
  type OptionSpec,
  queryOptions,
} from './options.js';

/** A command: its place in --help, its options, and the code that is loaded when it is called. */
interface CommandSpec {
  name: string;
  arguments: string;
  summary: string;
  examples: string[];
  options: OptionSpec[];
  /** Returns the exit code. */
  load: () => Promise<(args: string[], options: never, context: Context) => Promise<number>>;
}

export const commands: CommandSpec[] = [
  {
    name: 'build',
    arguments: '<inputs...>',
    summary: 'build an index from files',
    examples: [
      'shortlist build docs.jsonl -o my.index',
      'shortlist build scifact/ -o scifact.index --lang en',
      'shortlist build base.bvecs.gz -o sift.index --metric l2 --vector-index hnsw:M=16,efConstruction=200',
      'shortlist build docs.jsonl --vectors emb=docs.fvecs.gz -o hybrid.index',
      'zcat docs.jsonl.gz | shortlist build - -o my.index',
    ],
    options: buildOptions,
    load: async () => (await import('./commands/build.js')).build,
  },
  {
    name: 'query',
    arguments: '<index> [text...]',
    summary: 'answer one query, or a batch',
    examples: [
      'shortlist query my.index "navigable graphs"',
      'shortlist query my.index --queries queries.jsonl --format trec > my.run',
      'shortlist query sift.index --queries query.bvecs -k 100 --ef-search 200',
      'shortlist query hybrid.index --like doc7 --fields title',
      'cat queries.jsonl | shortlist query my.index --queries - | jq .hits[0].id',
    ],
    options: queryOptions,
    load: async () => (await import('./commands/query.js')).query,
  },
  {
    name: 'eval',
    arguments: '[index]',
    summary: 'measure how good the answers are, and how fast',
    examples: [
      'shortlist eval my.index --queries queries.jsonl --qrels qrels/test.tsv -m nDCG@10 -m R@100',
      'shortlist eval sift.index --queries query.bvecs --truth gt.ivecs -m recall@10 --ef-search 80',
      "shortlist eval my.index --queries q.jsonl --qrels qrels.tsv --assert 'nDCG@10>=0.32'",
      'shortlist eval hybrid.index --queries q.jsonl --vectors emb=q.fvecs --qrels qrels.tsv --each-branch --fusion rrf --fusion minmax',
      'shortlist eval sift.index --queries query.bvecs --exact --sweep efSearch=10..400 --target-recall 0.95',
      'shortlist eval --run other.run --qrels qrels.tsv',
      "shortlist eval new.index --queries q.jsonl --qrels qrels.tsv --baseline old.index --max-drop 'nDCG@10=0.01'",
    ],
    options: evalOptions,
    load: async () => (await import('./commands/eval.js')).evaluateIndex,
  },
  {
    name: 'info',
    arguments: '<index>',
    summary: 'say what is inside an index and how large each part is',
    examples: ['shortlist info my.index', 'shortlist info my.index --json'],
    options: infoOptions,
    load: async () => (await import('./commands/info.js')).info,
  },
  {
    name: 'get',
    arguments: '<index> <ids...>',
    summary: 'print stored documents by id, as JSONL',
    examples: ['shortlist get my.index doc7 doc9', 'shortlist get my.index doc7 --fields title,year'],
    options: getOptions,
    load: async () => (await import('./commands/get.js')).get,
  },
  {
    name: 'check',
    arguments: '<index>',
    summary: 'read every byte, verify checksums and structure',
    examples: ['shortlist check my.index', 'shortlist check my.index && echo sound'],
    options: checkOptions,
    load: async () => (await import('./commands/check.js')).check,
  },
  {
    name: 'analyze',
    arguments: '[text...]',
    summary: 'print the terms that a text becomes',
    examples: [
      'shortlist analyze --lang zh "数据库索引"',
      'shortlist analyze --index my.index "the quick foxes"',
      "shortlist analyze --lang de --json 'Häuser und Hütten' | jq '.tokens[].term'",
      'shortlist analyze --lang en < lines.txt',
    ],
    options: analyzeOptions,
    load: async () => (await import('./commands/analyze.js')).analyze,
  },
];

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
  for (const spec of named.length > 0 ? named : commands) {
    const command = program
      .command(`${spec.name} ${spec.arguments}`)
      .summary(spec.summary)
      .description(`${spec.summary[0].toUpperCase()}${spec.summary.slice(1)}.`)
      .addHelpText('before', examplesText(spec.examples));
    for (const option of [...spec.options, ...commonOptions]) command.addOption(toOption(option));
    command.action(async (...values: unknown[]) => {
      const positional = (values.slice(0, -2) as (string | string[] | undefined)[])
        .flat()
        .filter((v) => v !== undefined);
      const options = values.at(-2) as Record<string, unknown>;
      debug = options.debug === true;
      terminal = new Terminal(io, {
        color: options.color as ColorChoice,
        quiet: options.quiet === true,
        progress: options.progress !== false,
      });
      const run = await spec.load();
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
