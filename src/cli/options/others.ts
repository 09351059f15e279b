import { names } from '../values.js';
import { analysisOptions } from './analysis.js';
import { json } from './common.js';
import { INPUT, type OptionSpec, OUTPUT } from './spec.js';

export const infoOptions: OptionSpec[] = [json];
export const getOptions: OptionSpec[] = [
  { flags: '--json', description: 'as it is: get always prints JSON, a document a line', group: OUTPUT },
  {
    flags: '--fields <names>',
    description: 'stored fields to return, comma-separated',
    group: OUTPUT,
    parse: names,
  },
];
export const checkOptions: OptionSpec[] = [json];

export const exportOptions: OptionSpec[] = [
  {
    flags: '-o, --output <file>',
    description: "the file to write, in place when it is whole (required); '-' is standard output",
    group: OUTPUT,
  },
];

export const analyzeOptions: OptionSpec[] = [
  {
    flags: '--index <dir>',
    description: 'analyse as this index does; leaves no choice to the options below',
    group: INPUT,
  },
  ...analysisOptions,
  {
    flags: '--json',
    description: 'an object for each text: terms, positions, places (see docs/json.md)',
    group: OUTPUT,
  },
];
