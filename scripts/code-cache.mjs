// Leaves beside dist/query.cjs what V8 compiles of it for one query, so that a start on this very version of Node need not
// compile it again (half of its time). bin/shortlist.js takes it where it fits, and V8 checks it; else nothing changes.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const self = fileURLToPath(import.meta.url);
const require = createRequire(import.meta.url);

/** Makes the cache. @param dist a folder that is built but for this */
export function cacheCode(dist) {
  for (const file of readdirSync(dist)) if (file.endsWith('.cache')) rmSync(join(dist, file));
  const folder = mkdtempSync(join(tmpdir(), 'shortlist-cache-'));
  try {
    // Words in more than 128 of them have lists as large collections do.
    const lines = Array.from({ length: 400 }, (_, i) => ({
      _id: `d${i}`,
      title: `number ${i}`,
      text: `some words ${i % 7}${i % 3 === 0 ? ' more words' : ''}`,
    }));
    const withVectors = lines.map((line, i) => ({ ...line, emb: [i, i % 5, 1, 0] }));
    const vector = Buffer.alloc(20);
    vector.writeInt32LE(4);
    vector.writeFloatLE(7, 4);
    writeFileSync(join(folder, 'query.fvecs'), vector);
    // A process of its own: what it compiles is what a query compiles.
    const run = (args) => {
      const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
    };
    const program = join(dist, '../bin/shortlist.js');
    const uses = { text: [lines], vector: [withVectors, '--vector', 'emb', '--metric', 'l2'] };
    for (const [use, [records, ...options]] of Object.entries(uses)) {
      const file = join(folder, `${use}.jsonl`);
      writeFileSync(file, `${records.map((record) => JSON.stringify(record)).join('\n')}\n`);
      const index = join(folder, `${use}.index`);
      run([program, 'build', file, '-o', index, ...options, '--quiet']);
      run([self, dist, index, use]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function fill(dist, index, use) {
  const { bundle, cacheOf } = require('../bin/shortlist.js');
  const program = 'query.cjs';
  const { script, exports } = bundle(program);
  const nothing = { write: () => true, once() {}, on() {}, isTTY: false, columns: 80 };
  let said = '';
  const stderr = {
    ...nothing,
    write(text) {
      said += text;
      return true;
    },
  };
  const io = { env: { NO_COLOR: '1' }, stdin: nothing, stdout: nothing, stderr };
  const file = join(index, '../query.fvecs');
  const queries = {
    text: [['words number'], ['words number 3', '--explain'], ['number', '--json']],
    vector: [
      ['--vector-file', file],
      ['--vector-file', file, '--explain'],
      ['--vector-file', file, '--json'],
      ['--branches', 'emb', '--like', 'd3'],
    ],
  };
  for (const query of queries[use]) {
    const code = await exports.main(['query', index, ...query], io);
    if (code !== 0) throw new Error(`query ${query.join(' ')}: ${said}`);
  }
  writeFileSync(cacheOf(join(dist, program), use), script.createCachedData());
}

if (process.argv[1] === self) await fill(...process.argv.slice(2));
