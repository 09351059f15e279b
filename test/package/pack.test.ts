import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { beforeAll, describe, expect, it } from 'vitest';
import { fixtures, scratch } from '../helpers/cli.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cwd = scratch();
const project = join(cwd, 'project');
/** Without what npm set for the run of the tests, and without any registry: the package must bring all it needs. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
const run = (command: string, args: string[], folder = project) =>
  execFileSync(command, args, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

interface Packed {
  filename: string;
  size: number;
  unpackedSize: number;
  files: { path: string }[];
}
let packed: Packed;

beforeAll(() => {
  const said = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', cwd], root),
  );
  packed = Array.isArray(said) ? said[0] : Object.values(said)[0];
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"name":"empty","private":true,"type":"module"}');
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(cwd, packed.filename)]);
});

describe('the package', () => {
  it('holds what is run, what is read, and nothing else', () => {
    const files = packed.files.map(({ path }) => path);
    for (const file of [
      ...['bin/shortlist.js', 'dist/cli.cjs', 'dist/query.cjs', 'dist/worker.cjs', 'dist/index.js'],
      ...[
        'dist/build-worker.cjs',
        'dist/text-worker.cjs',
        'dist/bytes.wasm',
        'dist/kernels.wasm',
        'dist/types/library.d.ts',
        'dist/THIRD-PARTY-LICENCES.txt',
      ],
      ...['README.md', 'CHANGELOG.md', 'LICENSE', 'docs/format.md', 'docs/shortlist.1', 'package.json'],
    ])
      expect(files).toContain(file);
    expect(files.filter((path) => !/^(bin|dist|docs)\//.test(path)).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'package.json',
    ]);
    expect(files.filter((path) => /\.cache$|\.test\.|\.map$/.test(path))).toEqual([]);
    // Growth is to be noticed: a package that should be loaded from elsewhere, a file that should not be in it.
    expect(packed.size).toBeLessThan(3_000_000);
    expect(packed.unpackedSize).toBeLessThan(12_000_000);
  });

  it('is as publint wants it', async () => {
    const { messages, pkg } = await publint({
      pkgDir: join(project, 'node_modules/shortlist'),
      strict: true,
    });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it('brings no other package', () => {
    const { dependencies } = JSON.parse(run('npm', ['ls', '--all', '--json'])) as {
      dependencies: Record<string, { dependencies?: object }>;
    };
    expect(Object.keys(dependencies)).toEqual(['shortlist']);
    expect(dependencies.shortlist.dependencies).toBeUndefined();
  });

  it('works in an empty project: builds, answers, evaluates', () => {
    const npx = (...args: string[]) => run('npx', ['--no-install', 'shortlist', ...args]);
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(npx('--version')).toContain(`shortlist ${version} `);
    const articles = `${fixtures}articles`;
    const vectors = (name: string, ids: string) =>
      `emb=${articles}/vectors/${name}.fvecs,ids=${articles}/vectors/${ids}.txt`;
    npx('build', articles, '--vectors', vectors('base', 'ids'), '-o', 'a.index', '--threads', '2');
    expect(npx('query', 'a.index', 'how do bees find their way home', '-k', '1')).toContain('bee-navigation');
    expect(
      npx('query', 'a.index', '--queries', `${articles}/queries.jsonl`, '--threads', '2', '--format', 'csv'),
    ).toMatch(/^query,rank,id,score\n/);
    const report = JSON.parse(
      npx(
        ...[
          'eval',
          'a.index',
          '--queries',
          `${articles}/queries.jsonl`,
          '--qrels',
          `${articles}/qrels/test.tsv`,
        ],
        ...['--vectors', vectors('query', 'query_ids'), '-m', 'nDCG@10', '--json'],
      ),
    );
    expect(report.measures['nDCG@10']).toBeGreaterThan(0.79);
    // Packages of the bundle that are files of their own.
    expect(npx('analyze', '--lang', 'de', 'Häuser')).toBe('haus\n');
    expect(npx('check', 'a.index', '--json')).toContain('"ok":true');
  });

  it('is a library with types', () => {
    writeFileSync(
      join(project, 'use.ts'),
      `import { buildIndex, openIndex } from 'shortlist';
       await buildIndex({ inputs: [${JSON.stringify(`${fixtures}articles`)}], output: 'lib.index' });
       const index = await openIndex('lib.index');
       const { hits } = await index.search('bees', { k: 1 });
       const id: string = hits[0].id;
       // @ts-expect-error a hit's rank is a number: types are there, and are not any.
       const wrong: string = hits[0].rank;
       console.log(id, typeof wrong);
       index.close();`,
    );
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const flags = [
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--strict',
      '--types',
      'node',
      '--skipLibCheck',
      'false',
    ];
    run(process.execPath, [tsc, ...flags, '--typeRoots', join(root, 'node_modules/@types'), 'use.ts']);
    expect(run(process.execPath, ['use.js'])).toBe('solitary-bees number\n');
  });
});
