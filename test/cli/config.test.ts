import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.js';
import { configSchema, flagsOf } from '../../src/cli/reference/index.js';
import { fixtures, ok, scratch, shortlist } from '../helpers/cli.js';

const cwd = scratch();
const index = join(cwd, 'articles.index');
const here = join(cwd, 'shortlist.config.json');
const write = (config: unknown, file = here) =>
  writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config));
const lines = (stdout: string) => stdout.trim().split('\n');
const section = (args: string[]) =>
  JSON.parse(ok([args[0], '--print-config', ...args.slice(1)], { cwd }).stdout);
const schema = JSON.parse(configSchema());
const valid = new Ajv2020({ allowUnionTypes: true }).compile(schema);

beforeAll(() => {
  ok(['build', `${fixtures}articles`, '-o', index, '-q']);
});
beforeEach(() => write({}));

describe('a file of options', () => {
  it('gives what the command line does not', () => {
    write({ query: { k: 3, fields: ['title', 'year'], format: 'tsv' } });
    const { stdout } = ok(['query', index, 'bees'], { cwd });
    expect(lines(stdout)).toHaveLength(3);
    expect(lines(stdout)[0].split('\t')).toHaveLength(6);
    expect(lines(ok(['query', index, 'bees', '-k', '2'], { cwd }).stdout)).toHaveLength(2);
    const plain = ok(['query', index, 'bees', '--no-config', '--format', 'jsonl'], { cwd });
    expect(JSON.parse(plain.stdout).hits).toHaveLength(8);
  });

  it('is one that is named, instead', () => {
    write({ query: { k: 1, format: 'tsv' } });
    write({ query: { k: 4, format: 'tsv' } }, join(cwd, 'other.json'));
    expect(lines(ok(['query', index, 'bees', '--config', 'other.json'], { cwd }).stdout)).toHaveLength(4);
  });

  it('reaches every command and output', () => {
    write({
      build: { memory: '64MiB', 'no-positions': true, quiet: true },
      query: { format: 'csv' },
      eval: { measure: ['nDCG@10'], assert: ['nDCG@10>=2'], format: 'json' },
    });
    const bare = join(cwd, 'bare.index');
    expect(ok(['build', `${fixtures}articles`, '-o', bare], { cwd }).stderr).toBe('');
    expect(ok(['info', bare], { cwd }).stdout).toContain('without positions');
    expect(ok(['query', index, 'bees'], { cwd }).stdout).toMatch(/^query,rank,id,score\r?\n0,1,/);
    const { code, stdout } = shortlist(
      [
        'eval',
        index,
        '--queries',
        `${fixtures}articles/queries.jsonl`,
        '--qrels',
        `${fixtures}articles/qrels/test.tsv`,
      ],
      { cwd },
    );
    expect(code).toBe(1);
    expect(JSON.parse(stdout).assertions).toHaveLength(1);
  });

  it('does not make a list of its own longer by that of the command line', () => {
    write({ eval: { measure: ['AP', 'RR'] } });
    expect(section(['eval', '-m', 'P@5']).eval.measure).toEqual(['P@5']);
    expect(section(['eval']).eval.measure).toEqual(['AP', 'RR']);
  });

  it('is printed as it is written, with where each option comes from', () => {
    const file = {
      query: { k: 7, fields: ['title'], exact: true, 'embed-cache': 'v.cache', 'min-score': 0.5 },
    };
    write(file);
    expect(section(['query'])).toEqual({
      query: { ...file.query, color: 'auto', tag: 'shortlist', threads: 1 },
    });
    const { stdout, stderr } = ok(['query', '--print-config', '--k1', '0.9', '-k', '2'], { cwd });
    expect(stderr).toBe(
      'from the command line: k, k1; from shortlist.config.json: embed-cache, min-score, exact, fields; all else: defaults, which --help shows\n',
    );
    write(stdout);
    expect(section(['query'])).toEqual(JSON.parse(stdout));
    write({ build: { 'no-store': true, memory: '1KiB' } });
    expect(section(['build']).build).toMatchObject({ 'no-store': true, memory: 1024 });
    expect(section(['build', '--no-store']).build).not.toHaveProperty('store');
  });

  it('does not start programs because it lies there', () => {
    for (const options of [{ embed: true }, { 'embed-command': 'touch started' }]) {
      write({ query: options });
      const { code, stderr } = shortlist(['query', index, 'bees'], { cwd });
      expect(code).toBe(2);
      expect(stderr).toMatch(/runs a program; give it on the command line, or name the file with --config/);
    }
    const named = ['query', '--print-config', '--config', 'shortlist.config.json'];
    expect(JSON.parse(ok(named, { cwd }).stdout).query['embed-command']).toBe('touch started');
  });

  it.each([
    ['{', 'is no JSON ('],
    ['[]', 'is no JSON object'],
    [{ qurey: {} }, "'qurey' is no command; did you mean 'query'?"],
    [{ completions: {} }, "'completions' is no command"],
    [{ query: [] }, "'query' is no object of options"],
    [{ query: { k: 0 } }, "query.k: '0' is not a whole number (1 to 1000000)"],
    [{ query: { efSearch: 3 } }, "query.efSearch: no such option; did you mean 'ef-search'?"],
    [{ query: { config: 'x' } }, 'query.config: no such option'],
    [{ query: { format: 'cvs' } }, 'query.format: Allowed choices are text'],
    [{ query: { exact: 'yes' } }, 'query.exact: "yes" is not true or false'],
    [{ query: { fusion: ['rrf', 'minmax'] } }, 'query.fusion: takes one value, not a list'],
    [{ query: { fields: [] } }, 'query.fields: an empty list'],
    [{ query: { k: null } }, 'query.k: null is no string or number'],
  ])('%j is refused', (config, message) => {
    write(config);
    const { code, stdout, stderr } = shortlist(['query', index, 'bees'], { cwd });
    expect([code, stdout]).toEqual([2, '']);
    expect(lines(stderr)).toHaveLength(1);
    expect(stderr).toContain(`shortlist: shortlist.config.json: ${message}`);
  });

  it('that is named must be there', () => {
    const { code, stderr } = shortlist(['query', index, 'bees', '--config', 'none.json'], { cwd });
    expect([code, stderr]).toEqual([2, 'shortlist: none.json: no such file; check the path of --config\n']);
    const folder = shortlist(['query', index, 'bees', '--config', '.'], { cwd });
    expect([folder.code, folder.stderr]).toEqual([
      2,
      "shortlist: .: can't be read (EISDIR); check the path of --config\n",
    ]);
  });

  it('has a schema that knows every option', () => {
    for (const { name, options } of commands) {
      const known = Object.keys(schema.properties[name]?.properties ?? {});
      expect(known).toEqual(expect.arrayContaining(options.map((option) => flagsOf(option).long)));
    }
    expect(
      valid({ query: { k: 3, fields: ['a'], exact: true, format: 'tsv' }, eval: { measure: 'AP' } }),
    ).toBe(true);
    for (const wrong of [
      { qurey: {} },
      { query: { exact: 1 } },
      { query: { format: 'cvs' } },
      { query: { kk: 1 } },
    ])
      expect(valid(wrong), JSON.stringify(wrong)).toBe(false);
  });
});
