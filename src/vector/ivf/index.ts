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
import { ivfSearching } from './searching.js';

export const ivf: VectorImplementation = {
  ...ivfSearching,
  build: buildIvf,
  check: checkIvf,
};
