import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bin, fixtures, ok, scratch, shortlist } from '../helpers/cli.js';

const cwd = scratch();
const articles = `${fixtures}articles`;
const text = join(cwd, 'text.index');
const hybrid = join(cwd, 'hybrid.index');
const judged = ['--queries', `${articles}/queries.jsonl`, '--qrels', `${articles}/qrels/test.tsv`];

const shell = (command: string) => {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    cwd,
    env: { ...process.env, NODE: process.execPath, BIN: bin },
  });
  return { code: status, stdout: stdout.toString(), stderr: stderr.toString() };
};

beforeAll(() => {
  ok(['build', articles, '-o', text, '-q']);
  ok(['build', articles, '--vectors', `emb=${articles}/vectors/base-aligned.fvecs`, '-o', hybrid, '-q']);
});

describe('where output can go wrong', () => {
  it.skipIf(!existsSync('/dev/full'))(
    'a full disk on stdout is one line and exit 5, not a failed assertion',
    () => {
      for (const command of [
        `query ${text} tea`,
        `info ${text}`,
        `eval ${text} ${judged.join(' ')} --json`,
        'build --help',
      ]) {
        const { code, stderr } = shell(`"$NODE" "$BIN" ${command} > /dev/full`);
        expect(stderr).toBe(
          "shortlist: the output can't be written (ENOSPC); make room, or send it elsewhere\n",
        );
        expect(code).toBe(5);
      }
    },
  );

  it('--save-run: - is stdout, a device is written in place, a place that cannot be written is refused at once', () => {
    const run = join(cwd, 'a.run');
    ok(['eval', text, ...judged, '-m', 'AP', '--save-run', run, '-q']);
    const lines = readFileSync(run, 'utf8');
    expect(lines).toMatch(/^q\S+ Q0 \S+ 1 [\d.]+ text\n/);
    expect(
      ok(['eval', text, ...judged, '-m', 'AP', '--save-run', '-', '-q', '--json']).stdout.startsWith(lines),
    ).toBe(true);
    ok(['eval', text, ...judged, '-m', 'AP', '--save-run', '/dev/null', '-q']);
    expect(existsSync('/dev/null')).toBe(true);
    for (const target of [join(cwd, 'nowhere', 'x.run'), cwd]) {
      const { code, stderr } = shortlist(['eval', text, ...judged, '--save-run', target]);
      expect(code).toBe(2);
      expect(stderr.split('\n')).toHaveLength(2);
    }
    expect(
      shortlist([
        'eval',
        '--run',
        run,
        '--qrels',
        `${articles}/qrels/test.tsv`,
        '--save-run',
        join(cwd, 'b.run'),
      ]).code,
    ).toBe(2);
  });

  it('stored text cannot drive the terminal', () => {
    writeFileSync(
      join(cwd, 'evil.jsonl'),
      JSON.stringify({ _id: 'a\u001b[31m', title: '\u001b]0;owned\u0007', text: 'tea \u001b[2J \u202e' }),
    );
    ok(['build', join(cwd, 'evil.jsonl'), '-o', join(cwd, 'evil.index'), '-q']);
    const shown = ok(['query', join(cwd, 'evil.index'), 'tea']).stdout.replaceAll('\n', '');
    expect(shown).not.toMatch(/\p{Cc}|\u202e/u);
  });
});

describe('what is asked for and is not there', () => {
  it.each([
    [['query', hybrid, 'tea', '--branches', 'text,text'], "branch 'text' is named twice"],
    [['query', hybrid, 'tea', '--fusion', 'minmax:txt=1'], "did you mean 'text'?"],
    [['query', hybrid, '--like', 'bee-navigation', '--branches', 'txt'], "no branch 'txt'"],
    [['query', text, '--vector-file', `${articles}/vectors/query.fvecs`], 'no vector field'],
    [['build', articles, '-o', join(cwd, 'x.index'), '--store', 'titel'], "did you mean 'title'?"],
    [['build', articles, '-o', ''], 'the output needs a name'],
    [
      [
        'build',
        articles,
        '--vectors',
        `emb=${articles}/vectors/query.fvecs,ids=${articles}/vectors/query_ids.txt`,
        '-o',
        join(cwd, 'x.index'),
      ],
      'none of its 25 vectors belongs to a document',
    ],
  ])('%j', (args, message) => {
    const { code, stderr } = shortlist(args as string[]);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(existsSync(join(cwd, 'x.index'))).toBe(false);
  });

  it('judgments of another collection, vectors left over and nothing to search are warned of', () => {
    const foreign = shortlist([
      'eval',
      text,
      '--queries',
      `${fixtures}notes-zh/queries.jsonl`,
      '--qrels',
      `${fixtures}notes-zh/qrels/test.tsv`,
    ]);
    expect(foreign.stderr).toMatch(/warning: none of \d+ judged documents is in this index/);
    const few = join(cwd, 'few.jsonl');
    writeFileSync(few, readFileSync(`${articles}/corpus.jsonl`, 'utf8').split('\n').slice(0, 10).join('\n'));
    const joined = ok([
      'build',
      few,
      '--vectors',
      `emb=${articles}/vectors/base.fvecs,ids=${articles}/vectors/ids.txt`,
      '-o',
      join(cwd, 'few.index'),
      '-q',
    ]);
    expect(joined.stderr).toMatch(/warning: emb: 90 of the 100 vectors of .* belong to no document/);
    const nothing = shortlist(['build', '-', '-o', join(cwd, 'none.index'), '-q'], {
      input: '{"_id":"a","n":1}',
    });
    expect(nothing.stderr).toContain('warning: nothing in this index can be searched');
  });

  it('a segment that is gone is damage, for check and query', () => {
    const index = join(cwd, 'gone.index');
    ok(['build', articles, '-o', index, '-q']);
    shell(`rm ${index}/seg-*`);
    for (const args of [
      ['check', index],
      ['query', index, 'tea'],
    ])
      expect(shortlist(args).code).toBe(4);
  });

  it('a record nested deeper than a stack is one bad record', () => {
    const deep = `{"_id":"a","text":"x","n":${'['.repeat(50_000)}${']'.repeat(50_000)}}\n{"_id":"b","text":"y"}`;
    const { code, stderr } = shortlist(['build', '-', '-o', join(cwd, 'deep.index')], { input: deep });
    expect(code).toBe(2);
    expect(stderr).toMatch(/nested too deeply/);
    expect(
      JSON.parse(
        ok(['build', '-', '-o', join(cwd, 'deep.index'), '--on-error', 'skip', '--json', '-q'], {
          input: deep,
        }).stdout,
      ),
    ).toMatchObject({ documents: 1, rejected: 1 });
  });
});

