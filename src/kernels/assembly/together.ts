// Scans of lists of bytes that several queries want, two queries at a time: they share what it takes to load
// and widen a row. Distances are |x|² + |q|² - 2 x·q, in whole numbers modulo 2^32: the keys of byte.ts, with
// nothing to subtract for each component.
import { sumLanes } from './byte';
import { codeAt, codeBytes, codeWidth, space } from './codes';
import { offerTo, worstKey } from './reservoir';
import { ByteDot, ByteL2, SignedDot } from './spaces';

/** A query: u32 sum of its squares, 12 bytes, i16[width]. */
const HEADER: usize = 16;

/** Eight components as 16-bit numbers. */
@inline
function eight<S>(at: usize): v128 {
  return idof<S>() == idof<SignedDot>() ? v128.load8x8_s(at) : v128.load8x8_u(at);
}

@inline
function dot(sum: v128, x: v128, q: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(x, q));
}

export function widenCode(code: usize, width: usize, out: usize): void {
  let sum = i32x4.splat(0);
  for (let i: usize = 0; i < width; i += 8) {
    const x = space == 7 ? v128.load8x8_s(code + i) : v128.load8x8_u(code + i);
    v128.store(out + 2 * i, x, HEADER);
    sum = dot(sum, x, x);
  }
  store<u32>(out, i32x4.extract_lane(sumLanes(sum, sum, sum, sum), 0));
}

export function squareCodes(from: u32, to: u32, out: usize): void {
  for (let position = from; position < to; position++, out += 4) {
    const code = codeAt(position);
    let sum = i32x4.splat(0);
    for (let i: usize = 0; i < codeWidth; i += 8) {
      const x = v128.load8x8_u(code + i);
      sum = dot(sum, x, x);
    }
    store<u32>(out, i32x4.extract_lane(sumLanes(sum, sum, sum, sum), 0));
  }
}

@inline
function toKeys<S>(products: v128, rowSquares: v128, querySquare: v128): v128 {
  if (idof<S>() != idof<ByteL2>()) return i32x4.sub(i32x4.splat(0x80000000), products);
  return i32x4.sub(i32x4.add(rowSquares, querySquare), i32x4.shl(products, 1));
}

function offerFour(reservoir: usize, keys: v128, good: i32, position: u32): void {
  if (good & 1) offerTo(reservoir, i32x4.extract_lane(keys, 0), position);
  if (good & 2) offerTo(reservoir, i32x4.extract_lane(keys, 1), position + 1);
  if (good & 4) offerTo(reservoir, i32x4.extract_lane(keys, 2), position + 2);
  if (good & 8) offerTo(reservoir, i32x4.extract_lane(keys, 3), position + 3);
}

/** Those of four keys that may belong, of rows that are there. */
@inline
function goodOf(reservoir: usize, keys: v128, there: i32): i32 {
  return i32x4.bitmask(i32x4.le_u(keys, i32x4.splat(worstKey(reservoir)))) & there;
}

/** Rows `from` to `to` for two queries. Behind the last row it is compared again, and not taken. */
@inline
function scanTwo<S>(p: usize, q: usize, from: u32, to: u32, squares: usize, forP: usize, forQ: usize): void {
  const squareP = v128.load32_splat(p);
  const squareQ = v128.load32_splat(q);
  const width = codeWidth;
  let row = codeAt(from);
  const last = codeAt(to - 1);
  for (let position = from; position < to; position += 4) {
    let a = row;
    let b = min(a + codeBytes, last);
    let c = min(b + codeBytes, last);
    let d = min(c + codeBytes, last);
    let u = p + HEADER;
    let v = q + HEADER;
    let pa = i32x4.splat(0);
    let pb = pa;
    let pc = pa;
    let pd = pa;
    let qa = pa;
    let qb = pa;
    let qc = pa;
    let qd = pa;
    // Eight components at a time: with sixteen the compiler runs out of registers.
    for (const end = a + width; a < end; ) {
      const x = v128.load(u);
      const y = v128.load(v);
      let z = eight<S>(a);
      pa = dot(pa, z, x);
      qa = dot(qa, z, y);
      z = eight<S>(b);
      pb = dot(pb, z, x);
      qb = dot(qb, z, y);
      z = eight<S>(c);
      pc = dot(pc, z, x);
      qc = dot(qc, z, y);
      z = eight<S>(d);
      pd = dot(pd, z, x);
      qd = dot(qd, z, y);
      a += 8;
      b += 8;
      c += 8;
      d += 8;
      u += 16;
      v += 16;
    }
    const there = position + 4 <= to ? 15 : (1 << (to - position)) - 1;
    const rowSquares = idof<S>() == idof<ByteL2>() ? v128.load(squares + ((position as usize) << 2)) : squareP;
    const keysP = toKeys<S>(sumLanes(pa, pb, pc, pd), rowSquares, squareP);
    const keysQ = toKeys<S>(sumLanes(qa, qb, qc, qd), rowSquares, squareQ);
    const goodP = goodOf(forP, keysP, there);
    if (goodP != 0) offerFour(forP, keysP, goodP, position);
    const goodQ = goodOf(forQ, keysQ, there);
    if (goodQ != 0) offerFour(forQ, keysQ, goodQ, position);
    row += codeBytes << 2;
  }
}

