import { refineDials } from '../codes/index.js';
import { ColdExactSearcher, ExactSearcher } from '../exact/index.js';
import type { VectorSearching } from '../kind.js';
import { FlatCodeSearcher } from './search.js';

export const flatSearching: VectorSearching = {
  open(part) {
    if (part.field.spec.stages.length > 0) return new FlatCodeSearcher(part);
    return new ExactSearcher(part);
  },

  openCold(part) {
    if (part.field.spec.stages.length > 0) return new FlatCodeSearcher(part);
    return new ColdExactSearcher(part);
  },

  dials: refineDials,

  describe: () => 'flat: every vector compared',
};
