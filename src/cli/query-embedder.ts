import { UsageError } from '../errors/index.js';
import type { IndexReader } from '../index/index.js';
import { QueryEmbedder } from '../recall/index.js';
import type { Context } from './context.js';
import type { EmbedFlags } from './search-flags.js';

/** What makes vectors of the texts of queries, where that is asked for. @throws UsageError */
export function openQueryEmbedder(
  index: IndexReader,
  { embedCommand, embed, embedCache }: EmbedFlags,
  branches: string[] | undefined,
  { terminal, signal }: Context,
): QueryEmbedder | undefined {
  if (embedCommand === undefined && !embed) {
    if (embedCache !== undefined) throw new UsageError('--embed-cache goes with --embed-command or --embed');
    return undefined;
  }
  if (embedCommand !== undefined && embed)
    throw new UsageError('--embed is the command of the index, --embed-command another; give one');
  const embedder = new QueryEmbedder(
    index,
    {
      command: embedCommand ?? true,
      cache: embedCache,
      signal,
      onWaiting: (message) => terminal.warn(message),
    },
    branches,
  );
  if (embed) terminal.note(`texts are embedded by: ${embedder.command}`);
  return embedder;
}
