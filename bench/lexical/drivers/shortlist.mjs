// shortlist as its users have it: built by the command line with one thread, queries answered one by one by the public
// library in one process. Argument: the folder that holds bin/ and dist/.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { serve } from './serve.mjs';

const HOOK = fileURLToPath(new URL('../../vectors/drivers/usage-hook.cjs', import.meta.url));
const home = process.argv[2];
const cli = join(home, 'bin/shortlist.js');
const { openIndex, VERSION } = await import(pathToFileURL(join(home, 'dist/index.js')).href);
// The tokens are cut already.
const FLAGS = ['--text', 'text', '--lang', 'none', '--no-store', '--threads', '1', '--quiet'];

let index;

serve({
  version: VERSION,

  async build(job) {
    rmSync(job.index, { recursive: true, force: true });
    const child = spawn(
      process.execPath,
      ['--require', HOOK, cli, 'build', job.records, '-o', job.index, ...FLAGS],
      { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] },
    );
    const closed = new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
    const [complaint, usage] = await Promise.all([text(child.stderr), text(child.stdio[3])]);
    if ((await closed) !== 0) throw new Error(`shortlist build: ${complaint.trim()}`);
    const built = await openIndex(job.index);
    const { bytes } = built.info();
    built.close();
    return { ...JSON.parse(usage), parts: bytes };
  },

  async open(job) {
    index = await openIndex(job.index);
    index.warm();
  },

  prepare(mode, words) {
    const text = words.join(' ');
    return { text: mode === 'phrase' ? `"${text}"` : text, operator: mode === 'and' ? 'all' : 'any' };
  },

  async search({ text, operator }, k) {
    const { hits } = await index.search(text, { k, operator });
    return hits.map(({ doc }) => doc);
  },
});
