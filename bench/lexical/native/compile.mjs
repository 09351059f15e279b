// Compiles the drivers of Lucene, Xapian and SQLite into the cache folder.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cachePath, digest, once } from '../../vectors/lib/cache.mjs';
import { Absent, compile, packaged } from '../../vectors/native/compile.mjs';

const JARS = process.env.LUCENE_JARS ?? '/usr/share/java';
/** Lucene's parts that the driver needs. */
const PARTS = ['lucene-core', 'lucene-analyzers-common'];

const source = (name) => join(import.meta.dirname, name);

function tried(command, args, missing) {
  const done = spawnSync(command, args, { encoding: 'utf8' });
  if (done.status === 0) return done.stdout || done.stderr;
  const complaint = done.stderr?.split('\n').find((line) => /error/.test(line));
  throw new Absent(done.error === undefined && complaint !== undefined ? complaint : missing);
}

/** @returns the command, and what to say about it. @throws Absent */
export async function luceneDriver() {
  const files = existsSync(JARS) ? readdirSync(JARS) : [];
  const jars = PARTS.map((part) => files.find((file) => new RegExp(`^${part}-[\\d.]+\\.jar$`).test(file)));
  if (jars.includes(undefined)) throw new Absent('no Lucene jars (Debian: liblucene8-java; or LUCENE_JARS)');
  const classPath = jars.map((jar) => join(JARS, jar)).join(':');
  const about = tried('java', ['-version'], 'no java (Debian: default-jdk-headless)').split('\n')[0];
  const file = source('LuceneDriver.java');
  const classes = cachePath('native', `lucene-${digest(readFileSync(file), classPath, about)}`);
  await once(classes, false, () => {
    mkdirSync(classes, { recursive: true });
    tried('javac', ['-cp', classPath, '-d', classes, file], 'no javac (Debian: default-jdk-headless)');
    return {};
  });
  return {
    command: ['java', '-Xmx4g', '-XX:+UseSerialGC', '-cp', `${classPath}:${classes}`, 'LuceneDriver'],
    about,
  };
}

const HEADERS = [source('text.hpp'), source('../../vectors/native/protocol.hpp')];

async function native(name, library, debian) {
  const missing = `no ${library} (Debian: ${debian})`;
  const { binary, compiled } = await compile(
    name,
    [],
    [`-l${library}`],
    missing,
    source(`${name}.cpp`),
    HEADERS,
  );
  return { command: [binary], about: `Debian ${packaged(debian) ?? 'none'}; ${compiled}` };
}

/** @throws Absent */
export const xapianDriver = () => native('xapian', 'xapian', 'libxapian-dev');
/** @throws Absent */
export const sqliteDriver = () => native('sqlite', 'sqlite3', 'libsqlite3-dev');
