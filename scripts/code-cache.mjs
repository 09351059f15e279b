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

/** What is asked for each use: what queries run, and nothing that takes room in vain. */
const QUERIES = {
  text: (folder) => {
    const index = join(folder, 'text');
    return [
      [index, 'words number'],
      [index, 'words virtual number 3', '--explain'],
      [index, 'relational machine', '--json'],
    ];
  },
  vector: (folder) => {
    const asked = ['--vector-file', join(folder, 'query.fvecs')];
    return [
      [join(folder, 'floats'), ...asked],
      [join(folder, 'bytes'), ...asked, '--explain'],
      [join(folder, 'bytes'), ...asked, '--json'],
      [join(folder, 'bytes'), '--branches', 'emb', '--like', 'd3'],
    ];
  },
};

/** Makes the cache. @param dist a folder that is built but for this */
export function cacheCode(dist) {
  for (const file of readdirSync(dist)) if (file.endsWith('.cache')) rmSync(join(dist, file));
  const folder = mkdtempSync(join(tmpdir(), 'shortlist-cache-'));
  try {
    // Words in more than 128 of them have lists as large collections do; endings are what a stemmer looks for.
    const endings = ['created', 'relational', 'happily', 'feeding', 'years', 'generously', 'business'];
    const lines = Array.from({ length: 1200 }, (_, i) => ({
      _id: `d${i}`,
      title: `number ${i}`,
      text: `some words ${i % 7}${i % 3 === 0 ? ' more words' : ''}${i % 5 === 0 ? ' virtual machines' : ''} ${endings[i % 11] ?? ''}`,
    }));
    // Without text: what asks by a vector needs nothing of it.
    const withVectors = lines.map(({ _id }, i) => ({ _id, emb: [i / 8, i % 5, 1, 0] }));
    const withBytes = lines.map(({ _id }, i) => ({ _id, emb: [i % 250, i % 7, 1, i % 11] }));
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
    const byVector = ['--vector', 'emb', '--metric', 'l2'];
    const made = {
      text: [lines, '--lang', 'en'],
      floats: [withVectors, ...byVector],
      bytes: [withBytes, ...byVector],
    };
    for (const [name, [records, ...options]] of Object.entries(made)) {
      const file = join(folder, `${name}.jsonl`);
      writeFileSync(file, `${records.map((record) => JSON.stringify(record)).join('\n')}\n`);
      run([program, 'build', file, '-o', join(folder, name), ...options, '--quiet']);
    }
    for (const use of Object.keys(QUERIES)) run([self, dist, folder, use]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function fill(dist, folder, use) {
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
  for (const query of QUERIES[use](folder)) {
    const code = await exports.main(['query', ...query], io);
    if (code !== 0) throw new Error(`query ${query.join(' ')}: ${said}`);
  }
  writeFileSync(cacheOf(join(dist, program), use), script.createCachedData());
}

if (process.argv[1] === self) await fill(...process.argv.slice(2));
