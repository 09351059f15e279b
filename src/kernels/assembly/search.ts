import { metric } from './codes';
import { NegatedDot, SquaredL2 } from './distance';
import { descend, walk } from './graph';

export function searchGraph(query: usize, breadth: u32): u32 {
  if (metric == 0) {
    descend<SquaredL2>(query, 0);
    return walk<SquaredL2>(query, 0, breadth);
  }
  descend<NegatedDot>(query, 0);
  return walk<NegatedDot>(query, 0, breadth);
}
