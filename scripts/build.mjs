// Builds dist/: the kernels (wasm), the command line and the search thread (one CommonJS file each,
// for start-up), the library (one ES module) and its types. Runs on `npm ci` and `npm run build`.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { cacheCode } from './code-cache.mjs';
import { buildKernels } from './kernels.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const require = createRequire(import.meta.url);

/**
 * Packages that are needed late and seldom: each a file of its own, so that the command line does not parse them at
 * every start (10 ms).
 */
const SEPARATE = [
  'snowball-stemmers',
  'stopwords-iso',
  ...['greek', 'indian', 'indonesian', 'lithuanian', 'nepali', 'serbian'].map(
    (name) => `@orama/stemmers/${name}`,
  ),
];
/** Doors to packages that are late, too: each src/records/vendor/NAME.ts is a file of its own. */
const DOORS = readdirSync(join(root, 'src/records/vendor')).map((file) => basename(file, '.ts'));
const separate = {
  name: 'separate',
  setup(build) {
    const filter = new RegExp(`^(${SEPARATE.join('|')})$`);
    build.onResolve({ filter }, ({ path }) => ({ path: `./vendor/${path}.cjs`, external: true }));
    const door = new RegExp(`/vendor/(${DOORS.join('|')})\\.js$`);
    build.onResolve({ filter: door }, ({ path }) => ({
      path: `./vendor/${basename(path, '.js')}.cjs`,
      external: true,
    }));
  },
};

/**
 * The command line for `query` with one query: without what other commands and batches need. Parts are split by files, so
 * what several commands share has all that any of them uses of a file.
 */
const queryOnly = {
  name: 'query-only',
  setup(build) {
    build.onResolve({ filter: /^\.\/main\.js$|^\.\.\/batch\.js$/ }, ({ importer }) =>
      /\/src\/cli\//.test(importer) ? { path: './cli.cjs', external: true } : undefined,
    );
  },
};

/**
 * What one query may do without: branches that its index has not, or that are not asked for, and what only texts need. Their
 * code is made when it is first called for, which is what a require() of a module of ours does.
 */
const LATE = {
  'src/inverted/branches.ts': { './text-branch.js': ['TextBranch', 'src/inverted/text-branch.ts'] },
  'src/vector/branches.ts': { './branch.js': ['VectorBranch', 'src/vector/branch.ts'] },
  'src/sparse/branches.ts': { './branch.js': ['SparseBranch', 'src/sparse/branch.ts'] },
  // Where they are defined: of a room's door all would be made.
  'src/cli/snippet.ts': { '../inverted/index.js': ['highlight', 'src/inverted/highlight.ts'] },
  'src/cli/commands/query.ts': {
    '../../analysis/index.js': ['analyzerWarnings', 'src/analysis/make-spec.ts'],
  },
};
const late = {
  name: 'late',
  setup(build) {
    build.onResolve({ filter: /^\.\.?\// }, ({ path, importer }) => {
      const found = LATE[relative(root, importer).replaceAll('\\', '/')]?.[path];
      if (found === undefined) return undefined;
      const [name, file] = found;
      return { path: join(root, file), namespace: 'late', pluginData: name };
    });
    // A class is called with new, a function without.
    build.onLoad({ filter: /.*/, namespace: 'late' }, ({ path, pluginData: name }) => ({
      contents: `export function ${name}(...args) { const made = require('./${basename(path)}').${name}; return new.target ? new made(...args) : made(...args); }`,
      resolveDir: dirname(path),
    }));
  },
};

/** commander asks for what starts other programs, which we never do: 5 ms at every start until it is used. */
const withoutPrograms = {
  name: 'without-programs',
  setup(build) {
    build.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /\/commander\//.test(importer) ? { path: 'programs', namespace: 'programs' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'programs' }, () => ({
      contents: "module.exports = { spawn: (...args) => require('node:child_process').spawn(...args) };",
    }));
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  plugins: [separate, withoutPrograms],
};
const define = { 'import.meta.dirname': '__dirname' };
const commonjs = { ...common, format: 'cjs', define };

