import type { CommandSpec } from '../command.js';
import { commands } from '../commands.js';
import type { OptionSpec } from '../options/index.js';
import { argumentsCompleteWith, completesWith, flagsOf, optionsOf, SHELLS } from './flags.js';

/** A completion function for zsh, to be saved as `_shortlist` in a folder of $fpath. */
export function zshCompletions(): string {
  const cases = commands.map(
    (command) => `    ${command.name})
      _arguments -s -S \\
${optionsOf(command)
  .map((option) => `        ${argument(option)} \\`)
  .join('\n')}
        ${positional(command)};;`,
  );
  const summaries = commands.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`);
  return `#compdef shortlist
# zsh completion for shortlist: shortlist completions zsh > ~/.zfunc/_shortlist, with ~/.zfunc in $fpath
_shortlist() {
  local -a commands
  commands=(
${summaries.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _shortlist "$@"
else
  compdef _shortlist shortlist
fi
`;
}

/** An option as _arguments takes it: `'(-k --k)'{-k+,--k=}'[hits wanted]:n:'`. */
function argument(option: OptionSpec): string {
  const { short, long, value } = flagsOf(option);
  const description = `[${option.description.replace(/[[\]\\]/g, '\\$&')}]`;
  const says = value === undefined ? '' : `:${colonless(value)}:${action(option)}`;
  const many = option.repeatable === true;
  const longName = value === undefined ? `--${long}` : `--${long}=`;
  if (short === undefined) return quote(`${many ? '*' : ''}${longName}${description}${says}`);
  const names = `{-${short}${value === undefined ? '' : '+'},${longName}}`;
  return `${quote(many ? '*' : `(-${short} --${long})`)}${names}${quote(`${description}${says}`)}`;
}

function action(option: OptionSpec): string {
  const what = completesWith(option);
  if (what === 'choices') return `(${option.choices?.join(' ')})`;
  return { files: '_files', directories: '_files -/', nothing: ' ' }[what];
}

function positional(command: CommandSpec): string {
  const what = argumentsCompleteWith(command);
  const words = { choices: `(${SHELLS.join(' ')})`, files: '_files', directories: '_files -/', nothing: ' ' };
  if (what === 'files') return quote('*:file:_files');
  return quote(`1:${colonless(command.arguments.replace(/[<>[\].]|\s.*/g, ''))}:${words[what]}`);
}

function colonless(text: string): string {
  return text.replace(/:/g, '\\:').replace(/[[\]]/g, '');
}

function quote(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`;
}
