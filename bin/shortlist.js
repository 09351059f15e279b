#!/usr/bin/env node
// Checks Node, then loads the bundled command line. CommonJS on purpose: it starts faster. One file, which requires as few
// modules as it can: each takes a part of a millisecond, and a query is over in ten of them.
const { readFileSync, existsSync, fstatSync, writeSync } = require('node:fs');

const DIST = `${__dirname}/../dist/`;

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`shortlist: needs Node 20.19 or later, this is ${process.versions.node}\n`);
  process.exit(2);
}

/** A reader that goes away (`| head`) is a clean end. */
function cannotWrite(error) {
  if (error.code === 'EPIPE') process.exit(0);
  // Synchronously: the other stream may be as stuck as this one.
  try {
    writeSync(2, `shortlist: the output can't be written (${error.code}); make room, or send it elsewhere\n`);
  } catch {}
  process.exit(5);
}

// Streams are made when they are written to, which a query does to one of them only: each takes 2 ms.
const made = new Map();
function guarded(name) {
  let stream = made.get(name);
  if (stream === undefined) {
    stream = process[name];
    made.set(name, stream);
    stream.on('error', cannotWrite);
  }
  return stream;
}

/** What a pipe takes at once: a reader that is slower does not keep us from hearing a signal. */
const AT_ONCE = 16384;

/**
 * Standard output of one query. Node's streams take 5 ms to load: what is little goes straight into a file or a pipe, and
 * the stream is made where there is more, or for a terminal.
 */
class Output {
  constructor() {
    this.room = isPlain(1) ? AT_ONCE : 0;
  }
  get isTTY() {
    return this.room === 0 && guarded('stdout').isTTY;
  }
  get columns() {
    return this.room === 0 ? guarded('stdout').columns : undefined;
  }
  write(text) {
    let bytes = typeof text === 'string' ? Buffer.from(text) : text;
    this.room = Math.max(0, this.room - bytes.length);
    while (this.room > 0 && bytes.length > 0) {
      try {
        bytes = bytes.subarray(writeSync(1, bytes));
      } catch (error) {
        if (error.code !== 'EAGAIN') cannotWrite(error);
        this.room = 0;
      }
    }
    return bytes.length === 0 || guarded('stdout').write(bytes);
  }
  once(...args) {
    guarded('stdout').once(...args);
  }
  off(...args) {
    guarded('stdout').off(...args);
  }
}

/** A file, a pipe (which is a socket to a program that runs us) or /dev/null: no terminal. */
function isPlain(fd) {
  try {
    const stat = fstatSync(fd);
    const isMemory = process.platform === 'linux' && stat.isCharacterDevice() && stat.rdev >> 8 === 1;
    return stat.isFile() || stat.isFIFO() || stat.isSocket() || isMemory;
  } catch {
    return false;
  }
}

/**
 * Where the code is that V8 compiled of a bundle before (scripts/code-cache.mjs, in a checkout), for this Node.
 * @param use what it was run for: code of more than that would take longer to read
 */
function cacheOf(file, use) {
  return `${file}.${use}-${process.version}-${process.platform}-${process.arch}.cache`;
}

/**
 * Evaluates a bundle of dist/ that is one function of what modules see. V8 rejects compiled code that is rubbish or of another
 * version, and compiles as ever. A bundle that changed is not noticed where it is as long as before: a build removes compiled
 * code before it writes any bundle.
 * @param cachedData absent: it is compiled
 */
function bundle(name, cachedData) {
  const { Script } = require('node:vm');
  const filename = DIST + name;
  // Bundles are ASCII.
  const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData });
  return { script, exports: exportsOf(script.runInThisContext(), filename) };
}

function exportsOf(body, filename) {
  const module = { exports: {} };
  const load = (id) => require(id.startsWith('./') ? DIST + id.slice(2) : id);
  body.call(module.exports, module.exports, load, module, filename, DIST);
  return module.exports;
}

function load(name, use) {
  let cachedData;
  try {
    cachedData = readFileSync(cacheOf(DIST + name, use));
  } catch {
    // Node 22 and later keep such code themselves, in the folder for temporary files.
    require('node:module').enableCompileCache?.();
    return exportsOf(require(DIST + name), DIST + name);
  }
  return bundle(name, cachedData).exports;
}

function run(args) {
  // One query is over in milliseconds: it has a bundle of its own, without what builds, evaluates, answers batches and writes
  // files. A text that looks like one of these options is answered all the same.
  const batch = args.some((arg) =>
    /^--(?:queries|output|embed|embed-command|embed-cache)(?:=|$)|^-o|^(?:--format=)?(?:csv|parquet|ivecs|fvecs|npy)$/.test(
      arg,
    ),
  );
  // What a file of options asks for is not known before it is read.
  const configured = args.some((arg) => /^--config(?:=|$)/.test(arg)) || existsSync('shortlist.config.json');
  const byVector = args.some((arg) => /^--(?:like|vector-file)(?:=|$)/.test(arg));
  const one = args[0] === 'query' && !batch && !configured;
  const { main } = one ? load('query.cjs', byVector ? 'vector' : 'text') : require('../dist/cli.cjs');
  let output;
  const io = {
    env: process.env,
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      if (!one) return guarded('stdout');
      output ??= new Output();
      return output;
    },
    get stderr() {
      return guarded('stderr');
    },
  };
  main(args, io).then(async (code) => {
    // What is still buffered for a slow pipe gets out first; an open stdin must not keep us.
    // Whoever stops us does not wait for that.
    if (code < 128)
      for (const stream of made.values()) await new Promise((resolve) => stream.write('', resolve));
    process.exit(code);
  });
}

if (require.main === module) run(process.argv.slice(2));
else module.exports = { bundle, cacheOf };
