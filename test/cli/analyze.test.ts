import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixtures, ok, scratch, shortlist } from '../helpers/cli.js';

const cwd = scratch();
const terms = (args: string[], input?: string) => ok(['analyze', '-q', ...args], { input }).stdout;

describe('analyze', () => {
  it('prints the terms of the arguments, one line', () => {
    expect(terms(['--lang', 'zh', '数据库索引'])).toBe('数据 据库 库索 索引\n');
    expect(terms(['--lang', 'en', 'The quick', "foxes' dens"])).toBe('quick fox den\n');
    expect(terms(['--lang', 'en', '--stemmer', 'none', 'Quick foxes'])).toBe('quick foxes\n');
    expect(terms(['--lang', 'de', 'Häuser und Hütten'])).toBe('haus hutt\n');
  });

  it('says with --json where each term stands', () => {
    const [line] = ok(['analyze', '--lang', 'en', '--json', 'The quick foxes']).stdout.trim().split('\n');
    expect(JSON.parse(line)).toEqual({
      schema: 'shortlist.analyze@1',
      lang: 'en',
      text: 'The quick foxes',
      tokens: [
        { term: 'quick', position: 1, start: 4, end: 9 },
        { term: 'fox', position: 2, start: 10, end: 15 },
      ],
    });
  });

  it('takes a line of standard input at a time, empty ones too', () => {
    expect(terms(['--lang', 'none'], 'Red foxes\n\nRun\n')).toBe('red foxes\n\nrun\n');
    expect(terms([], '')).toBe('');
  });

  it('guesses the language from all lines, however many', () => {
    const line = 'der Hund und die Katze sind nicht mit den Häusern auf dem Weg\n';
    const outcome = ok(['analyze'], { input: line.repeat(1500) });
    expect(outcome.stderr).toContain('language: de, stemmer: german');
    const lines = outcome.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(1500);
    expect(new Set(lines).size).toBe(1);
    expect(lines[0]).toContain('haus');
  });

  it('analyses as an index does', () => {
    const index = join(cwd, 'a.index');
    ok(['build', `${fixtures}articles`, '-o', index, '-q', '--lang', 'en', '--stemmer', 'porter1']);
    const text = 'generously skies possibly 数据库';
    expect(terms(['--index', index, text])).toBe(terms(['--lang', 'en', '--stemmer', 'porter1', text]));
    expect(terms(['--index', index, text])).not.toBe(terms(['--lang', 'en', text]));
    const both = shortlist(['analyze', '--index', index, '--lang', 'en', text]);
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('--index and --lang')]);
  });

  it('refuses what does not exist', () => {
    const outcome = shortlist(['analyze', '--lang', 'eng', 'x']);
    expect([outcome.code, outcome.stderr]).toEqual([2, expect.stringContaining('--lang eng')]);
    expect(shortlist(['analyze', '--index', join(cwd, 'none'), 'x']).code).toBe(3);
  });
});
