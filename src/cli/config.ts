import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, type Option } from 'commander';
import { InputError, nearest, UsageError } from '../errors/index.js';
import type { CommandSpec } from './command.js';
import { commands } from './commands.js';
import { CONFIG_FILE } from './config-file.js';
import { commonOptions, type OptionSpec } from './options/index.js';
import { names } from './values.js';

/** Options that run a program: a file that merely lies where the command runs does not choose one. */
const PROGRAMS = new Set(['embed', 'embed-command']);
/** What says where options come from is not in them. */
const APART = new Set(['config', 'no-config', 'print-config']);

/** Options by command, as a file gives them. */
export interface Config {
  file: string;
  /** Said on the command line, so trusted to start programs. */
  named: boolean;
  sections: Record<string, unknown>;
}

/**
 * Reads the file of options.
 * @param choice what --config says; false for --no-config
 * @returns undefined when there is none
 * @throws InputError for a file that can't be read, is no JSON, or has a section that is no command
 */
export function readConfig(choice: string | false | undefined): Config | undefined {
  if (choice === false) return undefined;
  const file = choice ?? CONFIG_FILE;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && choice === undefined) return undefined;
    throw new InputError(
      { file },
      code === 'ENOENT' ? 'no such file' : `can't be read (${code})`,
      'check the path of --config',
    );
  }
  let sections: unknown;
  try {
    sections = JSON.parse(text);
  } catch (error) {
    throw new InputError({ file }, `is no JSON (${(error as Error).message})`, '--no-config leaves it out');
  }
  if (!isObject(sections))
    throw new InputError(
      { file },
      'is no JSON object',
      'it has a member for each command, like {"query": {"k": 20}}',
    );
  const known = commands.filter(({ options }) => options.length > 0).map(({ name }) => name as string);
  for (const [name, section] of Object.entries(sections)) {
    if (name === '$schema') continue;
    if (!known.includes(name))
      throw new InputError({ file }, `'${name}' is no command`, suggest(name, known));
    if (!isObject(section)) throw new InputError({ file }, `'${name}' is no object of options`);
  }
  return { file, named: choice !== undefined, sections };
}

/**
 * Sets what the command line leaves open to what the file says.
 * @throws InputError for what the command has no option for, or the option does not take
 */
export function applyConfig(command: Command, spec: CommandSpec, config: Config): void {
  const section = (config.sections[spec.name] ?? {}) as Record<string, unknown>;
  for (const [name, value] of Object.entries(section)) {
    const wrong = (reason: string, mend = '') =>
      new InputError({ file: config.file }, `${spec.name}.${name}: ${reason}`, mend);
    const option = command.options.find(({ long }) => long === `--${name}`);
    if (option === undefined || APART.has(name))
      throw wrong('no such option', suggest(name, namesOf(command)));
    if (PROGRAMS.has(name) && !config.named)
      throw wrong(
        'runs a program',
        `give it on the command line, or name the file with --config ${config.file}`,
      );
    const parsed = parse(option, spec, value, wrong);
    if (parsed === undefined) continue;
    const attribute = option.attributeName();
    if (command.getOptionValueSource(attribute) !== 'cli')
      command.setOptionValueWithSource(attribute, parsed, 'config');
  }
}

/** @returns undefined for a switch that is off */
function parse(
  option: Option,
  spec: CommandSpec,
  value: unknown,
  wrong: (reason: string, mend?: string) => Error,
): unknown {
  if (!option.required) {
    if (typeof value !== 'boolean') throw wrong(`${JSON.stringify(value)} is not true or false`);
    return value ? !option.negate : undefined;
  }
  const one = (item: unknown) => {
    if (typeof item !== 'string' && typeof item !== 'number')
      throw wrong(`${JSON.stringify(item)} is no string or number`);
    return String(item);
  };
  const { repeatable, parse: parser } = specOf(option, spec);
  if (Array.isArray(value) && !repeatable && parser !== names) throw wrong('takes one value, not a list');
  const texts = Array.isArray(value) ? value.map(one) : [one(value)];
  if (texts.length === 0) throw wrong('an empty list');
  let parsed: unknown;
  try {
    // What may not be repeated takes a list as `title,text`.
    for (const text of repeatable ? texts : [texts.join(',')])
      parsed = option.parseArg ? option.parseArg(text, parsed as never) : text;
  } catch (error) {
    if (error instanceof UsageError || error instanceof InvalidArgumentError)
      throw wrong(error.message.replace(/^--[\w-]+: /, ''));
    throw error;
  }
  return parsed;
}

/** @returns what holds for a command as the JSON of a file of options, and in words where it comes from */
export function shownConfig(command: Command, spec: CommandSpec, config: Config | undefined) {
  const section: Record<string, unknown> = {};
  const given: string[] = [];
  const read: string[] = [];
  for (const option of command.options) {
    const name = option.long?.slice(2) ?? '';
    const value = command.getOptionValue(option.attributeName());
    if (APART.has(name) || value === undefined) continue;
    if (option.negate ? value !== false : value === false) continue;
    section[name] = option.negate ? true : value;
    const source = command.getOptionValueSource(option.attributeName());
    if (source === 'cli') given.push(name);
    if (source === 'config') read.push(name);
  }
  const parts = [
    ...(given.length > 0 ? [`from the command line: ${given.join(', ')}`] : []),
    ...(read.length > 0 ? [`from ${config?.file}: ${read.join(', ')}`] : []),
    'all else: defaults, which --help shows',
  ];
  return { json: JSON.stringify({ [spec.name]: section }, null, 2), sources: parts.join('; ') };
}

function suggest(word: string, known: string[]): string {
  const near = nearest(
    word.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    known,
  );
  return near === undefined ? `one of ${known.join(', ')}` : `did you mean '${near}'?`;
}

function specOf(option: Option, spec: CommandSpec): OptionSpec {
  return [...spec.options, ...commonOptions].find(({ flags }) => flags === option.flags) as OptionSpec;
}

function namesOf({ options }: Command): string[] {
  return options.map(({ long }) => long?.slice(2) ?? '').filter((name) => !APART.has(name));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
