import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixtures, ok, scratch } from '../helpers/cli.js';
import { seeded } from '../helpers/random.js';
import { digests } from '../helpers/tree.js';

const cwd = scratch();
let built = 0;

/** Builds with some flags and returns what is on disk. */
function build(inputs: string[], flags: string[]): Record<string, string> {
  const output = join(cwd, `${built++}.index`);
  ok(['build', ...inputs, '-o', output, '-q', ...flags]);
  return digests(output);
}

const settings = [
  ['--threads', '1', '--memory', '1GiB'],
  ['--threads', '2', '--memory', '1GiB'],
  ['--threads', '1', '--memory', '40MiB'],
  ['--threads', '2', '--memory', '40MiB'],
];

describe('the same input and flags give the same bytes', () => {
  it.each(['hnsw', 'ivf:nlist=16', 'flat'])(
    'text and vectors (%s), on any threads and memory',
    (structure) => {
      const inputs = [
        `${fixtures}articles`,
        '--vectors',
        `emb=${fixtures}articles/vectors/base-aligned.fvecs`,
      ];
      const [first, ...others] = settings.map((flags) =>
        build(inputs, ['--vector-index', structure, ...flags]),
      );
      for (const other of others) expect(other).toEqual(first);
    },
  );

  it('vectors alone', () => {
    const inputs = [`${fixtures}vectors/base.bvecs`];
    const [first, ...others] = settings.map((flags) => build(inputs, flags));
    for (const other of others) expect(other).toEqual(first);
  });

  it('a corpus that is spilled under the smaller budget and dealt among threads, in several segments', () => {
    // 24,000 documents of 100 words: some 2.4 million tokens do not fit 40 % of 40 MiB.
    const lines: string[] = [];
    const next = seeded(7);
    for (let i = 0; i < 24_000; i++) {
      const words = Array.from({ length: 100 }, () => `w${Math.floor(20_000 * next() ** 3)}`);
      const title = words.slice(0, i % 4).join(' ');
      lines.push(JSON.stringify({ _id: `d${i}`, title, text: i % 100 === 0 ? '' : words.join(' ') }));
    }
    const corpus = join(cwd, 'corpus.jsonl');
    writeFileSync(corpus, lines.join('\n'));
    const flags = ['--lang', 'none', '--segment-docs', '20000'];
    const large = build([corpus], [...flags, '--memory', '1GiB', '--threads', '1']);
    for (const threads of ['1', '2', '4'])
      expect(build([corpus], [...flags, '--memory', '40MiB', '--threads', threads])).toEqual(large);
    expect(Object.keys(large).filter((name) => name.startsWith('seg-'))).toHaveLength(2);
  });

  it('a rebuild with --force over another index leaves the same directory as a fresh build', () => {
    const output = join(cwd, 'over.index');
    ok(['build', `${fixtures}notes-zh`, '-o', output, '-q']);
    ok(['build', `${fixtures}articles`, '-o', output, '-q', '--force']);
    expect(digests(output)).toEqual(build([`${fixtures}articles`], []));
  });

  it('the order of documents and the seed are input: they change the bytes of a graph', () => {
    const base = [`${fixtures}vectors/base.bvecs`];
    expect(build(base, ['--seed', '1'])).not.toEqual(build(base, ['--seed', '2']));
  });
});

describe('segments do not change answers', () => {
  it('scores and order are those of one segment', () => {
    const one = join(cwd, 'one.index');
    const many = join(cwd, 'many.index');
    const inputs = [`${fixtures}articles`, '--vectors', `emb=${fixtures}articles/vectors/base-aligned.fvecs`];
    ok(['build', ...inputs, '--vector-index', 'flat', '-o', one, '-q']);
    ok(['build', ...inputs, '--vector-index', 'flat', '-o', many, '-q', '--segment-docs', '7']);
    const flags = [
      '--queries',
      `${fixtures}articles/queries.jsonl`,
      '--vectors',
      `emb=${fixtures}articles/vectors/query.fvecs`,
    ];
    const answers = ok(['query', one, ...flags, '-k', '50']).stdout;
    expect(answers.split('\n').length).toBe(26);
    expect(ok(['query', many, ...flags, '-k', '50']).stdout).toBe(answers);
    expect(ok(['query', many, ...flags, '-k', '50', '--threads', '2']).stdout).toBe(answers);
  });
});
