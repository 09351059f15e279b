/**
 * flat: the rows alone. Exact, nothing to build, O(vectors · dim) a query.
 */
import type { VectorImplementation } from '../kind.js';
import { VectorRows } from '../rows.js';

export const flat: VectorImplementation = {
  async build({ part, rows }, out) {
    const sink = out.begin(`${part}/rows`, 'f32', [rows.count, rows.floats]);
    rows.copyTo(sink);
    sink.end();
    return {};
  },

  open(part) {
    const rows = new VectorRows(part);
    return { rows, search: (query, depth) => rows.exact(query, depth) };
  },

  check() {},

  describe: () => 'flat: every vector compared',
};
