// shortlist as its users have it. Indexes are built by the command line, queries answered by the public library in one
// process, in one call for all of them, as a user with a matrix of queries would. Argument: the folder that holds bin/ and dist/.
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

const opened = { index: undefined, queries: undefined, dim: 0, settings: {} };

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
    opened.dim = dim;
    opened.queries = Float32Array.from(data);
    opened.index = await openIndex(job.index);
    opened.index.warm();
  },

  set(settings) {
    opened.settings = { efSearch: settings.ef, gamma: settings.gamma, nprobe: settings.nprobe };
  },

  async search(count, k, ids) {
    const { index, queries, dim } = opened;
    const { docs } = index.nearest(queries.subarray(0, count * dim), { ...opened.settings, k });
    for (let i = 0; i < count * k; i++) ids[i] = index.row(docs[i]);
  },
});
