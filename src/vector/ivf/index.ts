/**
 * ivf: an inverted file of k-means lists (Sivic & Zisserman, 2003; Jégou et al., 2011).
 *
 * Maps every vector to the list of its nearest centroid, rows of a list one behind the other; a
 * search scans the nprobe lists whose centroids are nearest to the query. Memory is read in
 * sequence. Under cosine, centroids are of length 1; under ip, lists are by distance and chosen by
 * inner product with the centroid.
 */
import type { VectorImplementation } from '../kind.js';
import { buildIvf } from './build.js';
import { checkIvf } from './check.js';
import { listDials } from './dials.js';
import { IvfSearcher } from './search.js';

export const ivf: VectorImplementation = {
  build: buildIvf,
  open: (part) => new IvfSearcher(part),
  check: checkIvf,
  dials: listDials,
  describe: ({ nprobe, probeFade }) =>
    `ivf, nprobe ${nprobe ?? '2 times the square root of nlist'}${probeFade > 0 ? `, probeFade ${probeFade}` : ''}`,
};
