import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Every page a person may read, from the root. */
export function pages(): string[] {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/'));
  return ['README.md', ...docs.sort()];
}

/** A command of a page. */
export interface DocCommand {
  line: number;
  command: string;
  /** Lines below one that begins with `$ `: what it prints. `…` stands for anything. */
  output?: string[];
}

/** First words of what is run: anything else in a block of shell commands must be excused. */
const RUN = /^(?:npx shortlist|shortlist|cat|zcat|head|printf|echo|source|cp|mv)\s/;
/** What is not run here, and why. */
const EXCUSED: [RegExp, string][] = [
  [/^npm (?:ci|install|i) /, 'needs the network; .ci/run runs those of the README'],
  [/^pip install /, 'needs the network'],
];

/**
 * The commands of a page, in order: lines of ```sh and ```console blocks, and lines of indented blocks that begin with a program we
 * know or with `$ `. A line that ends in `\` goes on.
 * @throws Error for a line of a block of commands that is neither run nor excused
 */
export function commandsOf(page: string, text: string): DocCommand[] {
  const found: DocCommand[] = [];
  let fence: string | undefined;
  let open: DocCommand | undefined;
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const mark = /^\s*```(\w*)/.exec(lines[i]);
    if (mark !== null) {
      fence = fence === undefined ? mark[1] : undefined;
      open = undefined;
      continue;
    }
    const indented = fence === undefined && /^ {4}/.test(lines[i]);
    const shell = fence === 'sh' || fence === 'console';
    if (!indented && !shell) {
      if (lines[i].trim() !== '') open = undefined;
      continue;
    }
    const line = i + 1;
    let command = lines[i].trim();
    const prompted = command.startsWith('$ ');
    if (prompted) command = command.slice(2);
    const excused = EXCUSED.some(([what]) => what.test(command));
    if (!prompted && (excused || !RUN.test(command))) {
      if (open !== undefined) open.output?.push(lines[i].slice(indented ? 4 : 0));
      else if (shell && !excused && command !== '' && !command.startsWith('#'))
        throw new Error(`${page}:${line}: '${command}' is neither run nor excused`);
      continue;
    }
    while (command.endsWith('\\')) command = `${command.slice(0, -1)}${lines[++i].trim()}`;
    open = { line, command, output: prompted ? [] : undefined };
    if (!excused) found.push(open);
  }
  return found;
}

export function read(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}
