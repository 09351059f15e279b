import type { Structure } from '../branch/index.js';
import { TEXT_BRANCH } from '../schema/index.js';
import { checkText } from './check.js';
import { PART } from './layout.js';
import { TextBranch } from './text-branch.js';
import { TextWriter } from './writer.js';

/** The inverted index as the index room sees it. All text fields make up one part. */
export const textStructure: Structure = {
  kind: 'text',
  names: (schema) => (schema.text.length > 0 ? [TEXT_BRANCH] : []),
  writer: (_name, schema, environment) => new TextWriter(schema, environment),
  branch: (_name, schema, segments) => new TextBranch(schema, segments),
  check: (_name, schema, segment) => checkText(segment, schema.text.length),
  part: () => PART,
};
