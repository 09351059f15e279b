import { UsageError } from '../../errors/index.js';
import type { IndexReader } from '../../index/index.js';
import {
  type AnswerOptions,
  type AnswerWriter,
  answerWriter,
  type Format,
  isLines,
  Shortfall,
} from '../answers.js';
import type { Terminal } from '../io.js';
import { LineFile } from '../line-file.js';
import { formatOfName } from './formats.js';
import type { Sink } from './sink.js';

/** Characters gathered for standard output before they are written. */
const GATHERED_CHARS = 1 << 16;

/** Formats of bytes, not of text. */
const BINARY: Format[] = ['parquet', 'ivecs', 'fvecs', 'npy'];

/** Answers on their way to files: commit() puts them in place, abandon() leaves what was there. */
export interface AnswerFiles {
  writer: AnswerWriter;
  /** Lets out what is gathered for standard output. */
  flush(): Promise<void>;
  commit(): Promise<void>;
  /** Takes away what commit() did not put in place. */
  abandon(): void;
}

/**
 * Writes answers to files, each in the format asked for, else in that of its name, else in `usual`; '-' is standard output.
 * @throws UsageError for a format that can't go there, before any query is answered
 */
export async function openAnswerFiles(
  paths: string[],
  asked: Format | undefined,
  usual: Format,
  terminal: Terminal,
  index: IndexReader,
  options: AnswerOptions,
): Promise<AnswerFiles> {
  if (paths.length > 1 && asked !== undefined)
    throw new UsageError('several -o: the name of each file says its format; leave out --format');
  const twice = paths.find((path, i) => paths.indexOf(path) < i);
  if (twice !== undefined) throw new UsageError(`-o ${twice}: named twice`);
  const formats = paths.map((path) => asked ?? formatOfName(path) ?? usual);
  for (const [i, format] of formats.entries()) refuse(format, paths[i], terminal, options);
  const files: LineFile[] = [];
  const abandon = () => {
    for (const file of files) file.abandon();
  };
  const out = new Gathered(terminal);
  try {
    const writers: AnswerWriter[] = [];
    for (const [i, path] of paths.entries()) {
      const sink = path === '-' ? out : new LineFile(path, terminal);
      if (sink instanceof LineFile) files.push(sink);
      writers.push(await openWriter(formats[i], sink, terminal, index, options));
    }
    // Lines of text say it themselves.
    const shortfall = formats.every(isLines) ? undefined : new Shortfall(terminal, options);
    return {
      writer: {
        async write(query, answer) {
          shortfall?.count(answer);
          for (const writer of writers) await writer.write(query, answer);
        },
        async end() {
          for (const writer of writers) await writer.end();
          shortfall?.warn();
        },
      },
      flush: async () => {
        await out.flush();
      },
      async commit() {
        await out.flush();
        for (const file of files) await file.commit();
      },
      abandon,
    };
  } catch (error) {
    abandon();
    throw error;
  }
}

/** What can't be written there, and why. */
function refuse(format: Format, path: string, terminal: Terminal, options: AnswerOptions): void {
  const binary = BINARY.includes(format);
  if (binary && path === '-' && terminal.io.stdout.isTTY)
    throw new UsageError(`--format ${format} is not for a terminal; name a file: -o answers.${format}`);
  if (binary || format === 'csv') {
    if (options.explain)
      throw new UsageError(`--explain has no place in --format ${format}; use --format jsonl`);
  }
  if (format === 'ivecs' || format === 'fvecs' || format === 'npy') {
    if (options.fields)
      throw new UsageError(
        `--fields have no place in --format ${format}; use --format csv, parquet or jsonl`,
      );
    if (options.width === 0)
      throw new UsageError(`--format ${format} has the same width in every row; say how many hits with -k`);
  }
}

async function openWriter(
  format: Format,
  sink: Sink,
  terminal: Terminal,
  index: IndexReader,
  options: AnswerOptions,
): Promise<AnswerWriter> {
  switch (format) {
    case 'csv':
      return (await import('./csv.js')).csvWriter(sink, index, options);
    case 'parquet':
      return (await import('./parquet.js')).parquetWriter(sink, index, options);
    case 'ivecs':
    case 'fvecs': {
      const { vecsWriter } = await import('./neighbours.js');
      return vecsWriter(sink, index, options, format === 'ivecs' ? 'rows' : 'scores');
    }
    case 'npy':
      if (!sink.patchable)
        throw new UsageError(
          `--format npy says at its head how many rows there are, which a pipe is told too late; name a file: -o answers.npy`,
        );
      return (await import('./neighbours.js')).npyWriter(sink, index, options);
    default:
      return answerWriter(format, terminal, index, options, async (text) => {
        await sink.write(text);
      });
  }
}

/** Standard output, written to in larger pieces: a call of the system for each answer takes longer than many a search. */
class Gathered implements Sink {
  readonly patchable = false;
  private text = '';
  private readonly terminal: Terminal;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  write(chunk: string | Uint8Array): Promise<void> | undefined {
    if (typeof chunk === 'string') {
      this.text += chunk;
      return this.text.length < GATHERED_CHARS ? undefined : this.flush();
    }
    return this.writeBytes(chunk);
  }

  patch(): never {
    throw new Error('standard output is not patched');
  }

  flush(): Promise<void> | undefined {
    if (this.text === '') return undefined;
    const { text } = this;
    this.text = '';
    return this.terminal.print(text);
  }

  private async writeBytes(chunk: Uint8Array): Promise<void> {
    await this.flush();
    await this.terminal.print(chunk);
  }
}
