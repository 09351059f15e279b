/**
 * A well-mixed u32 of a seed and a counter: the finaliser of MurmurHash3 (Appleby, public domain)
 * twice. Whole-number arithmetic only, so it is the same on every machine, and any element can be
 * had without those before it.
 */
export function hash32(seed: number, counter: number): number {
  return mix(mix(seed) + Math.imul(counter, 0x9e3779b1));
}

/** From 0 to below 1, in steps of 2^-32. */
export function uniform(seed: number, counter: number): number {
  return hash32(seed, counter) / 2 ** 32;
}

function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
