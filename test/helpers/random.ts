/** A small seeded generator (linear congruential, 32 bits) of numbers from 0 up to 1, for repeatable tests. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
