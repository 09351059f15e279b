#!/usr/bin/env node
// Checks Node, then loads the bundled command line. CommonJS on purpose: it starts faster.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`shortlist: needs Node 20.19 or later, this is ${process.versions.node}\n`);
  process.exit(2);
}

// Streams are made when they are written to, which a query does to one of them only: each takes 2 ms.
const made = new Map();
function guarded(name) {
  let stream = made.get(name);
  if (stream === undefined) {
    stream = process[name];
    made.set(name, stream);
    // A reader that goes away (`| head`) is a clean end.
    stream.on('error', (error) => {
      if (error.code === 'EPIPE') process.exit(0);
      // Synchronously: the other stream may be as stuck as this one.
      try {
        require('node:fs').writeSync(
          2,
          `shortlist: the output can't be written (${error.code}); make room, or send it elsewhere\n`,
        );
      } catch {}
      process.exit(5);
    });
  }
  return stream;
}
const io = {
  env: process.env,
  get stdin() {
    return process.stdin;
  },
  get stdout() {
    return guarded('stdout');
  },
  get stderr() {
    return guarded('stderr');
  },
};

const args = process.argv.slice(2);
// One query is over in milliseconds: it has a bundle of its own, without what builds, evaluates, answers batches and writes
// files. A text that looks like one of these options is answered all the same.
const batch = args.some((arg) =>
  /^--(?:queries|output|embed|embed-command|embed-cache)(?:=|$)|^-o|^(?:--format=)?(?:csv|parquet|ivecs|fvecs|npy)$/.test(
    arg,
  ),
);
// What a file of options asks for is not known before it is read.
const configured =
  args.some((arg) => /^--config(?:=|$)/.test(arg)) || require('node:fs').existsSync('shortlist.config.json');
const byVector = args.some((arg) => /^--(?:like|vector-file)(?:=|$)/.test(arg));
const { main } =
  args[0] === 'query' && !batch && !configured
    ? require('./load.cjs').load(require.resolve('../dist/query.cjs'), byVector ? 'vector' : 'text')
    : require('../dist/cli.cjs');
main(args, io).then(async (code) => {
  // What is still buffered for a slow pipe gets out first; an open stdin must not keep us.
  // Whoever stops us does not wait for that.
  if (code < 128)
    for (const stream of made.values()) await new Promise((resolve) => stream.write('', resolve));
  process.exit(code);
});
