import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixtures, ok, scratch, shortlist, start } from '../helpers/cli.js';
import { seeded } from '../helpers/random.js';
import { killBuilds } from './crash.js';

const cwd = scratch();
const articles = `${fixtures}articles`;

describe('a build that is killed', () => {
  it('leaves the old index or the new one (20 of the 200 kills of the long tier)', async () => {
    const found = await killBuilds(cwd, 20, seeded(1));
    expect(found.old + found.new).toBe(20);
  });

  it('leaves no index the first time, and the next build needs no --force', async () => {
    const output = join(cwd, 'first.index');
    const child = start(['build', articles, '-', '--input-format', 'jsonl', '-o', output, '-q']);
    const ended = new Promise((resolve) => child.on('close', resolve));
    // Standard input is never closed: the build waits for it, with everything else written.
    for (let i = 0; i < 200 && !readable(output).includes('lock'); i++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    const locked = shortlist(['build', articles, '-o', output]);
    expect(locked.code).toBe(3);
    expect(locked.stderr).toContain(`being written by process ${child.pid} on ${hostname()}`);
    child.kill('SIGKILL');
    await ended;
    expect(readable(output)).toContain('lock');
    expect(shortlist(['query', output, 'tea']).code).toBe(3);
    ok(['build', articles, '-o', output, '-q']);
    expect(readable(output).filter((name) => !name.startsWith('seg-'))).toEqual([
      'manifest.msgpack',
      'shortlist.txt',
    ]);
  });

  it('believes a lock of another host, and of a process that lives', () => {
    const output = join(cwd, 'locked.index');
    ok(['build', articles, '-o', output, '-q']);
    for (const holder of [
      { pid: 1, host: 'elsewhere', started: '' },
      { pid: process.pid, host: hostname(), started: '' },
    ]) {
      writeFileSync(join(output, 'lock'), JSON.stringify(holder));
      const { code, stderr } = shortlist(['build', articles, '-o', output, '--force']);
      expect(code).toBe(3);
      expect(stderr).toContain(`process ${holder.pid} on ${holder.host}`);
      // Readers don't care.
      ok(['query', output, 'tea']);
    }
    // The same pid, started at another time, is another process: the lock is stale.
    writeFileSync(join(output, 'lock'), JSON.stringify({ pid: process.pid, host: hostname(), started: '1' }));
    const stale = shortlist(['build', articles, '-o', output, '--force', '-q']);
    expect(stale.code).toBe(process.platform === 'linux' ? 0 : 3);
  });

  it('Ctrl-C: exit 130, nothing left of a first build, the old index kept', async () => {
    const output = join(cwd, 'interrupted.index');
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const child = start(['build', '-', '-o', output, '-q']);
      const ended = new Promise((resolve) => child.on('close', (status) => resolve(status)));
      child.stdin.write('{"_id":"a","text":"one"}\n');
      for (let i = 0; i < 200 && !readable(output).includes('lock'); i++)
        await new Promise((resolve) => setTimeout(resolve, 20));
      // It waits for input that does not come.
      child.kill(signal);
      expect(await ended).toBe(code);
      expect(readable(output)).toEqual([]);
    }
  });

  it('Ctrl-C while threads link a graph: exit 130, nothing left', async () => {
    const output = join(cwd, 'linking.index');
    const [rows, dim] = [20_000, 32];
    const next = seeded(3);
    const vectors = new Int32Array(rows * (dim + 1));
    new Float32Array(vectors.buffer).forEach((_, i, floats) => {
      if (i % (dim + 1) > 0) floats[i] = next();
    });
    for (let row = 0; row < rows; row++) vectors[row * (dim + 1)] = dim;
    writeFileSync(join(cwd, 'linking.fvecs'), vectors);
    const spec = 'hnsw:efConstruction=2000';
    const flags = ['--vector-index', spec, '--threads', '4', '--metric', 'l2', '-q'];
    const child = start(['build', 'linking.fvecs', '-o', output, ...flags], { cwd });
    const ended = new Promise((resolve) => child.on('close', (status) => resolve(status)));
    // Two minutes of work; reading is over in one second.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(readable(output)).toContain('lock');
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(readable(output)).toEqual([]);
  });

  it('a fault in the last record while threads analyse text: exit 2, nothing left', () => {
    const output = join(cwd, 'analysing.index');
    const text = 'some words that are the same in every document '.repeat(10);
    const lines = Array.from({ length: 15_000 }, (_, i) => JSON.stringify({ _id: `d${i}`, text }));
    writeFileSync(join(cwd, 'analysing.jsonl'), [...lines, lines[0]].join('\n'));
    const { code, stderr } = shortlist(
      ['build', 'analysing.jsonl', '-o', output, '--threads', '3', '--memory', '40MiB', '-q'],
      { cwd },
    );
    expect([code, stderr]).toEqual([2, expect.stringContaining("duplicate id 'd0'")]);
    expect(readable(output)).toEqual([]);
  });

  it('an empty directory is taken, one that was made by hand is refused', () => {
    mkdirSync(join(cwd, 'empty'));
    ok(['build', articles, '-o', join(cwd, 'empty'), '-q']);
    mkdirSync(join(cwd, 'handmade'));
    writeFileSync(join(cwd, 'handmade', 'manifest.msgpack'), 'x');
    expect(shortlist(['build', articles, '-o', join(cwd, 'handmade'), '--force']).code).toBe(2);
  });
});

function readable(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
}
