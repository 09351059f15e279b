import { existsSync } from 'node:fs';
import type { CommandName, CommandSpec } from './command.js';
import { CONFIG_FILE } from './config-file.js';
import { commonOptions } from './options/common.js';
import type { OptionSpec } from './options/spec.js';

/** A command as it was called. */
export interface CommandCall {
  name: CommandName;
  positional: string[];
  /** By attribute: `minScore` for --min-score; defaults are in it. */
  options: Record<string, unknown>;
}

/** What parsePlain() leaves to the program: it prints, or asks a file. */
const APART = new Set(['--config', '--no-config', '--print-config']);
const NEGATION = '--no-';

/**
 * Parses a command line that holds nothing but a command, its arguments and options it has, each written whole: to what the
 * program (commander) makes of it, without loading that, which takes a start 5 ms.
 * @returns undefined for whatever else, all that is wrong included: the program says so, or knows better
 */
export function parsePlain(args: string[], commands: CommandSpec[]): CommandCall | undefined {
  const command = commands.find(({ name }) => name === args[0]);
  if (command === undefined || existsSync(CONFIG_FILE)) return undefined;
  const specs = [...command.options, ...commonOptions];
  const options: Record<string, unknown> = {};
  for (const spec of specs) {
    if (spec.default !== undefined) options[anatomy(spec).attribute] = spec.default;
    else if (spec.flags.startsWith(NEGATION)) {
      const { attribute } = anatomy(spec);
      if (!specs.some((other) => other !== spec && anatomy(other).attribute === attribute))
        options[attribute] = true;
    }
  }
  const positional: string[] = [];
  for (let i = 1; i < args.length; i++) {
    const arg = args[i];
    if (arg === '-' || !arg.startsWith('-')) {
      positional.push(arg);
      continue;
    }
    const equals = arg.startsWith('--') ? arg.indexOf('=') : -1;
    const name = equals < 0 ? arg : arg.slice(0, equals);
    const spec = specs.find(({ flags }) => flags.includes(name) && namesIn(flags).includes(name));
    if (spec === undefined || APART.has(name)) return undefined;
    const { attribute, negates, takesValue } = anatomy(spec);
    if (!takesValue) {
      if (equals >= 0) return undefined;
      options[attribute] = !negates;
      continue;
    }
    const value = equals < 0 ? args[++i] : arg.slice(equals + 1);
    // One that looks like an option may be one.
    if (value === undefined || (equals < 0 && value.startsWith('-') && value !== '-')) return undefined;
    if (spec.choices !== undefined && !spec.choices.includes(value)) return undefined;
    try {
      options[attribute] = spec.parse ? spec.parse(value, options[attribute] as never) : value;
    } catch {
      return undefined;
    }
  }
  return fits(command, positional) ? { name: command.name, positional, options } : undefined;
}

/** `-k, --k <n>` in its parts. */
function anatomy({ flags }: OptionSpec) {
  const names = namesIn(flags);
  const long = names[names.length - 1];
  const negates = long.startsWith(NEGATION);
  const attribute = long
    .slice(negates ? NEGATION.length : 2)
    .replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return { attribute, negates, takesValue: /[<[]/.test(flags) };
}

function namesIn(flags: string): string[] {
  return flags.split(/,? /).filter((part) => part.startsWith('-'));
}

/** `<one> [other] <several...>` against what there is. */
function fits({ arguments: shape }: CommandSpec, positional: string[]): boolean {
  const expected = shape === '' ? [] : shape.split(' ');
  const required = expected.filter((argument) => argument.startsWith('<')).length;
  const several = shape.includes('...');
  return positional.length >= required && (several || positional.length <= expected.length);
}
