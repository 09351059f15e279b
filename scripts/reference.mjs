// `npm run reference`: writes docs/cli.md, the man page docs/shortlist.1 and docs/schemas/config.json from the tables of commands and options.
// With --check, as lint has it, says which of them is stale instead.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { outputFiles } = await esbuild.build({
  absWorkingDir: root,
  entryPoints: ['src/cli/reference/index.ts'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
});
const { configSchema, manPage, referencePage } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
);
const check = process.argv.includes('--check');
for (const [name, text] of [
  ['cli.md', referencePage()],
  ['shortlist.1', manPage()],
  ['schemas/config.json', configSchema()],
]) {
  const file = join(root, 'docs', name);
  if (!check) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`docs/${name} is not what the tables say: npm run reference`);
    process.exitCode = 1;
  }
}
