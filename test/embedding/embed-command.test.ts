import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { embed } from '../../fixtures/embedder.mjs';
import { fixtures, ok, scratch, shortlist, start } from '../helpers/cli.js';

const cwd = scratch();
const path = (name: string) => join(cwd, name);
const articles = `${fixtures}articles`;
const command = `'${process.execPath}' '${fixtures}embedder.mjs'`;
/** A command of one line of JavaScript, given each text as `text` and its number as `n`; what it returns is printed. */
const script = (name: string, body: string, end = '') => {
  writeFileSync(
    path(name),
    `let n = 0, rest = '';
     process.stdin.on('data', (piece) => {
       const lines = (rest + piece).split('\\n');
       rest = lines.pop();
       for (const line of lines) { const { text, kind } = JSON.parse(line); n++; ${body} }
     }).on('end', () => { ${end} });`,
  );
  return `'${process.execPath}' '${path(name)}'`;
};
const documents = readFileSync(`${articles}/corpus.jsonl`, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { _id: string; title: string; text: string });
const queries = readFileSync(`${articles}/queries.jsonl`, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { _id: string; text: string });
const fvecs = (vectors: number[][]) =>
  Buffer.concat(
    vectors.map((v) =>
      Buffer.concat([Buffer.from(Int32Array.of(v.length).buffer), Buffer.from(Float32Array.from(v).buffer)]),
    ),
  );
const build = (...flags: string[]) => ['build', articles, '-q', ...flags];
const segmentOf = (index: string) => {
  const [name] = readdirSync(index).filter((file) => file.startsWith('seg-'));
  return createHash('sha256')
    .update(readFileSync(join(index, name)))
    .digest('hex');
};

beforeAll(() => {
  ok(build('-o', path('made.index'), '--embed-command', command));
  writeFileSync(path('docs.fvecs'), fvecs(documents.map(({ title, text }) => embed(`${title}\n${text}`))));
  writeFileSync(path('queries.fvecs'), fvecs(queries.map(({ text }) => embed(text))));
  ok(build('-o', path('given.index'), '--vectors', `embedding=${path('docs.fvecs')}`));
});

describe('vectors that a command makes', () => {
  it('make the index that the same vectors from a file make', () => {
    expect(segmentOf(path('made.index'))).toBe(segmentOf(path('given.index')));
    expect(ok(['info', path('made.index')]).stdout).toContain(command);
    ok(['check', path('made.index')]);
  });

  it('make queries fire every branch, one or a batch, with threads or without, as vectors from a file do', () => {
    const given = ok([
      ...['query', path('given.index'), '--queries', `${articles}/queries.jsonl`],
      ...['--vectors', `embedding=${path('queries.fvecs')}`],
    ]).stdout;
    for (const flags of [['--embed-command', command], ['--embed'], ['--embed', '--threads', '2']])
      expect(
        ok(['query', path('made.index'), '--queries', `${articles}/queries.jsonl`, ...flags]).stdout,
      ).toBe(given);
    const one = ok(['query', path('made.index'), queries[0].text, '--embed', '--json']);
    expect(JSON.parse(one.stdout).results[0].hits).toEqual(JSON.parse(given.split('\n')[0]).hits);
    // What of the index is run is said.
    expect(one.stderr).toContain(command);
  });

  it('are evaluated', () => {
    const flags = [
      '--queries',
      `${articles}/queries.jsonl`,
      '--qrels',
      `${articles}/qrels/test.tsv`,
      '--json',
      '--each-branch',
    ];
    const measured = (...args: string[]) =>
      (
        JSON.parse(ok(['eval', ...args, ...flags]).stdout) as { runs: { name: string; measures: unknown }[] }
      ).runs.map(({ name, measures }) => ({ name, measures }));
    const made = measured(path('made.index'), '--embed');
    expect(made.map(({ name }) => name)).toEqual(['text', 'embedding', 'rrf:k=60']);
    expect(made).toEqual(measured(path('given.index'), '--vectors', `embedding=${path('queries.fvecs')}`));
  });

  it('are of the fields that were named', () => {
    ok(
      build(
        '-o',
        path('titles.index'),
        '--embed-command',
        command,
        '--embed-fields',
        'title',
        '--embed-field',
        'head',
        '--metric',
        'head=l2',
      ),
    );
    writeFileSync(path('titles.fvecs'), fvecs(documents.map(({ title }) => embed(title))));
    ok(
      build('-o', path('titles2.index'), '--vectors', `head=${path('titles.fvecs')}`, '--metric', 'head=l2'),
    );
    expect(segmentOf(path('titles.index'))).toBe(segmentOf(path('titles2.index')));
  });

  it('are never made because an index was opened', () => {
    const trap = path('trap');
    const sprung = `touch '${trap}'; ${command}`;
    ok(build('-o', path('trap.index'), '--embed-command', sprung));
    expect(existsSync(trap)).toBe(true);
    spawnSync('rm', [trap]);
    ok(['query', path('trap.index'), 'bees']);
    ok(['query', path('trap.index'), '--queries', `${articles}/queries.jsonl`]);
    ok(['info', path('trap.index')]);
    ok(['check', path('trap.index')]);
    ok(['get', path('trap.index'), documents[0]._id]);
    ok(['eval', path('trap.index'), '--self', '--items', '5']);
    ok(['query', path('trap.index'), 'bees', '--embed-command', command]);
    expect(existsSync(trap)).toBe(false);
    ok(['query', path('trap.index'), 'bees', '--embed']);
    expect(existsSync(trap)).toBe(true);
  });

  it('may come in batches, or when the input ends', () => {
    const print = 'console.log(JSON.stringify({ vector: [text.length, 1] }))';
    const all = 'globalThis.all = [...(globalThis.all ?? []), text]';
    const rest = `for (const text of globalThis.all ?? []) ${print};`;
    const each = script('each.cjs', print);
    ok(build('-o', path('each.index'), '--embed-command', each));
    const batched = script('batch.cjs', `${all}; if (n % 32 === 0) { ${rest} globalThis.all = []; }`, rest);
    for (const one of [batched, script('all.cjs', all, rest)]) {
      ok(build('-o', path('late.index'), '--force', '--embed-command', one));
      expect(segmentOf(path('late.index'))).toBe(segmentOf(path('each.index')));
      ok(['query', path('late.index'), 'bees', '--embed']);
    }
    // More documents than may be on their way.
    const many = Array.from({ length: 1500 }, (_, i) =>
      JSON.stringify({ id: i, text: 'x'.repeat(1 + (i % 7)) }),
    ).join('\n');
    ok(['build', '-', '-o', path('many.index'), '-q', '--embed-command', batched], { input: many });
    expect(JSON.parse(ok(['info', path('many.index'), '--json']).stdout).counts.vectors).toBe(1500);
  });

  it('tell queries from documents', () => {
    const kinds = script(
      'kinds.cjs',
      "console.log(JSON.stringify({ embedding: kind === 'query' ? [0, 1] : [1, text.length] }))",
    );
    ok(
      build('-o', path('kinds.index'), '--embed-command', kinds, '--metric', 'l2', '--vector-index', 'flat'),
    );
    const { results } = JSON.parse(
      ok(['query', path('kinds.index'), 'bees', '--embed', '--branches', 'embedding', '--json', '-k', '1'])
        .stdout,
    );
    const lengths = documents.map(({ title, text }) => `${title}\n${text}`.length);
    const least = Math.min(...lengths);
    expect(results[0].hits[0]).toMatchObject({
      id: documents[lengths.indexOf(least)]._id,
      score: -(1 + (least - 1) ** 2),
    });
  });
});

