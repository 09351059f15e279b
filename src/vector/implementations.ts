import { flat } from './flat/index.js';
import { hnsw } from './hnsw/index.js';
import { ivf } from './ivf/index.js';
import type { VectorImplementation } from './kind.js';

/** By the kind of a resolved spec. */
export const implementations: Record<string, VectorImplementation> = { flat, ivf, hnsw };
