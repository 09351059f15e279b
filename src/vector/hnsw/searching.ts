import type { VectorSearching } from '../kind.js';
import { ColdHnswSearcher } from './cold.js';
import { graphDials } from './dials.js';
import { breadthOf, HnswSearcher } from './search.js';

export const hnswSearching: VectorSearching = {
  open: (part) => new HnswSearcher(part),
  openCold: (part) => new ColdHnswSearcher(part),
  dials: graphDials,
  filterPlans: ['walk', 'post'],
  describe: (settings) => {
    const { gamma } = settings;
    const adaptive = gamma === undefined ? '' : `gamma ${gamma}, `;
    return `hnsw, ${adaptive}efSearch ${breadthOf(settings)}`;
  },
};
