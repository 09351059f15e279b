import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { fixtures, ok, scratch, shortlist } from '../helpers/cli.js';

const cwd = scratch();
const articles = `${fixtures}articles`;
const [full, bare] = ['full.index', 'bare.index'].map((name) => join(cwd, name));
const texts = readFileSync(`${articles}/queries.jsonl`, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line).text as string);

beforeAll(() => {
  ok(['build', articles, '-o', full, '-q']);
  ok(['build', articles, '-o', bare, '-q', '--no-positions']);
});

interface Info {
  segments: { arrays: { name: string; bytes: number }[] }[];
}
const bytesOf = (index: string, array: string) =>
  (JSON.parse(ok(['info', index, '--json']).stdout) as Info).segments[0].arrays.find(
    ({ name }) => name === `text/${array}`,
  )?.bytes;

describe('an index without positions', () => {
  it('keeps none, says so, and passes its check', () => {
    expect(bytesOf(full, 'positions')).toBeGreaterThan(0);
    expect(bytesOf(bare, 'positions')).toBe(0);
    expect(bytesOf(bare, 'extents')).toBe(0);
    expect(bytesOf(bare, 'postings')).toBe(bytesOf(full, 'postings'));
    expect(ok(['info', bare]).stdout).toContain('without positions');
    expect(ok(['info', full]).stdout).not.toContain('positions');
    expect(ok(['check', bare, '--json']).stdout).toContain('"ok":true');
  });

  it('finds what the other finds, by any single words', () => {
    const input = texts.map((text) => JSON.stringify({ text: text.replaceAll('"', '') })).join('\n');
    const answers = (index: string, ...flags: string[]) =>
      ok(['query', index, '--queries', '-', '-k', '20', ...flags], { input }).stdout;
    expect(answers(bare)).toBe(answers(full));
    expect(answers(bare, '--operator', 'all')).toBe(answers(full, '--operator', 'all'));
    for (const query of ['+bees -honey', 'lig* OR sae~1', '(sea light)^2 AND water'])
      expect(ok(['query', bare, query, '--syntax', 'query', '--json']).stdout).toBe(
        ok(['query', full, query, '--syntax', 'query', '--json']).stdout,
      );
    expect(ok(['query', bare, 'bees', '--explain', '--json']).stdout.replace(/"io":{.*?}/, '')).toBe(
      ok(['query', full, 'bees', '--explain', '--json']).stdout.replace(/"io":{.*?}/, ''),
    );
  });

  it.each([
    ['a "star light" b', []],
    ['title:bees', ['--syntax', 'query']],
    ['"star light"~3', ['--syntax', 'query']],
    ['text:lig*', ['--syntax', 'query']],
  ])('refuses %s with the mend', (query, flags) => {
    ok(['query', full, query, ...flags]);
    const { code, stderr } = shortlist(['query', bare, query, ...flags]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^shortlist: .*without --no-positions\n$/);
  });
});
