import { commands } from '../commands.js';
import { argumentsCompleteWith, completesWith, flagsOf, optionsOf, SHELLS } from './flags.js';

/**
 * A completion script for bash 3.2 and later, which needs no package of completions beside it. Bash cuts words at `=`,
 * so a value is completed behind `--option value` and behind `--option=value` alike.
 */
export function bashCompletions(): string {
  const cases = commands.map((command) => {
    const options = optionsOf(command).map((option) => ({ ...flagsOf(option), option }));
    const words = options.flatMap(({ short, long }) => [...(short ? [`-${short}`] : []), `--${long}`]);
    const values = options
      .filter(({ value }) => value !== undefined)
      .map(({ short, long, option }) => {
        const names = [...(short ? [`-${short}`] : []), `--${long}`].join('|');
        return `        ${names}) ${offer(completesWith(option), option.choices)}; return;;`;
      });
    return `    ${command.name})
      case $option in
${values.join('\n')}
      esac
      if [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$word"))
      else
        ${offer(argumentsCompleteWith(command), SHELLS)}
      fi;;`;
  });
  return `# bash completion for shortlist: source <(shortlist completions bash)
_shortlist() {
  local word=\${COMP_WORDS[COMP_CWORD]} option=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if [[ $word == '=' ]]; then
    word=
  elif [[ $option == '=' ]]; then
    option=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  if (( COMP_CWORD == 1 )); then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')} help --help --version' -- "$word"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
}
complete -o filenames -o bashdefault -F _shortlist shortlist
`;
}

function offer(what: ReturnType<typeof completesWith>, choices: readonly string[] = []): string {
  if (what === 'choices') return `COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$word"))`;
  // Names with blanks stay whole: a line each.
  if (what === 'nothing') return ':';
  const kind = what === 'files' ? '-f' : '-d';
  return `local IFS=$'\\n'; COMPREPLY=($(compgen ${kind} -- "$word"))`;
}
