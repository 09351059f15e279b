import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { IndexLockedError } from '../errors/index.js';
import { fromSystem } from '../storage/index.js';
import { LOCK } from './directory.js';

interface Holder {
  pid: number;
  host: string;
  /** Kernel start time of the process, '' where it can't be told: a reused pid is another process. */
  started: string;
}

/**
 * Takes the writer's lock of an index directory: a file made by an atomic link, holding pid, host
 * and process start. A lock of this host whose process is gone is stale and taken over; one of
 * another host is believed.
 * @returns a function that gives it up
 * @throws IndexLockedError
 */
export function takeLock(directory: string): () => void {
  const path = join(directory, LOCK);
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), started: startOf(process.pid) });
  const scratch = join(directory, `tmp-${process.pid}-lock`);
  for (;;) {
    try {
      writeFileSync(scratch, mine);
      linkSync(scratch, path);
      rmSync(scratch, { force: true });
      return () => rmSync(path, { force: true });
    } catch (error) {
      rmSync(scratch, { force: true });
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'EEXIST') {
        // File systems without hard links: an exclusive create is the next best.
        if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP') throw fromSystem(error, path);
        if (createExclusive(path, mine)) return () => rmSync(path, { force: true });
      }
    }
    removeIfStale(path, directory);
  }
}

function createExclusive(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw fromSystem(error, path);
  }
}

/** Returns when the lock is gone or was stale and is now gone. */
function removeIfStale(path: string, directory: string): void {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return;
  }
  let holder: Partial<Holder> = {};
  try {
    holder = JSON.parse(text);
  } catch {
    // Not ours to judge: reported as held.
  }
  const { pid, host, started } = holder;
  if (host !== hostname() || typeof pid !== 'number' || isAlive(pid, started ?? '')) {
    throw new IndexLockedError(
      directory,
      pid === undefined ? 'another process' : `process ${pid} on ${host}`,
    );
  }
  // Two builders may see the same stale lock. Only one can move it aside; whoever finds that it
  // moved a newer lock instead puts that back.
  const aside = join(directory, `tmp-${process.pid}-stale-lock`);
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readFileSync(aside, 'utf8') !== text) {
    try {
      linkSync(aside, path);
    } catch {
      // Somebody holds it already.
    }
  }
  rmSync(aside, { force: true });
}

function isAlive(pid: number, started: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = startOf(pid);
  return started === '' || now === '' || started === now;
}

/** Field 22 of /proc/<pid>/stat: start time in clock ticks since boot. '' where there is no /proc. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name may hold blanks and parentheses; fields are counted behind the last ')'.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