it('vectors alone against a hybrid index are measured on their branch', () => {
  const flags = [
    'eval',
    hybrid,
    '--queries',
    `${articles}/vectors/query.fvecs`,
    '--exact',
    '-m',
    'recall@10',
    '--json',
  ];
  const report = JSON.parse(ok(flags).stdout);
  expect(report.runs.map((run: { branches: string[] }) => run.branches)).toEqual([['emb']]);
  expect(report.measures['recall@10']).toBe(1);
});

it('a batch as text says which query each list answers, and why a list is empty', () => {
  const { stdout } = ok(['query', text, '--queries', '-', '--format', 'text', '-k', '1'], {
    input: '{"_id":"q1","text":"bees"}\n{"_id":"q2","text":"the"}',
  });
  expect(stdout).toMatch(/^q1: bees\n +1 {2}/);
  expect(stdout).toMatch(/q2: the\nnothing found; .*stop words/);
});

describe('against a baseline', () => {
  const flags = ['eval', hybrid, ...judged, '--branches', 'text', '-m', 'nDCG@10', '-m', 'RR'];

  it('the same run: no difference, no win, no loss; another: differences that add up', () => {
    const same = JSON.parse(ok([...flags, '--baseline', text, '--max-drop', 'nDCG@10=0', '--json']).stdout);
    for (const one of same.comparisons)
      expect(one).toMatchObject({ difference: 0, wins: 0, losses: 0, ties: 25 });
    const run = join(cwd, 'flat.run');
    ok(['eval', text, ...judged, '--k1', '0', '-m', 'AP', '--save-run', run, '-q']);
    const [first] = JSON.parse(ok([...flags, '--baseline', run, '--json']).stdout).comparisons;
    expect(first.wins + first.losses + first.ties).toBe(25);
    expect(first.candidate - first.baseline).toBeCloseTo(first.difference, 12);
    expect(first.randomisation.p).toBeGreaterThan(0);
  });

  it('--max-drop fails with exit 1, wanted and got', () => {
    const run = join(cwd, 'good.run');
    ok(['eval', text, ...judged, '-m', 'AP', '--save-run', run, '-q']);
    const { code, stderr } = shortlist([
      ...flags,
      '--operator',
      'all',
      '--baseline',
      run,
      '--max-drop',
      'nDCG@10=0.001',
    ]);
    expect(stderr).toMatch(
      /assertion failed: max drop nDCG@10=0\.001: wanted >= 0\.\d+ \(baseline 0\.\d+\), got 0\.\d+/,
    );
    expect(code).toBe(1);
    expect(shortlist([...flags, '--max-drop', 'nDCG@10=0.001']).code).toBe(2);
  });

  it('reports as markdown, JUnit and GitHub annotations', () => {
    const gate = [...flags, '--assert', 'nDCG@10>=0.99'];
    expect(shortlist([...gate, '--format', 'markdown']).stdout).toMatch(/\| run .*nDCG@10.*\n\|/);
    expect(shortlist([...gate, '--format', 'junit']).stdout).toMatch(/^<\?xml[\s\S]+failures="1"/);
    expect(shortlist([...gate, '--format', 'github']).stdout).toMatch(/^::error /);
  });
});

it('--syntax query reads operators, plain reads them as words', () => {
  const ids = (...args: string[]) =>
    JSON.parse(ok(['query', text, '--format', 'jsonl', '-k', '100', ...args]).stdout).hits.map(
      (hit: { id: string }) => hit.id,
    );
  const bees = ids('bee', '--syntax', 'query');
  const without = ids('bee -flower', '--syntax', 'query');
  expect(bees.length).toBeGreaterThan(without.length);
  expect(bees).toEqual(expect.arrayContaining(without));
  expect(new Set(ids('bee AND flower', '--syntax', 'query'))).toEqual(
    new Set(ids('bee flower', '--operator', 'all')),
  );
  const broken = shortlist(['query', text, 'bee AND (flower', '--syntax', 'query']);
  expect(broken.code).toBe(2);
  expect(broken.stderr.split('\n')).toHaveLength(2);
});
