import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bin, fixtures, ok } from '../helpers/cli.js';

interface Article {
  _id: string;
  title: string;
  text: string;
  year: number;
  tags: string[];
}

/**
 * Makes what the pages of docs speak of: docs.jsonl, my.index, base.fvecs and so on, from the fixtures. Documents are doc1, doc2, ….
 * @param dir an empty directory
 */
export function makeWorld(dir: string): void {
  const at = (name: string) => join(dir, name);
  const lines = (path: string) => readFileSync(path, 'utf8').trim().split('\n');
  const jsonl = (items: unknown[]) => `${items.map((item) => JSON.stringify(item)).join('\n')}\n`;
  const articles = `${fixtures}articles/`;
  const records = lines(`${articles}corpus.jsonl`).map((line) => JSON.parse(line) as Article);
  const names = new Map(records.map(({ _id }, i) => [_id, `doc${i + 1}`]));

  for (const folder of [
    'demo',
    'qrels',
    'scifact/qrels',
    'home/.zfunc',
    'home/.config/fish/completions',
    'bin',
  ])
    mkdirSync(at(folder), { recursive: true });
  cpSync(fixtures, at('fixtures'), { recursive: true });

  const documents = records.map(({ _id, tags, ...rest }, i) => ({
    _id: names.get(_id),
    ...rest,
    tag: tags,
    lang: ['de', 'fr', 'en'][i % 3],
  }));
  writeFileSync(at('docs.jsonl'), jsonl(documents));
  writeFileSync(at('docs.jsonl.gz'), gzipSync(jsonl(documents)));
  writeFileSync(at('scifact/corpus.jsonl'), jsonl(documents));
  const queries = readFileSync(`${articles}queries.jsonl`);
  for (const name of ['q.jsonl', 'queries.jsonl', 'scifact/queries.jsonl']) writeFileSync(at(name), queries);
  const [head, ...judged] = lines(`${articles}qrels/test.tsv`).map((line) => line.split('\t'));
  const qrels = [head, ...judged.map(([query, id, grade]) => [query, names.get(id), grade])];
  for (const name of ['qrels.tsv', 'qrels/test.tsv', 'scifact/qrels/test.tsv'])
    writeFileSync(at(name), `${qrels.map((row) => row.join('\t')).join('\n')}\n`);
  writeFileSync(at('lines.txt'), 'the quick foxes\njumped\n');

  // Vectors of the articles and of their queries, and many of bytes.
  const copy = (from: string, ...to: string[]) => {
    for (const name of to) cpSync(`${fixtures}${from}`, at(name));
  };
  copy('articles/vectors/base-aligned.fvecs', 'docs.fvecs', 'vectors.fvecs');
  copy('articles/vectors/query.fvecs', 'q.fvecs');
  copy('vectors/base.bvecs', 'base.bvecs');
  copy('vectors/query.bvecs', 'query.bvecs');
  copy('vectors/gt.ivecs', 'gt.ivecs');
  writeFileSync(at('docs.fvecs.gz'), gzipSync(readFileSync(at('docs.fvecs'))));
  writeFileSync(at('base.bvecs.gz'), gzipSync(readFileSync(at('base.bvecs'))));
  writeFileSync(at('base.fvecs'), floats(readFileSync(at('base.bvecs'))));
  writeFileSync(at('query.fvecs'), floats(readFileSync(at('query.bvecs'))));
  const first = readFileSync(at('q.fvecs'));
  writeFileSync(at('one.fvecs'), first.subarray(0, 4 + 4 * first.readUInt32LE(0)));
  const code = (i: number) => Array.from({ length: 32 }, (_, j) => (i * 37 + j * (i % 11) * 13) & 255);
  for (const [name, count] of [
    ['codes.npy', 500],
    ['code-queries.npy', 10],
    ['one-code.npy', 1],
  ] as const)
    writeFileSync(at(name), bytesNpy(Array.from({ length: count }, (_, i) => code(i * 3))));

  const build = (name: string, ...args: string[]) => ok(['build', ...args, '-o', at(name), '-q']);
  build('my.index', at('docs.jsonl'), '--vectors', `emb=${at('docs.fvecs')}`, '--keyword', 'tag,lang');
  for (const name of ['hybrid.index', 'old.index', 'new.index'])
    cpSync(at('my.index'), at(name), { recursive: true });
  build('sift.index', at('base.bvecs'), '--metric', 'l2');
  build('v.index', at('base.fvecs'), '--metric', 'l2', '--calibrate');
  build(
    'demo/articles.index',
    `${articles}corpus.jsonl`,
    '--vectors',
    `emb=${articles}vectors/base.fvecs,ids=${articles}vectors/ids.txt`,
  );
  ok([
    'query',
    at('my.index'),
    '--queries',
    at('queries.jsonl'),
    '--branches',
    'text',
    '-o',
    at('other.run'),
  ]);
  ok(['export', at('my.index'), '-o', at('other.ciff')]);
  writeFileSync(at('other.ciff.gz'), gzipSync(readFileSync(at('other.ciff'))));

  const program = (name: string, script: string) => {
    writeFileSync(at(`bin/${name}`), `#!/bin/sh\n${script}\n`);
    chmodSync(at(`bin/${name}`), 0o755);
  };
  program('shortlist', `exec "${process.execPath}" "${bin}" "$@"`);
  program('npx', 'exec "$@"');
}

/** .bvecs as .fvecs. */
function floats(bytes: Buffer): Buffer {
  const dim = bytes.readUInt32LE(0);
  const count = bytes.length / (4 + dim);
  const made = Buffer.alloc(count * 4 * (dim + 1));
  for (let row = 0; row < count; row++) {
    made.writeUInt32LE(dim, row * 4 * (dim + 1));
    for (let j = 0; j < dim; j++)
      made.writeFloatLE(bytes[row * (4 + dim) + 4 + j], (row * (dim + 1) + 1 + j) * 4);
  }
  return made;
}

/** A matrix of uint8 as NumPy saves it. */
function bytesNpy(rows: number[][]): Buffer {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${rows.length}, ${rows[0].length}), }`;
  const padded = header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(padded.length + 1);
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    length,
    Buffer.from(`${padded}\n`, 'latin1'),
    Buffer.from(rows.flat()),
  ]);
}

/** Takes away what a build of a page is to make, when it is the first to. */
export function clear(dir: string, command: string, made: Set<string>): void {
  const output = /^(?:npx )?shortlist build .*?-o (\S+)/.exec(command)?.[1];
  if (output === undefined || made.has(output)) return;
  made.add(output);
  rmSync(join(dir, output), { recursive: true, force: true });
}

/** Runs a line of shell in a world. */
export function run(
  dir: string,
  command: string,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-o', 'pipefail', '-c', command], {
      cwd: dir,
      env: {
        ...process.env,
        PATH: `${join(dir, 'bin')}:${process.env.PATH}`,
        HOME: join(dir, 'home'),
        NODE_EXTRA_CA_CERTS: undefined,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
}
