import type { VectorSearching } from '../kind.js';
import { listDials } from './dials.js';
import { IvfSearcher } from './search.js';

export const ivfSearching: VectorSearching = {
  open: (part) => new IvfSearcher(part),
  dials: listDials,
  filterPlans: ['lists'],
  describe: ({ nprobe, probeFade }) =>
    `ivf, nprobe ${nprobe ?? '2 times the square root of nlist'}${probeFade > 0 ? `, probeFade ${probeFade}` : ''}`,
};
