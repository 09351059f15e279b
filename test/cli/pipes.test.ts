import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { bin, fixtures, ok, scratch, shortlist, start } from '../helpers/cli.js';

const cwd = scratch();
const index = join(cwd, 'text.index');
const articles = `${fixtures}articles`;

describe('in a pipe', () => {
  beforeAll(() => {
    ok(['build', articles, '-o', index, '-q']);
  });

  it('answers each query before the next one comes', async () => {
    const child = start(['query', index, '--queries', '-', '-k', '1']);
    const ended = new Promise((resolve) => child.on('close', resolve));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    for (const text of ['tea', 'volcano', 'bridge']) {
      // The next query is written only once this one is answered: a tool that waits for more would hang here.
      child.stdin.write(`${JSON.stringify({ _id: text, text })}\n`);
      const { value } = await lines.next();
      expect(JSON.parse(value)).toMatchObject({ query: text, hits: [{ rank: 1 }] });
    }
    child.stdin.end();
    expect(await ended).toBe(0);
  });

  it('a reader that goes away is a clean end', () => {
    const many = Array.from({ length: 20_000 }, (_, i) =>
      JSON.stringify({ _id: `q${i}`, text: 'tea water bridge bees' }),
    ).join('\n');
    const { status, stderr, stdout } = spawnSync(
      'sh',
      [
        '-c',
        `"$0" "$1" query "$2" --queries - | head -n 2; exit "\${PIPESTATUS:-0}"`,
        process.execPath,
        bin,
        index,
      ],
      { input: many },
    );
    expect(stderr.toString()).toBe('');
    expect(stdout.toString().trim().split('\n')).toHaveLength(2);
    expect(status).toBe(0);
  });

  it('a signal ends a run that waits for its reader', async () => {
    const child = start(['query', index, '--queries', '-', '-k', '50']);
    const ended = once(child, 'close');
    // The reader goes on writing queries until nothing is taken any more, and reads no answer.
    child.stdin.on('error', () => {});
    const lines = `${'{"text":"water light sea city"}\n'.repeat(5000)}`;
    while (child.stdin.writableLength < 1 << 20) {
      child.stdin.write(lines);
      await sleep(50);
    }
    child.kill('SIGTERM');
    expect((await once(child, 'exit'))[0]).toBe(143);
    child.stdout.resume();
    await ended;
  });

  it('what is piled up in front of a bad line is answered', () => {
    const good = Array.from({ length: 700 }, (_, i) => `{"_id":"q${i}","text":"tea"}\n`).join('');
    for (const threads of ['1', '2']) {
      const flags = ['query', index, '--queries', '-', '-k', '1', '--threads', threads];
      const { code, stdout } = shortlist(flags, { input: `${good}nonsense\n${good}` });
      expect(code).toBe(2);
      expect(
        stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).query),
      ).toEqual(Array.from({ length: 700 }, (_, i) => `q${i}`));
    }
  });

  it('threads answer before standard input is waited for', async () => {
    const child = start(['query', index, '--queries', '-', '-k', '1', '--threads', '2']);
    const ended = once(child, 'close');
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    for (const text of ['tea', 'volcano', 'bridge']) {
      child.stdin.write(`${JSON.stringify({ _id: text, text })}\n`);
      expect(JSON.parse((await lines.next()).value).query).toBe(text);
    }
    child.stdin.end();
    expect((await ended)[0]).toBe(0);
  });

  it('nothing but results on stdout, nothing but text on stderr: no colour, no progress', () => {
    const { stdout, stderr } = ok(['build', articles, '-o', join(cwd, 'plain.index')], {
      env: { FORCE_COLOR: undefined },
    });
    expect(stdout + stderr).not.toContain('\u001b');
    expect(ok(['query', index, 'tea'], { env: { FORCE_COLOR: undefined } }).stdout).not.toContain('\u001b');
    expect(ok(['query', index, 'tea', '--color', 'always']).stdout).toContain('\u001b[');
    expect(ok(['query', index, 'tea'], { env: { FORCE_COLOR: '1' } }).stdout).toContain('\u001b[');
    expect(ok(['query', index, 'tea'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } }).stdout).not.toContain(
      '\u001b',
    );
  });

  it('a bad line in the middle of a stream: earlier answers stand, one line on stderr, exit 2', () => {
    const { code, stdout, stderr } = shortlist(['query', index, '--queries', '-'], {
      input: '{"_id":"a","text":"tea"}\nnonsense\n{"_id":"b","text":"tea"}\n',
    });
    expect(code).toBe(2);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/^shortlist: .*:2: .*\n$/);
  });

  it('threads answer in input order, the same bytes as one thread', () => {
    const flags = ['query', index, '--queries', `${articles}/queries.jsonl`, '-k', '20'];
    expect(ok([...flags, '--threads', '3']).stdout).toBe(ok(flags).stdout);
  });

  it('an error in a search thread is the same error', () => {
    const flags = ['query', index, '--queries', '-', '--branches', 'text'];
    const input = '{"_id":"a"}\n';
    const one = shortlist(flags, { input });
    const two = shortlist([...flags, '--threads', '2'], { input });
    expect(one.code).toBe(2);
    expect(two).toEqual(one);
  });
});