/** The same for one. */
@inline
function scanOne<S>(p: usize, from: u32, to: u32, squares: usize, forP: usize): void {
  const squareP = v128.load32_splat(p);
  const width = codeWidth;
  let row = codeAt(from);
  const last = codeAt(to - 1);
  for (let position = from; position < to; position += 4) {
    let a = row;
    let b = min(a + codeBytes, last);
    let c = min(b + codeBytes, last);
    let d = min(c + codeBytes, last);
    let u = p + HEADER;
    let pa = i32x4.splat(0);
    let pb = pa;
    let pc = pa;
    let pd = pa;
    for (const end = a + width; a < end; ) {
      const x = v128.load(u);
      pa = dot(pa, eight<S>(a), x);
      pb = dot(pb, eight<S>(b), x);
      pc = dot(pc, eight<S>(c), x);
      pd = dot(pd, eight<S>(d), x);
      a += 8;
      b += 8;
      c += 8;
      d += 8;
      u += 16;
    }
    const there = position + 4 <= to ? 15 : (1 << (to - position)) - 1;
    const rowSquares = idof<S>() == idof<ByteL2>() ? v128.load(squares + ((position as usize) << 2)) : squareP;
    const keys = toKeys<S>(sumLanes(pa, pb, pc, pd), rowSquares, squareP);
    const good = goodOf(forP, keys, there);
    if (good != 0) offerFour(forP, keys, good, position);
    row += codeBytes << 2;
  }
}

function two(p: usize, q: usize, from: u32, to: u32, squares: usize, forP: usize, forQ: usize): void {
  if (space == 2) scanTwo<ByteL2>(p, q, from, to, squares, forP, forQ);
  else if (space == 3) scanTwo<ByteDot>(p, q, from, to, squares, forP, forQ);
  else scanTwo<SignedDot>(p, q, from, to, squares, forP, forQ);
}

function one(p: usize, from: u32, to: u32, squares: usize, forP: usize): void {
  if (space == 2) scanOne<ByteL2>(p, from, to, squares, forP);
  else if (space == 3) scanOne<ByteDot>(p, from, to, squares, forP);
  else scanOne<SignedDot>(p, from, to, squares, forP);
}

export function scanByteLists(
  from: u32,
  to: u32,
  offsets: usize,
  squares: usize,
  starts: usize,
  pairs: usize,
): void {
  for (let list = from; list < to; list++) {
    const offset = offsets + ((list as usize) << 2);
    const start = starts + ((list as usize) << 2);
    const begin = load<u32>(offset);
    const end = load<u32>(offset, 4);
    if (begin == end) continue;
    let pair = pairs + ((load<u32>(start) as usize) << 3);
    const pairsEnd = pairs + ((load<u32>(start, 4) as usize) << 3);
    for (; pair + 16 <= pairsEnd; pair += 16) {
      two(load<u32>(pair), load<u32>(pair, 8), begin, end, squares, load<u32>(pair, 4), load<u32>(pair, 12));
    }
    if (pair < pairsEnd) one(load<u32>(pair), begin, end, squares, load<u32>(pair, 4));
  }
}
