import { spawnSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { scratch } from '../helpers/cli.js';
import { commandsOf, pages, read, root } from './commands.js';
import { clear, makeWorld, run } from './world.js';

const cwd = scratch();
const world = join(cwd, 'world');
const hasJq = spawnSync('sh', ['-c', 'command -v jq']).status === 0;

/** A printed line against one of a page, where `…` stands for anything and runs of blanks are alike. */
function matches(printed: string, written: string): boolean {
  const pattern = written
    .trim()
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+'))
    .join('.*');
  return new RegExp(`^${pattern}$`).test(printed.trim());
}

/** Each written line is among the printed ones, in order; a line `…` passes over any number, and what follows the last need not be written. */
function missing(printed: string[], written: string[]): string | undefined {
  let at = 0;
  for (const line of written) {
    if (line.trim() === '…' || line.trim() === '') continue;
    const next = printed.findIndex((candidate, i) => i >= at && matches(candidate, line));
    if (next < 0) return line;
    at = next + 1;
  }
  return undefined;
}

describe('what the pages say', () => {
  beforeAll(() => makeWorld(world), 120_000);

  it.concurrent.each(pages())(
    '%s: its commands work, and print what it says',
    async (page) => {
      const commands = commandsOf(page, read(page));
      if (commands.length === 0) return;
      const dir = join(cwd, page.replaceAll('/', '-'));
      cpSync(world, dir, { recursive: true });
      const made = new Set<string>();
      for (const { line, command, output } of commands) {
        if (!hasJq && /\bjq\b/.test(command)) {
          console.warn(`${page}:${line}: not run, there is no jq here`);
          continue;
        }
        clear(dir, command, made);
        clear(dir, command, made);
        const at = `${page}:${line}: ${command}`;
        const wanted = Number(/# .*\bexit code (\d+)/.exec(command)?.[1] ?? 0);
        const { code, stdout, stderr } = await run(dir, command);
        expect(code, `${at}\n${stderr}`).toBe(wanted);
        if (output === undefined) continue;
        const printed = `${stderr}\n${stdout}`.split('\n');
        expect(missing(printed, output), `${at}\nprints\n${stdout}${stderr}`).toBeUndefined();
      }
    },
    120_000,
  );

  it('finds commands at all', () => {
    const counts = Object.fromEntries(pages().map((page) => [page, commandsOf(page, read(page)).length]));
    expect(counts['README.md']).toBeGreaterThan(5);
    expect(counts['docs/cli.md']).toBeGreaterThan(25);
    expect(() => commandsOf('x.md', '```sh\nshortlits build\n```')).toThrow(/neither run nor excused/);
    expect(commandsOf('x.md', 'Like\n\n    $ shortlist query x \\\n      y\n    1  a\n')).toEqual([
      { line: 3, command: 'shortlist query x y', output: ['1  a', ''].slice(0, 1) },
    ]);
    expect(missing(['a 1', 'b  2', 'c'], ['a 1', 'b …'])).toBeUndefined();
    expect(missing(['a 1', 'b  2', 'c'], ['b 2', 'a 1'])).toBe('a 1');
  });

  it.each([...pages(), 'ARCHITECTURE.md', 'CHANGELOG.md', 'bench/README.md', 'fixtures/README.md'])(
    '%s: its links lead somewhere',
    (page) => {
      const broken: string[] = [];
      for (const [, target] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target)) continue;
        const [path, anchor] = target.split('#');
        const file = path === '' ? page : join(dirname(page), path);
        if (!existsSync(join(root, file))) broken.push(target);
        else if (anchor !== undefined && !anchors(read(file)).has(anchor)) broken.push(target);
      }
      expect(broken).toEqual([]);
    },
  );
});

/** Names of headings, as they are linked to. */
function anchors(text: string): Set<string> {
  return new Set(
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