/**
 * The command line and its threads as CommonJS files that share what they have in common: a command loads what it runs.
 * esbuild splits ES modules only, so each file it splits off is turned to CommonJS behind it.
 */
async function buildSplit(entryPoints) {
  const result = await esbuild.build({
    ...common,
    format: 'esm',
    splitting: true,
    write: false,
    define,
    entryPoints,
    outdir: 'dist',
    chunkNames: 'part-[hash]',
    outExtension: { '.js': '.cjs' },
  });
  for (const { path, text } of result.outputFiles) {
    const { code } = await esbuild.transform(text, {
      format: 'cjs',
      platform: 'node',
      target: common.target,
      // import() would start the loader of ES modules, 5 ms, where require() does.
      supported: { 'dynamic-import': false },
      minifySyntax: true,
      minifyWhitespace: true,
    });
    writeFileSync(path, code);
  }
  return result;
}

/** Licences of what the bundles hold: bundling must not lose them. */
function writeLicences(metafiles) {
  const packages = new Set();
  for (const { inputs } of metafiles) {
    for (const input of Object.keys(inputs)) {
      const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(
        input.slice(input.lastIndexOf('node_modules/')),
      );
      if (match) packages.add(match[1]);
    }
  }
  let text = 'The files in this folder contain code of these packages, under their own licences.\n';
  for (const name of [...packages].sort()) {
    const folder = dirname(findManifest(name));
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    text += `\n--- ${name} ${version} (${license ?? 'see below'})\n\n`;
    if (file) text += `${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  }
  writeFileSync(join(dist, 'THIRD-PARTY-LICENCES.txt'), text);
}

function findManifest(name) {
  for (const base of require.resolve.paths(name)) {
    try {
      readFileSync(join(base, name, 'package.json'));
      return join(base, name, 'package.json');
    } catch {}
  }
  throw new Error(`package ${name} is not installed`);
}

mkdirSync(dist, { recursive: true });
// Compiled code goes first: V8 knows its source by the length alone, so that of an older bundle could pass for this one's.
for (const file of readdirSync(dist)) if (/^part-.*\.cjs$|\.cache$/.test(file)) rmSync(join(dist, file));
await buildKernels(dist);
const results = await Promise.all([
  ...SEPARATE.map((name) =>
    esbuild.build({
      ...common,
      plugins: [],
      format: 'cjs',
      stdin: { contents: `module.exports = require('${name}');`, resolveDir: root },
      outfile: `dist/vendor/${name}.cjs`,
    }),
  ),
  ...DOORS.map((name) =>
    esbuild.build({
      ...commonjs,
      plugins: [],
      charset: 'utf8',
      entryPoints: [`src/records/vendor/${name}.ts`],
      outfile: `dist/vendor/${name}.cjs`,
    }),
  ),
  buildSplit({
    cli: 'src/cli/index.ts',
    worker: 'src/recall/worker.ts',
    'build-worker': 'src/vector/team/worker.ts',
    'text-worker': 'src/inverted/team/worker.ts',
  }),
  // One file: to look for each of several takes longer than to read the whole.
  esbuild.build({
    ...commonjs,
    plugins: [...common.plugins, queryOnly, late],
    entryPoints: ['src/cli/main-query.ts'],
    outfile: 'dist/query.cjs',
    // One function, of which V8 has the code (bin/shortlist.js): a script that evaluates to it, and a module that exports it.
    banner: {
      js: '(typeof module==="object"?module:{}).exports=(function(exports,require,module,__filename,__dirname){',
    },
    footer: { js: '});' },
    supported: { 'dynamic-import': false },
  }),
  esbuild.build({
    ...common,
    format: 'esm',
    entryPoints: ['src/library.ts'],
    outfile: 'dist/index.js',
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
  }),
]);
writeLicences(results.map((result) => result.metafile));
rmSync(join(dist, 'types'), { recursive: true, force: true });
execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.types.json'], {
  cwd: root,
  stdio: 'inherit',
});

cacheCode(dist);
