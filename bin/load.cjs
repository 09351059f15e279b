// Loads a bundle of dist/ by the code that V8 compiled of it before (scripts/code-cache.mjs, in a checkout), where that was
// on this version of Node; V8 rejects rubbish and other versions, and compiles as ever. A bundle that changed is not
// noticed where it is as long as before: a build removes compiled code before it writes any bundle.
const { readFileSync } = require('node:fs');
const { createRequire, wrap } = require('node:module');
const { dirname } = require('node:path');
const { Script } = require('node:vm');

/**
 * Where the code of a bundle is for this Node.
 * @param use what it was run for: code of more than that would take longer to read
 */
function cacheOf(file, use) {
  return `${file}.${use}-${process.version}-${process.platform}-${process.arch}.cache`;
}

/** @param cachedData absent: it is compiled */
function bundle(filename, cachedData) {
  // Bundles are ASCII.
  const script = new Script(wrap(readFileSync(filename, 'latin1')), { filename, cachedData });
  const module = { exports: {} };
  const run = script.runInThisContext();
  run.call(module.exports, module.exports, createRequire(filename), module, filename, dirname(filename));
  return { script, exports: module.exports };
}

function load(file, use) {
  let cachedData;
  try {
    cachedData = readFileSync(cacheOf(file, use));
  } catch {
    // Node 22 and later keep such code themselves, in the folder for temporary files.
    require('node:module').enableCompileCache?.();
    return require(file);
  }
  return bundle(file, cachedData).exports;
}

module.exports = { bundle, cacheOf, load };
