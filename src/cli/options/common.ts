import { CONFIG, type OptionSpec, OUTPUT } from './spec.js';

export const json: OptionSpec = {
  flags: '--json',
  description: 'print one JSON object (see docs/json.md)',
  group: OUTPUT,
};

/** Options every command has. */
export const commonOptions: OptionSpec[] = [
  {
    flags: '-q, --quiet',
    description: 'no remarks and no progress on stderr, only warnings and errors',
    group: OUTPUT,
  },
  { flags: '--no-progress', description: 'no progress display', group: OUTPUT },
  {
    flags: '--color <when>',
    description: 'colour: auto follows the terminal, NO_COLOR, FORCE_COLOR and CI',
    group: OUTPUT,
    choices: ['auto', 'always', 'never'],
    default: 'auto',
  },
  { flags: '--debug', description: 'print the stack of an error', group: OUTPUT },
  {
    flags: '--config <file>',
    description: 'take options from this file (see docs/config.md)',
    group: CONFIG,
    defaultText: 'shortlist.config.json, where there is one',
  },
  { flags: '--no-config', description: 'take options from the command line alone', group: CONFIG },
  {
    flags: '--print-config',
    description: 'print the options that hold, as such a file, and do nothing else',
    group: CONFIG,
  },
];
