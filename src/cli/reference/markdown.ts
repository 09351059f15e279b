import type { CommandSpec } from '../command.js';
import { commands } from '../commands.js';
import type { OptionSpec } from '../options/index.js';
import { groupsOf, remarksOn } from './flags.js';
import { description, environment, exitCodes } from './manners.js';

/** docs/cli.md: every command and option. */
export function referencePage(): string {
  const contents = commands.map(({ name, summary }) => `- [\`shortlist ${name}\`](#${name}): ${summary}`);
  return `# The command line

${description} What \`shortlist COMMAND --help\` prints, as one page; made by
\`npm run reference\` from the tables of options and commands, which also make the man page and the completions.

${contents.join('\n')}

${commands.map(commandSection).join('\n')}
## Exit codes

${table(['code', 'when'], exitCodes)}

## Environment

${table(
  ['variable', 'what it does'],
  environment.map(([name, meaning]) => [`\`${name}\``, meaning]),
)}
`;
}

function commandSection(command: CommandSpec): string {
  const groups = groupsOf(command).map(
    ([heading, options]) => `### ${heading} of ${command.name}

${table(
  ['option', 'what it does'],
  options.map((option) => [`\`${option.flags}\``, says(option)]),
)}
`,
  );
  return `## ${command.name}

${command.summary[0].toUpperCase()}${command.summary.slice(1)}.

\`\`\`text
shortlist ${command.name} [options] ${command.arguments}
\`\`\`

For example:

\`\`\`sh
${command.examples.join('\n')}
\`\`\`

${groups.join('\n')}`;
}

function says(option: OptionSpec): string {
  const remarks = [...remarksOn(option), ...(option.repeatable === true ? ['may be repeated'] : [])];
  return `${option.description}${remarks.length > 0 ? ` (${remarks.join('; ')})` : ''}`;
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}
