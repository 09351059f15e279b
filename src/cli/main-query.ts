import { parsePlain } from './arguments.js';
import { query } from './commands/query.js';
import type { Io } from './io.js';
import { queryCommand } from './query-command.js';
import { supervised } from './run.js';

/**
 * The tool for one query that is written plainly, which the most of a process's time would go into starting: what it takes,
 * and no more. Whatever else goes on to main().
 */
export async function main(args: string[], io: Io): Promise<number> {
  const plain = parsePlain(args, [queryCommand]);
  if (plain === undefined) return (await import('./main.js')).main(args, io);
  return supervised(io, (run) => {
    run.begin(plain.options);
    return run.call(query, plain.positional, plain.options);
  });
}
