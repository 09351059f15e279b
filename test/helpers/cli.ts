import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

export const bin = fileURLToPath(new URL('../../bin/shortlist.js', import.meta.url));
export const fixtures = fileURLToPath(new URL('../../fixtures/', import.meta.url));

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the tool as a shell would, in `cwd`, without a terminal. */
export function shortlist(
  args: string[],
  options: { input?: string | Uint8Array; cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd: options.cwd,
    input: options.input,
    env: { ...process.env, NODE_EXTRA_CA_CERTS: undefined, ...options.env },
    maxBuffer: 1 << 28,
  });
  return { code: status, stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8') };
}

/** Runs the tool and expects success. */
export function ok(args: string[], options?: Parameters<typeof shortlist>[1]): Outcome {
  const outcome = shortlist(args, options);
  if (outcome.code !== 0)
    throw new Error(`shortlist ${args.join(' ')}: exit ${outcome.code}\n${outcome.stderr}`);
  return outcome;
}

/** Starts the tool without waiting. */
export function start(args: string[], options: { cwd?: string } = {}) {
  return spawn(process.execPath, [bin, ...args], { cwd: options.cwd, stdio: ['pipe', 'pipe', 'pipe'] });
}

/** A directory that goes when the test file is done. */
export function scratch(): string {
  const path = mkdtempSync(join(tmpdir(), 'shortlist-test-'));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
