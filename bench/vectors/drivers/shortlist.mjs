// shortlist as its users have it. Indexes are built by the command line, queries answered by the public library in one
// process, one search call a query. Argument: the folder that holds bin/ and dist/.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readVecs } from '../lib/vecs.mjs';
import { serve } from './serve.mjs';

const HOOK = fileURLToPath(new URL('usage-hook.cjs', import.meta.url));
const home = process.argv[2];
const cli = join(home, 'bin/shortlist.js');
const { openIndex, VERSION } = await import(pathToFileURL(join(home, 'dist/index.js')).href);

const opened = { index: undefined, queries: [], settings: {} };

serve({
  version: VERSION,

  async build(job) {
    rmSync(job.index, { recursive: true, force: true });
    const flags = ['--metric', job.metric, '--vector-index', job.spec, '--threads', String(job.threads)];
    const child = spawn(
      process.execPath,
      [
        '--require',
        HOOK,
        cli,
        'build',
        job.givenBase,
        '-o',
        job.index,
        ...flags,
        '--memory',
        '8GiB',
        '--quiet',
      ],
      { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] },
    );
    const closed = new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
    const [complaint, usage] = await Promise.all([text(child.stderr), text(child.stdio[3])]);
    if ((await closed) !== 0) throw new Error(`shortlist build: ${complaint.trim()}`);
    return JSON.parse(usage);
  },

  async open(job) {
    const { dim, data } = readVecs(job.givenQuery);
    const floats = Float32Array.from(data);
    opened.queries = Array.from({ length: job.queries }, (_, row) => ({
      vectors: { vector: floats.subarray(row * dim, (row + 1) * dim) },
    }));
    opened.index = await openIndex(job.index);
    opened.index.warm();
  },

  set({ ef, nprobe }) {
    opened.settings = { efSearch: ef, nprobe };
  },

  async search(count, k, ids) {
    const { index, queries } = opened;
    const settings = { ...opened.settings, k };
    for (let q = 0; q < count; q++) {
      const { hits } = await index.search(queries[q], settings);
      for (let i = 0; i < hits.length; i++) ids[q * k + i] = Number(hits[i].id);
    }
  },
});
