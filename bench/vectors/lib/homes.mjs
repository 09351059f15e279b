// Which shortlist is raced: a copy of the checkout's dist/ as it is now, so that a rebuild during a race changes
// nothing, or one built from a commit.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cachePath, digestFolder, once } from './cache.mjs';

export const ROOT = resolve(import.meta.dirname, '../../..');

const git = (...args) =>
  execFileSync('git', ['-C', ROOT, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();

/** The checkout's commit, and whether its sources differ from it. */
export function checkout() {
  try {
    return {
      commit: git('rev-parse', '--short=12', 'HEAD'),
      changed: git('status', '--porcelain', '--', 'src') !== '',
    };
  } catch {
    return { commit: 'unknown', changed: false };
  }
}

/**
 * @param revision a commit, or undefined for dist/ as it is
 * @returns folder with bin/ and dist/, a digest of what is in dist/, and words for the report
 */
export async function shortlistHome(revision) {
  return revision === undefined ? snapshot() : fromCommit(revision);
}

async function snapshot() {
  const dist = join(ROOT, 'dist');
  if (!existsSync(join(dist, 'index.js')))
    throw new Error('dist/ is not built; run npm run build at the root first');
  const id = digestFolder(dist);
  const home = cachePath('shortlist', id);
  await once(home, false, () => {
    for (const part of ['bin', 'dist', 'package.json'])
      cpSync(join(ROOT, part), join(home, part), { recursive: true });
    return {};
  });
  const { commit, changed } = checkout();
  return { home, id, about: `dist/ ${id}, checkout at ${commit}${changed ? ' with changed sources' : ''}` };
}

/** Builds a commit with the packages that are installed now. */
async function fromCommit(revision) {
  const commit = git('rev-parse', '--short=12', `${revision}^{commit}`);
  const home = cachePath('commits', commit);
  await once(home, false, () => {
    mkdirSync(home, { recursive: true });
    const archive = execFileSync('git', ['-C', ROOT, 'archive', commit], { maxBuffer: 1 << 30 });
    execFileSync('tar', ['-x', '-C', home], { input: archive });
    symlinkSync(join(ROOT, 'node_modules'), join(home, 'node_modules'));
    execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: home, stdio: 'pipe' });
    return {};
  });
  return { home, id: digestFolder(join(home, 'dist')), about: `built from commit ${commit}` };
}
