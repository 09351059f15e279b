// Compiles the C++ drivers into the cache folder, optimised for this machine.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, cachePath, digest, once } from '../lib/cache.mjs';

const FLAGS = ['-std=c++17', '-O3', '-march=native'];
const compiler = process.env.CXX ?? 'g++';
const source = (name) => join(import.meta.dirname, name);
/** Headers that a driver includes, for the cache to know when they change. */
const HEADERS = [source('protocol.hpp')];

/** Why an engine can't take part: said in the report, never fatal. */
export class Absent extends Error {}

function compilerVersion() {
  const tried = spawnSync(compiler, ['--version'], { encoding: 'utf8' });
  if (tried.status !== 0) throw new Absent(`no C++ compiler (${compiler})`);
  return tried.stdout.split('\n')[0];
}

/**
 * @param file a source; one of ours by its name alone
 * @param missing what to say where headers or libraries are not there
 * @returns {binary, compiled}: the program, and by what @throws Absent
 */
export async function compile(
  name,
  flags,
  libraries,
  missing,
  file = source(`${name}.cpp`),
  headers = HEADERS,
) {
  const version = compilerVersion();
  const parts = [file, ...headers].map((path) => readFileSync(path));
  const inputs = libraries.filter((item) => existsSync(item)).map((item) => readFileSync(item));
  const binary = cachePath(
    'native',
    `${name}-${digest(version, ...flags, ...libraries, ...parts, ...inputs)}`,
  );
  const command = [compiler, ...FLAGS, ...flags, '-o', binary, file, ...libraries];
  await once(binary, false, () => {
    const done = spawnSync(command[0], command.slice(1), { encoding: 'utf8' });
    if (done.status !== 0) {
      const first = done.stderr.split('\n').find((line) => /error/.test(line)) ?? `${compiler} failed`;
      throw new Absent(/No such file|cannot find/.test(done.stderr) ? missing : first);
    }
    return {};
  });
  return {
    binary,
    compiled: `${version}, ${[...FLAGS, ...flags.filter((flag) => flag.startsWith('-f'))].join(' ')}`,
  };
}

/** Version of a Debian package, where there is one. */
export function packaged(name) {
  try {
    return execFileSync('dpkg-query', ['-W', `-f=\${Version}`, name], { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return undefined;
  }
}

/** @returns the program and what to say about it. @throws Absent */
export async function hnswlibDriver() {
  const made = await compile('hnswlib', [], [], 'no hnswlib headers (Debian: libhnswlib-dev)');
  return { ...made, about: `headers ${packaged('libhnswlib-dev') ?? 'found'}` };
}

/** Prefers the AVX2 build of native/build-faiss.sh to the system's library. @throws Absent */
export async function faissDriver() {
  const own = join(cacheFolder, 'faiss/prefix');
  const archive = join(own, 'lib/libfaiss_avx2.a');
  if (existsSync(archive)) {
    const made = await compile(
      'faiss',
      ['-fopenmp', `-I${join(own, 'include')}`],
      [archive, '-lopenblas'],
      'no OpenBLAS',
    );
    return { ...made, about: "Debian's source built with AVX2 and -march=native, OpenBLAS" };
  }
  const missing = 'no faiss (Debian: libfaiss-dev libopenblas-dev, or native/build-faiss.sh)';
  const made = await compile('faiss', ['-fopenmp'], ['-lfaiss', '-lopenblas'], missing);
  return {
    ...made,
    about: `Debian ${packaged('libfaiss-dev') ?? ''}, a generic build without AVX2: not a fair peer`,
  };
}
