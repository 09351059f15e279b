// Distances as u32 keys whose unsigned order is the order of the distances: of one row, or of four
// that share the loads of the query, with the same bits either way.
import { bitKey, bitKeys } from './bits';
import { byteKey, byteKeys } from './byte';
import { space } from './codes';
import { floatKey, floatKeys } from './float';
import { mixedKey, mixedKeys } from './mixed';
import { ByteDot, ByteL2, Hamming, MixedDot, MixedL2, NegatedDot, SignedDot, SquaredL2 } from './spaces';

@inline
function isBytes<S>(): bool {
  return idof<S>() == idof<ByteL2>() || idof<S>() == idof<ByteDot>() || idof<S>() == idof<SignedDot>();
}

/** Key of the distance between a query and a row, of which `bytes` are compared. */
export function key1<S>(query: usize, row: usize, bytes: usize): u32 {
  if (isBytes<S>()) return byteKey<S>(query, row, bytes);
  if (idof<S>() == idof<MixedL2>() || idof<S>() == idof<MixedDot>()) return mixedKey<S>(query, row, bytes);
  if (idof<S>() == idof<Hamming>()) return bitKey(query, row, bytes);
  return floatKey<S>(query, row, bytes);
}

@inline
export function key4<S>(query: usize, a: usize, b: usize, c: usize, d: usize, bytes: usize): v128 {
  if (isBytes<S>()) return byteKeys<S>(query, a, b, c, d, bytes);
  if (idof<S>() == idof<MixedL2>() || idof<S>() == idof<MixedDot>())
    return mixedKeys<S>(query, a, b, c, d, bytes);
  if (idof<S>() == idof<Hamming>()) return bitKeys(query, a, b, c, d, bytes);
  return floatKeys<S>(query, a, b, c, d, bytes);
}

/** key1 in the space of setCodes; for tests and single distances. */
export function keyBetween(query: usize, row: usize, bytes: usize): u32 {
  if (space == 0) return key1<SquaredL2>(query, row, bytes);
  if (space == 1) return key1<NegatedDot>(query, row, bytes);
  if (space == 2) return key1<ByteL2>(query, row, bytes);
  if (space == 3) return key1<ByteDot>(query, row, bytes);
  if (space == 4) return key1<MixedL2>(query, row, bytes);
  if (space == 5) return key1<MixedDot>(query, row, bytes);
  if (space == 6) return key1<Hamming>(query, row, bytes);
  return key1<SignedDot>(query, row, bytes);
}

@inline
function four<S>(query: usize, rows: usize, stride: usize, bytes: usize, out: usize): void {
  const b = rows + stride;
  const c = b + stride;
  v128.store(out, key4<S>(query, rows, b, c, c + stride, bytes));
}

/** key4 in the space of setCodes, of four rows `stride` bytes apart. */
export function keysBetween(query: usize, rows: usize, stride: usize, bytes: usize, out: usize): void {
  if (space == 0) four<SquaredL2>(query, rows, stride, bytes, out);
  else if (space == 1) four<NegatedDot>(query, rows, stride, bytes, out);
  else if (space == 2) four<ByteL2>(query, rows, stride, bytes, out);
  else if (space == 3) four<ByteDot>(query, rows, stride, bytes, out);
  else if (space == 4) four<MixedL2>(query, rows, stride, bytes, out);
  else if (space == 5) four<MixedDot>(query, rows, stride, bytes, out);
  else if (space == 6) four<Hamming>(query, rows, stride, bytes, out);
  else four<SignedDot>(query, rows, stride, bytes, out);
}
