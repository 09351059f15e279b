// node bench/vectors/target.mjs [SET…]
// Builds each set with --target-recall 0.95 by several index specs and prints the recall@10 that its own queries find at targets
// of 0.90, 0.95 and 0.99, with the settings that were chosen and the wall time that measuring took of a build with one thread.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareSet } from './lib/data.mjs';

const BIN = fileURLToPath(new URL('../../bin/shortlist.js', import.meta.url));
const SPECS = ['hnsw', 'ivf', 'ivf+rabitq'];
const TARGETS = [0.9, 0.95, 0.99];

function shortlist(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args, '--json'], {
    maxBuffer: 2 ** 28,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`shortlist ${args.join(' ')}: exit ${status}\n${stderr}`);
  return JSON.parse(stdout);
}

function build(set, spec, output, flags) {
  const args = [
    'build',
    set.given.base,
    '-o',
    output,
    '--force',
    '--metric',
    set.metric,
    '--vector-index',
    spec,
  ];
  return shortlist([...args, '--threads', '1', '-q', ...flags]);
}

const sets =
  process.argv.length > 2 ? process.argv.slice(2) : ['sift-128-200k', 'fashion-mnist-784', 'glove-100'];
const folder = mkdtempSync(join(tmpdir(), 'shortlist-target-'));
try {
  process.stdout.write(
    '| set | index | target | recall@10 | settings | measuring |\n|---|---|---|---|---|---|\n',
  );
  for (const name of sets) {
    const set = await prepareSet(name);
    const truth = join(dirname(set.given.query), 'gt.ivecs');
    for (const spec of SPECS) {
      const output = join(folder, 'index');
      const plain = build(set, spec, output, []);
      const aimed = build(set, spec, output, ['--target-recall', '0.95']);
      const cost = `${(aimed.seconds - plain.seconds).toFixed(1)} s of ${aimed.seconds.toFixed(1)}`;
      for (const target of TARGETS) {
        const given = ['--queries', set.given.query, '--truth', truth, '-m', 'recall@10', '-q'];
        const report = shortlist(['eval', output, ...given, '--target-recall', String(target)]);
        const how = report.conditions.settings[0].replace(/^[^,]*, /, '').replace(/ for a recall.*/, '');
        const found = report.measures['recall@10'].toFixed(4);
        process.stdout.write(`| ${set.name} | ${spec} | ${target} | ${found} | ${how} | ${cost} |\n`);
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