describe('a stream of queries', () => {
  it('is answered before more is waited for', async () => {
    const child = start([
      'query',
      path('made.index'),
      '--queries',
      '-',
      '--embed-command',
      command,
      '-k',
      '1',
    ]);
    const closed = once(child, 'close');
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    for (const { _id, text } of queries.slice(0, 3)) {
      child.stdin.write(`${JSON.stringify({ _id, text })}\n`);
      const answer = JSON.parse((await lines.next()).value);
      expect(answer.query).toBe(_id);
      expect(Object.keys(answer.hits[0].branches)).toContain('embedding');
    }
    child.stdin.end();
    expect((await closed)[0]).toBe(0);
  });
});

describe('the cache', () => {
  const counted = script(
    'counted.cjs',
    'console.log(JSON.stringify([text.length, 1]))',
    `require('fs').appendFileSync('${path('count')}', n + ' ')`,
  );
  const counts = () =>
    existsSync(path('count')) ? readFileSync(path('count'), 'utf8').trim().split(' ').map(Number) : [];
  const flags = (output: string) =>
    build('-o', path(output), '--force', '--embed-command', counted, '--embed-cache', path('vectors.cache'));

  it('spares the command what it made before, and a damaged end is made again', () => {
    ok(flags('c1.index'));
    expect(counts()).toEqual([100]);
    ok(flags('c2.index'));
    expect(counts()).toEqual([100]);
    expect(segmentOf(path('c1.index'))).toBe(segmentOf(path('c2.index')));
    // A run that was killed within its last record.
    truncateSync(path('vectors.cache'), statSync(path('vectors.cache')).size - 5);
    ok(flags('c3.index'));
    expect(counts()).toEqual([100, 1]);
    expect(segmentOf(path('c3.index'))).toBe(segmentOf(path('c1.index')));
    // A byte changed: what comes behind it is made again, never believed.
    const bytes = readFileSync(path('vectors.cache'));
    bytes[Math.floor(bytes.length / 2)] ^= 1;
    writeFileSync(path('vectors.cache'), bytes);
    ok(flags('c4.index'));
    expect(counts()[2]).toBeGreaterThan(30);
    expect(segmentOf(path('c4.index'))).toBe(segmentOf(path('c1.index')));
    // Another command: other vectors.
    ok([
      ...build('-o', path('c5.index'), '--embed-command', `${counted} # other`),
      '--embed-cache',
      path('vectors.cache'),
    ]);
    expect(counts()[3]).toBe(100);
  });

  it('is no other file', () => {
    writeFileSync(path('notes.txt'), 'something of mine\n');
    const { code, stderr } = shortlist(
      build('-o', path('n.index'), '--embed-command', command, '--embed-cache', path('notes.txt')),
    );
    expect([code, stderr]).toEqual([
      2,
      `shortlist: ${path('notes.txt')}: is no cache of vectors; name another file, or one that is not there\n`,
    ]);
    expect(readFileSync(path('notes.txt'), 'utf8')).toBe('something of mine\n');
    appendFileSync(path('notes.txt'), '');
  });
});

