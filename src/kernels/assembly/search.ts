import { beams } from './beam';
import { space } from './codes';
import { ByteDot, ByteL2, Hamming, MixedDot, MixedL2, NegatedDot, SignedDot, SquaredL2 } from './spaces';

export function searchGraphs(
  queries: usize,
  bytes: usize,
  count: u32,
  breadth: u32,
  depth: u32,
  factor: f64,
  pools: usize,
  sizes: usize,
): void {
  if (space == 0) beams<SquaredL2>(queries, bytes, count, breadth, depth, factor, pools, sizes);
  else if (space == 1) beams<NegatedDot>(queries, bytes, count, breadth, depth, factor, pools, sizes);
  else if (space == 2) beams<ByteL2>(queries, bytes, count, breadth, depth, factor, pools, sizes);
  else if (space == 3) beams<ByteDot>(queries, bytes, count, breadth, depth, factor, pools, sizes);
  else if (space == 4) beams<MixedL2>(queries, bytes, count, breadth, depth, factor, pools, sizes);
  else if (space == 5) beams<MixedDot>(queries, bytes, count, breadth, depth, factor, pools, sizes);
  else if (space == 6) beams<Hamming>(queries, bytes, count, breadth, depth, factor, pools, sizes);
  else beams<SignedDot>(queries, bytes, count, breadth, depth, factor, pools, sizes);
}
