import { UsageError } from '../../errors/index.js';
import type { Context } from '../context.js';
import { bashCompletions, fishCompletions, SHELLS, type Shell, zshCompletions } from '../reference/index.js';

const SCRIPTS: Record<Shell, () => string> = {
  bash: bashCompletions,
  zsh: zshCompletions,
  fish: fishCompletions,
};

export async function completions([shell]: string[], _: unknown, { terminal }: Context): Promise<number> {
  // '/bin/zsh' is what $SHELL says.
  const name = shell.slice(shell.lastIndexOf('/') + 1);
  if (!SHELLS.includes(name as Shell))
    throw new UsageError(`no completions for '${shell}': choose ${SHELLS.join(', ')}`);
  await terminal.print(SCRIPTS[name as Shell]());
  return 0;
}
