import { parsePlain } from './arguments.js';
import type { CommandName } from './command.js';
import { commands } from './commands.js';
import type { Io } from './io.js';
import { type CommandCode, supervised } from './run.js';

/** The code of each command, loaded when it is called: start-up time is a feature. */
const loaders: Record<CommandName, () => Promise<CommandCode>> = {
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
export function main(args: string[], io: Io): Promise<number> {
  return supervised(io, async (run) => {
    const plain = parsePlain(args, commands);
    if (plain !== undefined) {
      run.begin(plain.options);
      return run.call(await loaders[plain.name](), plain.positional, plain.options);
    }
    const { runProgram } = await import('./program.js');
    return runProgram(args, io, run, async ({ name, positional, options }) =>
      run.call(await loaders[name](), positional, options),
    );
  });
}
