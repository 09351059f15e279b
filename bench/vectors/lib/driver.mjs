// One engine, in a process of its own that answers JSON lines; drivers/serve.mjs and native/protocol.hpp are the other
// end. All engines of a race are open at once and only the one that was asked anything works.
import { spawn, spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';

const LAST_CPU = cpus().length - 1;
const hasTaskset = spawnSync('taskset', ['-c', String(LAST_CPU), 'true']).status === 0;

/** How processes are kept to one core, in words. */
export const pinning = hasTaskset ? `taskset -c ${LAST_CPU}` : 'not pinned (no taskset)';

/** The command, kept to one core where that can be done. */
const pinned = (command) => (hasTaskset ? ['taskset', '-c', String(LAST_CPU), ...command] : command);

/** Environment of every engine: one thread, and nothing that slows the start of Node. */
export function engineEnvironment() {
  const { NODE_EXTRA_CA_CERTS, NODE_OPTIONS, ...rest } = process.env;
  return { ...rest, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
}

export class Driver {
  /** @param command program and arguments @param pin false lets it have every core */
  constructor(command, pin = true) {
    const [program, ...rest] = pin ? pinned(command) : command;
    this.child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'], env: engineEnvironment() });
    this.complaints = '';
    this.waiting = [];
    this.child.stderr.on('data', (chunk) => {
      this.complaints = (this.complaints + chunk).slice(-2000);
    });
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      // Libraries print things of their own; only objects are answers.
      if (line.startsWith('{')) this.waiting.shift()?.resolve(line);
    });
    const gone = (why) => {
      const lines = this.complaints.trim().split('\n');
      const told = lines.find((line) => /error/i.test(line)) ?? lines.at(-1);
      const error = new Error(told ? `${why}: ${told}` : why);
      this.gone = error;
      for (const { reject } of this.waiting.splice(0)) reject(error);
    };
    this.child.on('error', (error) => gone(error.message));
    this.child.on('close', (code, signal) => gone(`the driver ended (${signal ?? code})`));
    this.child.stdin.on('error', () => {});
  }

  /** @throws Error with the driver's own words when it can't */
  async ask(cmd, fields = {}) {
    if (this.gone) throw this.gone;
    const line = await new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.child.stdin.write(`${JSON.stringify({ cmd, ...fields })}\n`);
    });
    const answer = JSON.parse(line);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }

  close() {
    this.child.stdin.end();
    return new Promise((resolve) => {
      if (this.gone) resolve();
      else this.child.on('close', resolve);
    });
  }
}

/** Asks a fresh process one thing. */
export async function askOnce(command, cmd, fields, pin = true) {
  const driver = new Driver(command, pin);
  try {
    return await driver.ask(cmd, fields);
  } finally {
    await driver.close();
  }
}
