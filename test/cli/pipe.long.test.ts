import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { bin, fixtures, ok, scratch, start } from '../helpers/cli.js';

const QUERIES = 1_000_000;
const index = join(scratch(), 'text.index');
const WORDS = ['bees', 'light', 'sea', 'history', 'search', 'city', 'water', 'star', 'graph', 'music'];

function* queries(count: number): Generator<string> {
  let chunk = '';
  for (let i = 0; i < count; i++) {
    const text = `${WORDS[i % 10]} ${WORDS[(i * 7 + 3) % 10]} ${WORDS[(i >> 3) % 10]}`;
    chunk += `{"id":"q${i}","text":"${text}"}\n`;
    if (chunk.length > 1 << 16 || i === count - 1) {
      yield chunk;
      chunk = '';
    }
  }
}

/** Resident memory of a process in MiB. */
const residentOf = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

describe.skipIf(!existsSync('/proc/self/status'))(
  'a million queries in a pipe (memory is read from /proc)',
  () => {
    beforeAll(() => {
      ok(['build', `${fixtures}articles`, '-o', index, '-q']);
    });

    it.each([
      ['one thread', []],
      ['two threads', ['--threads', '2']],
    ])('are answered in order, in memory that does not grow: %s', async (_, flags) => {
      const child = start(['query', index, '--queries', '-', ...flags]);
      const closed = once(child, 'close');
      const started = performance.now();
      Readable.from(queries(QUERIES)).pipe(child.stdin);
      /** Memory after each hundredth. */
      const resident: number[] = [];
      let answered = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        if (!line.startsWith(`{"query":"q${answered}","hits":[{"id":"`))
          throw new Error(`${answered}: ${line}`);
        if (++answered % (QUERIES / 100) === 0) resident.push(residentOf(child.pid as number));
      }
      expect((await closed)[0]).toBe(0);
      expect(answered).toBe(QUERIES);
      const rate = Math.round(QUERIES / ((performance.now() - started) / 1000));
      const early = Math.max(...resident.slice(0, 25));
      const late = Math.max(...resident.slice(75));
      console.log(
        `${rate} queries a second; at most ${early | 0} MiB in the first quarter, ${late | 0} in the last`,
      );
      // A million answers are 1.1 GB: what were kept of them would show.
      expect(late).toBeLessThan(early + 32);
    });

    it('wait for a slow reader without growing', async () => {
      const child = start(['query', index, '--queries', '-']);
      const closed = once(child, 'close');
      let taken = 0;
      const source = queries(QUERIES);
      const counted = function* () {
        for (const chunk of source) {
          taken += chunk.length;
          yield chunk;
        }
      };
      Readable.from(counted()).pipe(child.stdin);
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      await lines.next();
      child.stdout.pause();
      await sleep(2000);
      const [before, then] = [residentOf(child.pid as number), taken];
      await sleep(5000);
      // Nothing moves: what was taken in waits in the pipes.
      expect(taken).toBe(then);
      expect(taken).toBeLessThan(8 << 20);
      expect(residentOf(child.pid as number)).toBeLessThan(before + 8);
      child.stdin.on('error', () => {});
      child.kill('SIGTERM');
      expect((await closed)[0]).toBe(143);
    });

    it('end cleanly when head has what it wants', () => {
      const script = '"$1" -e "$2" | { "$1" "$3" query "$4" --queries -; echo $? >&2; } | head -n 3';
      const generator = `const q=(${queries.toString()});const WORDS=${JSON.stringify(WORDS)};
      process.stdout.on('error',()=>process.exit(0));
      require('node:stream').Readable.from(q(${QUERIES})).pipe(process.stdout)`;
      const { stdout, stderr } = spawnSync('bash', [
        '-c',
        script,
        'sh',
        process.execPath,
        generator,
        bin,
        index,
      ]);
      expect(stdout.toString().trim().split('\n')).toHaveLength(3);
      expect(stderr.toString().trim()).toBe('0');
    });
  },
);
