import { repeated } from '../values.js';
import { INPUT, type OptionSpec } from './spec.js';

export const vectorsOption = (of: string): OptionSpec => ({
  flags: '--vectors <field=file[,ids=file]>',
  description: `vectors of the ${of} from a file: row by row, or joined by a file of ids`,
  group: INPUT,
  parse: repeated as OptionSpec['parse'],
  repeatable: true,
});

export const embedCache: OptionSpec = {
  flags: '--embed-cache <file>',
  description: 'keep the vectors the command makes in this file, and take those that are there from it',
  group: INPUT,
};

/** Text of queries to vectors. */
export const embedOptions: OptionSpec[] = [
  {
    flags: '--embed-command <command>',
    description: 'make vectors of the texts of queries with this command (see docs/embedding.md)',
    group: INPUT,
  },
  {
    flags: '--embed',
    description:
      'the same with the command the index was built with, which info shows: run it only if you trust it',
    group: INPUT,
  },
  embedCache,
];
