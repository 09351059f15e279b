// `npm run demo`: builds indexes from the files in fixtures/, queries them and measures them, printing each command
// as you would type it. What it makes stands in demo/ and can be thrown away.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const articles = 'fixtures/articles';
const notes = 'fixtures/notes-zh';
const vectors = 'fixtures/vectors';

const steps = [
  [
    'English articles with vectors of their own, in one index',
    [
      [
        'build',
        articles,
        '--vectors',
        `emb=${articles}/vectors/base.fvecs,ids=${articles}/vectors/ids.txt`,
        '-o',
        'demo/articles.index',
      ],
      ['query', 'demo/articles.index', 'how do bees find their way home', '-k', '3'],
      [
        'eval',
        'demo/articles.index',
        '--queries',
        `${articles}/queries.jsonl`,
        '--vectors',
        `emb=${articles}/vectors/query.fvecs,ids=${articles}/vectors/query_ids.txt`,
        '--qrels',
        `${articles}/qrels/test.tsv`,
        '--each-branch',
        '--fusion',
        'rrf',
        '--fusion',
        'minmax',
        '-m',
        'nDCG@10',
        '-m',
        'AP',
        '-m',
        'R@100',
      ],
    ],
  ],
  [
    'Chinese notes',
    [
      ['build', notes, '--lang', 'zh', '-o', 'demo/notes.index'],
      ['query', 'demo/notes.index', '怎么泡茶', '-k', '3'],
      [
        'eval',
        'demo/notes.index',
        '--queries',
        `${notes}/queries.jsonl`,
        '--qrels',
        `${notes}/qrels/test.tsv`,
        '-m',
        'nDCG@10',
        '-m',
        'RR',
      ],
    ],
  ],
  [
    'Vectors alone',
    [
      [
        'build',
        `${vectors}/base.bvecs`,
        '--metric',
        'l2',
        '--vector-index',
        'hnsw:M=16,efConstruction=200',
        '-o',
        'demo/vectors.index',
      ],
      [
        'eval',
        'demo/vectors.index',
        '--queries',
        `${vectors}/query.bvecs`,
        '--truth',
        `${vectors}/gt.ivecs`,
        '-m',
        'recall@10',
        '--ef-search',
        '64',
        '--assert',
        'recall@10>=0.95',
      ],
      ['check', 'demo/vectors.index'],
    ],
  ],
];

rmSync(`${root}/demo`, { recursive: true, force: true });
for (const [title, commands] of steps) {
  console.log(`\n== ${title}`);
  for (const args of commands) {
    const shown = args.map((arg) => (/[\s>]/.test(arg) ? `'${arg}'` : arg)).join(' ');
    console.log(`\n$ npx shortlist ${shown}`);
    const { status } = spawnSync(process.execPath, ['bin/shortlist.js', ...args], {
      cwd: root,
      stdio: 'inherit',
    });
    if (status !== 0) {
      console.error(`\nthe demo failed: exit code ${status}`);
      process.exit(1);
    }
  }
}
