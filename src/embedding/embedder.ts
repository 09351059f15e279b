import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { InputError, UsageError } from '../errors/index.js';
import { EmbeddingCache } from './cache.js';
import type { TextKind } from './kinds.js';

export interface EmbedderOptions {
  /** File of vectors made before, by content: texts in it are not given to the command again. */
  cache?: string;
  /** Aborting ends the command. */
  signal?: AbortSignal;
  /** Is told, once, when texts have waited long for an answer. */
  onWaiting?: (message: string) => void;
}

interface Waiting {
  text: string;
  kind: TextKind;
  resolve(vector: Float32Array): void;
  reject(error: unknown): void;
}

/** Time without an answer after which a person is told. */
const PATIENCE_MS = 20_000;
/** Time a command has to end when its input has. */
const GRACE_MS = 5_000;
/** Length of an answer that is shown in a message. */
const SHOWN = 60;

/**
 * A command that turns texts into vectors: a line of JSON in, `{"text":…,"kind":"document"|"query"}`, a line out,
 * `{"vector":[…]}`, `{"embedding":[…]}` or the bare list, in the same order. It is started with the first text it is needed for,
 * runs in a shell, and its stderr is ours. It may gather lines into batches, but not more than callers have on their way.
 */
export class Embedder {
  readonly command: string;
  /** Length of its vectors, once one is known. */
  dim: number | undefined;
  /** Texts that the command was given. */
  asked = 0;
  private readonly options: EmbedderOptions;
  private readonly cache: EmbeddingCache | undefined;
  private child: ChildProcess | undefined;
  private ended: Promise<void> = Promise.resolve();
  private waiting: Waiting[] = [];
  private answers = 0;
  private failure: unknown;
  /** True when we ended it ourselves. */
  private killed = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly stop = () => this.end('SIGTERM');
  private readonly onAbort = () => {
    this.fail(this.options.signal?.reason);
    this.stop();
  };

  /** @throws UsageError for an empty command, InputError for a cache that is none */
  constructor(command: string, options: EmbedderOptions = {}) {
    if (command.trim() === '') throw new UsageError('--embed-command: an empty command');
    this.command = command;
    this.options = options;
    this.cache = options.cache === undefined ? undefined : new EmbeddingCache(options.cache, command);
  }

  /** The vector of a text. Many may be asked for at once; answers come in order. @throws InputError for what the command does wrong */
  embed(text: string, kind: TextKind): Promise<Float32Array> {
    const known = this.cache?.get(text, kind);
    if (known !== undefined) return Promise.resolve(this.measured(known, undefined));
    return new Promise((resolve, reject) => {
      if (this.failure !== undefined) {
        reject(this.failure);
        return;
      }
      this.child ??= this.start();
      this.waiting.push({ text, kind, resolve, reject });
      this.asked++;
      this.child.stdin?.write(`${JSON.stringify({ text, kind })}\n`);
      this.watch();
    });
  }

  /** No text comes behind those that were given: commands that answer when their input ends do so now. */
  finish(): void {
    this.child?.stdin?.end();
  }

  /** Ends the command and waits for it. @throws what it did wrong at its end */
  async close(): Promise<void> {
    this.child?.stdin?.end();
    const timer = setTimeout(() => {
      this.killed = true;
      this.end('SIGKILL');
    }, GRACE_MS);
    await this.ended;
    clearTimeout(timer);
    this.cache?.close();
    if (this.failure !== undefined) throw this.failure;
  }

  /** Ends the command at once. */
  kill(): void {
    this.killed = true;
    this.stop();
    this.cache?.close();
  }

