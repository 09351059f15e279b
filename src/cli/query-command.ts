import type { CommandSpec } from './command.js';
import { queryOptions } from './options/query.js';

/** Apart from the others: one query is answered without theirs. */
export const queryCommand: CommandSpec = {
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
};