describe('a command that does not do its part', () => {
  const good = 'console.log(JSON.stringify({ vector: [n, 1] }))';
  it.each([
    [
      'is not there',
      () => 'no-such-command-here',
      "'no-such-command-here' is not found; check its name and path",
    ],
    ['fails at once', () => 'exit 3', 'failed with exit code 3 after 0 of'],
    [
      'fails in the middle',
      () => script('f.cjs', `if (n === 40) process.exit(9); ${good}`),
      'failed with exit code 9 after',
    ],
    [
      'fails at its end',
      () => script('e.cjs', good, 'process.exit(4)'),
      'failed with exit code 4 after 100 of 100 answers',
    ],
    ['ends too early', () => `head -n 3 > ${path('x')}`, 'ended after 0 of'],
    [
      'prints no JSON',
      () => script('j.cjs', `if (n === 7) console.log('Loading model'); else ${good}`),
      'embed command:7: is no JSON: Loading model',
    ],
    [
      'prints no vector',
      () => script('v.cjs', 'console.log(JSON.stringify({ vec: [1] }))'),
      'embed command:1: holds no vector: {"vec":[1]}',
    ],
    ['prints null', () => script('u.cjs', 'console.log("null")'), 'holds no vector'],
    ['prints an empty one', () => script('0.cjs', 'console.log("[]")'), 'holds no vector'],
    [
      'prints text in it',
      () => script('t.cjs', 'console.log(JSON.stringify([1, "2"]))'),
      'position 1 is "2", not a finite float32 number',
    ],
    ['prints what float32 can’t hold', () => script('i.cjs', 'console.log("[1e39]")'), 'position 0 is 1e+39'],
    [
      'changes the length',
      () => script('l.cjs', 'console.log(JSON.stringify(n < 9 ? [1, 2] : [1, 2, 3]))'),
      'embed command:9: a vector has 3 numbers, those before had 2',
    ],
    ['prints too much', () => script('m.cjs', `${good}; ${good}`), 'answers more lines than it was given'],
    ['makes zeros under cosine', () => script('z.cjs', 'console.log("[0,0]")'), "'embedding'"],
  ])('%s', (_, make, message) => {
    const { code, stderr, stdout } = shortlist(build('-o', path('bad.index'), '--embed-command', make()));
    expect([code, stdout]).toEqual([2, '']);
    const own = stderr.split('\n').filter((line) => line.startsWith('shortlist: '));
    expect(own).toHaveLength(1);
    expect(own[0]).toContain(message);
    expect(existsSync(path('bad.index'))).toBe(false);
  });

  it('makes queries of another length than the documents', () => {
    const { code, stderr } = shortlist([
      'query',
      path('made.index'),
      'bees',
      '--embed-command',
      script('q.cjs', good),
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain("vectors of 2 numbers, those of 'embedding' have 32");
  });

  it('is ended with us, and so is what it started', async () => {
    const slow = `sh -c 'echo $$ > ${path('pid')}; sleep 600; true' | cat`;
    const child = start(['build', articles, '-o', path('slow.index'), '--embed-command', slow]);
    const closed = once(child, 'close');
    for (
      let i = 0;
      i < 200 && !(existsSync(path('pid')) && readFileSync(path('pid'), 'utf8').endsWith('\n'));
      i++
    )
      await sleep(50);
    const pid = Number(readFileSync(path('pid'), 'utf8'));
    process.kill(pid, 0);
    child.kill('SIGINT');
    expect((await closed)[0]).toBe(130);
    let there = true;
    for (let i = 0; i < 100 && there; i++) {
      await sleep(50);
      try {
        process.kill(pid, 0);
      } catch {
        there = false;
      }
    }
    expect(there).toBe(false);
    expect(existsSync(path('slow.index'))).toBe(false);
  });

  it.each([
    [['query', 'given.index', 'x', '--embed'], 'was not built with a command'],
    [['query', 'made.index', 'x', '--embed', '--embed-command', 'cat'], 'give one'],
    [['query', 'made.index', 'x', '--embed-cache', 'f'], 'goes with --embed-command'],
    [['build', articles, '-o', 'y.index', '--embed-cache', 'f'], 'go with --embed-command'],
    [['build', articles, '-o', 'y.index', '--embed-command', ' '], 'an empty command'],
    [
      ['build', articles, '-o', 'y.index', '--embed-command', command, '--embed-fields', 'nothing'],
      'have no text in nothing',
    ],
  ])('%j', (args, message) => {
    const { code, stderr } = shortlist(args, { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
