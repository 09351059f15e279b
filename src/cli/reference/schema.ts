import { commands } from '../commands.js';
import { commonOptions, type OptionSpec } from '../options/index.js';
import { names } from '../values.js';
import { flagsOf } from './flags.js';

/** docs/schemas/config.json: what a file of options may hold, for editors and validators. */
export function configSchema(): string {
  const sections = commands.filter(({ options }) => options.length > 0);
  const properties = Object.fromEntries(
    sections.map(({ name, summary, options }) => [
      name,
      {
        description: `Options of shortlist ${name}: ${summary}.`,
        type: 'object',
        properties: Object.fromEntries(
          [...options, ...commonOptions]
            .filter(({ flags }) => !/config/.test(flags))
            .map((option) => [flagsOf(option).long, optionSchema(option)]),
        ),
        additionalProperties: false,
      },
    ]),
  );
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'shortlist.config.json',
    description:
      'Options of commands by their long names (docs/config.md). What the command line says goes first.',
    type: 'object',
    properties: { $schema: { type: 'string' }, ...properties },
    additionalProperties: false,
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function optionSchema(option: OptionSpec) {
  const { description, choices, repeatable, parse } = option;
  if (flagsOf(option).value === undefined) return { description, type: 'boolean' };
  const value = choices === undefined ? { type: ['string', 'number'] } : { enum: choices };
  if (!repeatable && parse !== names) return { description, ...value };
  return { description, anyOf: [value, { type: 'array', items: value, minItems: 1 }] };
}
