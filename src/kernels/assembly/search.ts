import { space } from './codes';
import { descend, walk } from './graph';
import { ByteDot, ByteL2, Hamming, MixedDot, MixedL2, NegatedDot, SquaredL2 } from './spaces';

@inline
function search<S>(query: usize, breadth: u32): u32 {
  descend<S>(query, 0);
  return walk<S>(query, 0, breadth);
}

export function searchGraph(query: usize, breadth: u32): u32 {
  if (space == 0) return search<SquaredL2>(query, breadth);
  if (space == 1) return search<NegatedDot>(query, breadth);
  if (space == 2) return search<ByteL2>(query, breadth);
  if (space == 3) return search<ByteDot>(query, breadth);
  if (space == 4) return search<MixedL2>(query, breadth);
  if (space == 5) return search<MixedDot>(query, breadth);
  return search<Hamming>(query, breadth);
}