  private start(): ChildProcess {
    const { signal } = this.options;
    signal?.throwIfAborted();
    // A group of its own: what the shell started ends with it, and Ctrl-C reaches it through us.
    const child = spawn(this.command, { shell: true, detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.on('error', () => {});
    createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) =>
      this.answer(line),
    );
    process.on('exit', this.stop);
    signal?.addEventListener('abort', this.onAbort, { once: true });
    this.ended = new Promise((resolve) => {
      const over = () => {
        clearTimeout(this.timer);
        process.off('exit', this.stop);
        signal?.removeEventListener('abort', this.onAbort);
        this.child = undefined;
        resolve();
      };
      child.on('error', (error) => {
        this.fail(
          this.wrong(`can't be started (${(error as NodeJS.ErrnoException).code ?? error.message})`, ''),
        );
        over();
      });
      child.on('close', (code, by) => {
        if (this.waiting.length > 0 || (code !== 0 && !this.killed)) this.fail(this.early(code, by));
        over();
      });
    });
    return child;
  }

  private answer(line: string): void {
    if (line.trim() === '' || this.failure !== undefined) return;
    this.answers++;
    const next = this.waiting.shift();
    try {
      if (next === undefined)
        throw this.wrong('answers more lines than it was given', 'one line for each line it reads');
      const vector = this.measured(vectorOf(line), line);
      this.cache?.put(next.text, next.kind, vector);
      next.resolve(vector);
      this.watch();
    } catch (error) {
      const known = typeof error === 'string' ? this.wrong(error, 'a line is {"vector":[numbers]}') : error;
      next?.reject(known);
      this.fail(known);
      this.stop();
    }
  }

  /** @param line undefined for one of the cache */
  private measured(vector: Float32Array, line: string | undefined): Float32Array {
    this.dim ??= vector.length;
    if (vector.length !== this.dim)
      throw this.wrong(
        `${line === undefined ? 'a vector of the cache has' : 'a vector has'} ${vector.length} numbers, those before had ${this.dim}`,
        'all must have one length',
      );
    return vector;
  }

  private wrong(what: string, mend: string): InputError {
    return new InputError({ file: 'embed command', line: Math.max(1, this.answers) }, what, mend);
  }

  private early(code: number | null, by: NodeJS.Signals | null): InputError {
    const of = `${this.answers} of ${this.asked} answers`;
    if (code === 127)
      return new InputError(
        { file: 'embed command' },
        `'${this.command}' is not found`,
        'check its name and path',
      );
    if (by !== null) return new InputError({ file: 'embed command' }, `was ended by ${by} after ${of}`);
    return new InputError(
      { file: 'embed command' },
      code === 0 ? `ended after ${of}` : `failed with exit code ${code} after ${of}`,
      code === 0 ? 'it must answer every line it reads' : 'what it says stands above',
    );
  }

  private fail(error: unknown): void {
    this.failure ??= error;
    clearTimeout(this.timer);
    for (const { reject } of this.waiting.splice(0)) reject(this.failure);
  }

  /** Says, once, that nothing comes: most commands that hang keep their answers in a buffer. */
  private watch(): void {
    clearTimeout(this.timer);
    if (this.waiting.length === 0 || this.options.onWaiting === undefined) return;
    this.timer = setTimeout(() => {
      this.options.onWaiting?.(
        `the embed command has ${this.waiting.length} texts and no answer for ${PATIENCE_MS / 1000} s; does it flush each line it writes?`,
      );
    }, PATIENCE_MS).unref();
  }

  private end(by: NodeJS.Signals): void {
    const pid = this.child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, by);
    } catch {
      // It has ended already, or this system has no groups.
      this.child?.kill(by);
    }
  }
}

/** @throws a string: what is wrong with the line */
function vectorOf(line: string): Float32Array {
  const shown = line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw `is no JSON: ${shown}`;
  }
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    const { vector, embedding } = value as { vector?: unknown; embedding?: unknown };
    value = vector ?? embedding;
  }
  if (!Array.isArray(value) || value.length === 0) throw `holds no vector: ${shown}`;
  const vector = new Float32Array(value.length);
  for (const [i, number] of value.entries()) {
    vector[i] = typeof number === 'number' ? number : Number.NaN;
    if (!Number.isFinite(vector[i]))
      throw `position ${i} is ${JSON.stringify(number)}, not a finite float32 number`;
  }
  return vector;
}
