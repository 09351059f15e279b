import { beam } from './beam';
import { space } from './codes';
import { descendTable, topLevel } from './descent';
import { descend, pool } from './graph';
import { ByteDot, ByteL2, Hamming, MixedDot, MixedL2, NegatedDot, SquaredL2 } from './spaces';

@inline
function search<S>(query: usize, breadth: u32, depth: u32, factor: f64): u32 {
  if (topLevel >= 0) store<u64>(pool, descendTable<S>(query));
  else descend<S>(query, 0);
  return beam<S>(query, breadth, depth, factor);
}

export function searchGraph(query: usize, breadth: u32, depth: u32, factor: f64): u32 {
  if (space == 0) return search<SquaredL2>(query, breadth, depth, factor);
  if (space == 1) return search<NegatedDot>(query, breadth, depth, factor);
  if (space == 2) return search<ByteL2>(query, breadth, depth, factor);
  if (space == 3) return search<ByteDot>(query, breadth, depth, factor);
  if (space == 4) return search<MixedL2>(query, breadth, depth, factor);
  if (space == 5) return search<MixedDot>(query, breadth, depth, factor);
  return search<Hamming>(query, breadth, depth, factor);
}
