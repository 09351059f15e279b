import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.js';
import {
  exitCodes,
  flagsOf,
  manPage,
  optionsOf,
  referencePage,
  SHELLS,
} from '../../src/cli/reference/index.js';
import { ExitCode } from '../../src/errors/index.js';
import { ok, scratch, shortlist } from '../helpers/cli.js';

const docs = (name: string) => fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const cwd = scratch();
const scripts = Object.fromEntries(SHELLS.map((shell) => [shell, join(cwd, `shortlist.${shell}`)]));

/** Every option of every command, as a person would type it. */
const flags = commands.flatMap((command) =>
  optionsOf(command).map((option) => ({ command, option, ...flagsOf(option) })),
);

beforeAll(() => {
  for (const shell of SHELLS) writeFileSync(scripts[shell], ok(['completions', shell]).stdout);
  mkdirSync(join(cwd, 'some dir'));
  writeFileSync(join(cwd, 'a file.jsonl'), '');
});

describe('the table of options', () => {
  it('says each option once, in one form', () => {
    for (const command of commands) {
      const own = flags.filter((flag) => flag.command === command);
      const names = own.flatMap(({ short, long }) => [`--${long}`, ...(short ? [`-${short}`] : [])]);
      expect(names).toEqual([...new Set(names)]);
      for (const { option, value, long } of own) {
        expect(option.description, long).toMatch(/[^.\s]$/);
        expect(option.group, long).toMatch(/^[A-Z].*:$/);
        if (value === undefined)
          expect([option.parse, option.choices, option.repeatable], long).toEqual([
            undefined,
            undefined,
            undefined,
          ]);
        if (option.choices !== undefined && option.default !== undefined)
          expect(option.choices, long).toContain(option.default);
      }
    }
  });

  it('is what --help prints', () => {
    for (const command of commands) {
      const { stdout } = ok([command.name, '--help']);
      for (const option of optionsOf(command)) expect(stdout).toContain(`  ${option.flags}`);
      for (const example of command.examples) expect(stdout).toContain(example);
    }
  });

  it('made docs/cli.md and the man page, which npm run reference writes', () => {
    expect(readFileSync(docs('cli.md'), 'utf8')).toBe(referencePage());
    expect(readFileSync(docs('shortlist.1'), 'utf8')).toBe(manPage());
    const page = referencePage().replaceAll('\\|', '|');
    const man = manPage().replace(/\\-/g, '-');
    for (const { option, command } of flags) {
      expect(page.split(`## ${command.name}\n`)[1]).toContain(`| \`${option.flags}\` |`);
      expect(man.split(`.SH SHORTLIST ${command.name.toUpperCase()}\n`)[1]).toContain(`.B ${option.flags}\n`);
    }
  });

  it('names pages of docs that exist', () => {
    const pages = readdirSync(docs('.'));
    for (const { option } of flags) {
      for (const [, page] of option.description.matchAll(/docs\/([\w.-]+)/g)) expect(pages).toContain(page);
    }
  });

  it('has every exit code', () => {
    const listed = exitCodes.flatMap(([codes]) => codes.split(', ').map(Number));
    for (const code of Object.values(ExitCode)) expect(listed).toContain(code);
  });
});

describe('completions', () => {
  it('of an unknown shell are refused, the path in $SHELL is taken', () => {
    const { code, stderr } = shortlist(['completions', 'tcsh']);
    expect([code, stderr]).toEqual([2, "shortlist: no completions for 'tcsh': choose bash, zsh, fish\n"]);
    expect(ok(['completions', '/usr/bin/zsh']).stdout).toBe(readFileSync(scripts.zsh, 'utf8'));
  });

  /** What bash offers for words that are typed, the last of them half. */
  const bash = (...words: string[]): string[] => {
    const line = `source "$SCRIPT"; COMP_WORDS=(shortlist "$@"); COMP_CWORD=$#; _shortlist; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', line, 'bash', ...words], {
      cwd,
      env: { ...process.env, SCRIPT: scripts.bash },
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    return stdout.split('\n').filter((word) => word !== '');
  };

  it.skipIf(!has('bash'))('bash: commands, every option, choices, files with blanks', () => {
    expect(bash('')).toEqual(expect.arrayContaining(commands.map(({ name }) => name)));
    expect(bash('ev')).toEqual(['eval']);
    for (const command of commands) {
      const own = flags.filter((flag) => flag.command === command);
      expect(bash(command.name, '--').sort()).toEqual(own.map(({ long }) => `--${long}`).sort());
    }
    for (const { command, option, short, long } of flags) {
      if (option.choices === undefined) continue;
      expect(bash(command.name, `--${long}`, '')).toEqual(option.choices);
      // Bash makes three words of --option=value.
      expect(bash(command.name, `--${long}`, '=')).toEqual(option.choices);
      expect(bash(command.name, `--${long}`, '=', option.choices[0].slice(0, 3))).toContain(
        option.choices[0],
      );
      if (short !== undefined) expect(bash(command.name, `-${short}`, '')).toEqual(option.choices);
    }
    expect(bash('build', '')).toEqual(expect.arrayContaining(['a file.jsonl', 'some dir']));
    expect(bash('query', 'so')).toEqual(['some dir']);
    expect(bash('build', '--vectors', 'emb', '=', 'a')).toEqual(['a file.jsonl']);
    expect(bash('build', '--memory', '')).toEqual([]);
    expect(bash('completions', '')).toEqual([...SHELLS]);
  });

  it.skipIf(!has('zsh'))('zsh: every option with its description reaches _arguments', () => {
    const line = `compdef() { }; _arguments() { print -rl -- "$@" }; source "$SCRIPT"
      words=(shortlist $1 ''); CURRENT=3; _shortlist`;
    for (const command of commands) {
      const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', line, 'zsh', command.name], {
        env: { ...process.env, SCRIPT: scripts.zsh },
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      const specs = stdout.replace(/\\([[\]])/g, '$1');
      for (const { long, short, option } of flags.filter((flag) => flag.command === command)) {
        expect(specs).toMatch(new RegExp(`--${long}=?(\\[|$)`, 'm'));
        expect(specs).toContain(`[${option.description}]`);
        if (short !== undefined) expect(specs).toContain(`-${short}`);
        if (option.choices !== undefined) expect(specs).toContain(`:(${option.choices.join(' ')})`);
      }
    }
  });

  it.skipIf(!has('fish'))('fish: what it offers', () => {
    const fish = (line: string): string[] => {
      const { stdout, stderr } = spawnSync(
        'fish',
        ['--no-config', '-c', 'source $SCRIPT; complete -C $LINE'],
        {
          cwd,
          env: { ...process.env, SCRIPT: scripts.fish, LINE: line, HOME: cwd },
          encoding: 'utf8',
        },
      );
      expect(stderr).toBe('');
      return stdout.split('\n').map((offer) => offer.split('\t')[0]);
    };
    expect(fish('shortlist ')).toEqual(expect.arrayContaining(commands.map(({ name }) => name)));
    for (const command of commands) {
      const own = flags.filter((flag) => flag.command === command).map(({ long }) => `--${long}`);
      expect(fish(`shortlist ${command.name} --`)).toEqual(expect.arrayContaining(own));
    }
    expect(fish('shortlist query --format ').filter((word) => word !== '')).toEqual(
      flags
        .find(({ command, long }) => command.name === 'query' && long === 'format')
        ?.option.choices?.toSorted(),
    );
    expect(fish('shortlist build ')).toContain('a file.jsonl');
    expect(fish('shortlist query ')).toContain('some dir/');
  });
});
