import { Command, CommanderError, Option } from 'commander';
import { ExitCode, UsageError } from '../errors/index.js';
import { VERSION } from '../version.js';
import type { CommandCall } from './arguments.js';
import { commands } from './commands.js';
import { applyConfig, readConfig, shownConfig } from './config.js';
import type { Io } from './io.js';
import { commonOptions, type OptionSpec } from './options/index.js';
import type { Run } from './run.js';

/**
 * Parses all that a command line can hold, help and a file of options included, and runs the command.
 * @param run is told the options before anything happens
 * @param act runs the command @returns the exit code
 * @throws what the command throws, and UsageError of options and files of them
 */
export async function runProgram(
  args: string[],
  io: Io,
  run: Run,
  act: (call: CommandCall) => Promise<number>,
): Promise<number> {
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
        .filter((value) => value !== undefined);
      const options = values.at(-2) as Record<string, unknown>;
      const config = readConfig(options.config as string | false | undefined);
      if (config !== undefined) applyConfig(command, spec, config);
      const terminal = run.begin(options);
      if (printConfig) {
        const { json, sources } = shownConfig(command, spec, config);
        terminal.note(sources);
        await terminal.print(`${json}\n`);
        return;
      }
      code = await act({ name: spec.name, positional, options });
    });
  }
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version come this way too, with code 0.
    return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  }
  return code;
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
