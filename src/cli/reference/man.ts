import { VERSION } from '../../version.js';
import type { CommandSpec } from '../command.js';
import { commands } from '../commands.js';
import { groupsOf, remarksOn } from './flags.js';
import { description, environment, exitCodes } from './manners.js';

/** docs/shortlist.1: the man page, in the man macros that groff and mandoc share. */
export function manPage(): string {
  return `.\\" Made by npm run reference from the tables of options and commands.
.TH SHORTLIST 1 "" "shortlist ${VERSION}" "User Commands"
.SH NAME
shortlist \\- the recall stage of search: build, query and evaluate on-disk indexes
.SH SYNOPSIS
${commands
  .map(({ name, arguments: takes }) => `.B shortlist ${name}\n.RI [ options ]\n${roff(takes)}\n.br`)
  .join('\n')}
.SH DESCRIPTION
${roff(description)}
${commands.map(commandSection).join('\n')}
.SH EXIT STATUS
${exitCodes.map(([code, meaning]) => item(code, meaning)).join('\n')}
.SH ENVIRONMENT
${environment.map(([name, meaning]) => item(name, meaning)).join('\n')}
`;
}

function commandSection(command: CommandSpec): string {
  const lines = [
    `.SH SHORTLIST ${command.name.toUpperCase()}`,
    `${roff(command.summary[0].toUpperCase() + command.summary.slice(1))}.`,
  ];
  for (const [heading, options] of groupsOf(command)) {
    lines.push(`.SS ${heading}`);
    for (const option of options) {
      const remarks = remarksOn(option);
      const said = `${option.description}${remarks.length > 0 ? ` (${remarks.join('; ')})` : ''}`;
      lines.push(item(option.flags, said));
    }
  }
  lines.push('.SS Examples', '.nf', ...command.examples.map(roff), '.fi');
  return lines.join('\n');
}

function item(term: string, text: string): string {
  return `.TP\n.B ${roff(term)}\n${roff(text)}`;
}

/** Text that no line of which is a macro, with dashes and quotes that can be copied from the page. */
function roff(text: string): string {
  return text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/'/g, '\\(aq')
    .replace(/"/g, '\\(dq')
    .replace(/^\./, '\\&.');
}
