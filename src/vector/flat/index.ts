/**
 * flat: the rows alone. Exact, nothing to build, O(vectors · dim) a query.
 */
import type { VectorImplementation } from '../kind.js';
import { Pace } from '../pace.js';
import { VectorRows } from '../rows.js';

export const flat: VectorImplementation = {
  async build({ field, part, rows, environment }, out) {
    const pace = new Pace((done) => environment.progress(`${field.name}: flat`, done, rows.count));
    await rows.writeTo(out, part, undefined, 0, pace);
    return {};
  },

  open(part) {
    const rows = new VectorRows(part);
    rows.load();
    return { rows, search: (query, { depth }) => rows.exact(query, depth) };
  },

  check() {},

  describe: () => 'flat: every vector compared',
};
