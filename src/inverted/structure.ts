import type { Structure } from '../branch/index.js';
import { textBranches } from './branches.js';
import { checkText } from './check.js';
import { PART } from './layout.js';
import { TextWriter } from './writer.js';

/** The inverted index as the index room sees it. All text fields make up one part. */
export const textStructure: Structure = {
  ...textBranches,
  kind: 'text',
  writer: (_name, schema, environment) => new TextWriter(schema, environment),
  check: (_name, schema, segment) => checkText(segment, schema.text.length, schema.positions),
  part: () => PART,
};
