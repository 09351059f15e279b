import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CommandCall, parsePlain } from '../../src/cli/arguments.js';
import { commands } from '../../src/cli/commands.js';
import { Stop } from '../../src/cli/context.js';
import { commonOptions } from '../../src/cli/options/index.js';
import { runProgram } from '../../src/cli/program.js';
import { queryCommand } from '../../src/cli/query-command.js';
import { Run } from '../../src/cli/run.js';

const silent = { write: () => true, once() {}, on() {} } as never;
const io = { env: {}, stdin: silent, stdout: silent, stderr: silent };

/** What commander makes of a command line: undefined when it does not call the command. */
async function parsedByProgram(args: string[]): Promise<CommandCall | undefined> {
  let call: CommandCall | undefined;
  try {
    await runProgram(args, io, new Run(io, new Stop()), async (made) => {
      call = made;
      return 0;
    });
  } catch {
    return undefined;
  }
  return call;
}

const VALUES = [
  '3',
  '0',
  '-1',
  '1e3',
  'text',
  'bm25',
  'a,b',
  '0.5',
  'auto',
  'jsonl',
  '',
  '-',
  '--',
  '-x',
  'scan',
];

/** Command lines of a command: its options, well and ill written, among words. */
function lines(command: (typeof commands)[number]) {
  const flags = [...command.options, ...commonOptions].flatMap((spec) =>
    spec.flags.split(/[ ,]+/).filter((part) => part.startsWith('-')),
  );
  const value = fc.constantFrom(...VALUES);
  const flag = fc.constantFrom(...flags);
  const known = fc.constantFrom(...command.options, ...commonOptions).chain((spec) => {
    const name = spec.flags.split(/[ ,]+/).find((part) => part.startsWith('--'))!;
    const fitting = spec.choices === undefined ? value : fc.constantFrom(...spec.choices);
    return spec.flags.includes('<')
      ? fitting.map((one): string[] => [name, one])
      : fc.constant<string[]>([name]);
  });
  const piece = fc.oneof(
    { weight: 5, arbitrary: known },
    { weight: 3, arbitrary: value.map((word) => [word]) },
    flag.map((name) => [name]),
    fc.tuple(flag, value).map(([name, one]) => [`${name}=${one}`]),
    fc.tuple(flag, value).map(([name, one]) => [`${name}${one}`]),
    fc.constantFrom('--bogus', '-h', '--help', '-V', '-kq').map((word) => [word]),
  );
  return fc.array(piece, { maxLength: 6 }).map((pieces) => [command.name, ...pieces.flat()]);
}

describe.each(commands.map((command) => [command.name, command] as const))('%s', (_name, command) => {
  it('plainly parsed is what commander makes of it, or left to commander', async () => {
    let plain = 0;
    await fc.assert(
      fc.asyncProperty(lines(command), async (args) => {
        const mine = parsePlain(args, commands);
        if (mine === undefined) return;
        plain++;
        expect(mine).toEqual(await parsedByProgram(args));
      }),
      { numRuns: 400 },
    );
    expect(plain).toBeGreaterThan(3);
  });
});

it('what people write is plain', () => {
  for (const args of [
    'query my.index graphs',
    'query my.index navigable graphs -k 5 --json',
    'query my.index --format=trec --k1 0.9 graphs',
    'query my.index --vector-file query.fvecs --ef-search 100',
  ])
    expect(parsePlain(args.split(' '), [queryCommand]), args).toBeDefined();
});
