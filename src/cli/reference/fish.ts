import { commands } from '../commands.js';
import type { OptionSpec } from '../options/index.js';
import { argumentsCompleteWith, completesWith, flagsOf, optionsOf, SHELLS } from './flags.js';

/** A completion script for fish: a line for each command, option and argument. */
export function fishCompletions(): string {
  const lines = [
    '# fish completion for shortlist: shortlist completions fish > ~/.config/fish/completions/shortlist.fish',
    'complete -c shortlist -f',
    'complete -c shortlist -n __fish_use_subcommand -s V -l version -d "print the version"',
    'complete -c shortlist -n __fish_use_subcommand -s h -l help -d "show this help"',
  ];
  for (const command of commands) {
    lines.push(
      `complete -c shortlist -n __fish_use_subcommand -a ${command.name} -d ${quote(command.summary)}`,
    );
    const here = `complete -c shortlist -n "__fish_seen_subcommand_from ${command.name}"`;
    const what = argumentsCompleteWith(command);
    if (what === 'files') lines.push(`${here} -F`);
    if (what === 'directories') lines.push(`${here} -a "(__fish_complete_directories)"`);
    if (what === 'choices') lines.push(`${here} -a ${quote(SHELLS.join(' '))}`);
    for (const option of optionsOf(command)) lines.push(`${here} ${optionLine(option)}`);
  }
  return `${lines.join('\n')}\n`;
}

function optionLine(option: OptionSpec): string {
  const { short, long, value } = flagsOf(option);
  const what = completesWith(option);
  const takes = {
    choices: `-x -a ${quote(option.choices?.join(' ') ?? '')}`,
    files: '-r -F',
    directories: '-x -a "(__fish_complete_directories)"',
    nothing: '-x',
  }[what];
  return [
    ...(short === undefined ? [] : [`-s ${short}`]),
    `-l ${long}`,
    ...(value === undefined ? [] : [takes]),
    `-d ${quote(option.description)}`,
  ].join(' ');
}

function quote(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
