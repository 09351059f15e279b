#!/usr/bin/env node
// Checks Node, then loads the bundled command line. CommonJS on purpose: it starts faster.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`shortlist: needs Node 20.19 or later, this is ${process.versions.node}\n`);
  process.exit(2);
}
for (const stream of [process.stdout, process.stderr]) {
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
const { main } = require('../dist/cli.cjs');
main(process.argv.slice(2), process).then((code) => {
  // What is still buffered for a slow pipe gets out first; an open stdin must not keep us.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
});
