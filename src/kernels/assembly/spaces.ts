// Distance spaces as type arguments: the branches on them are taken by the compiler. What is made for each is a function of its
// own, not part of the one that chooses: that one would be compiled for all of them before it runs at full speed (44 ms for
// what one takes 4).

/** Float32 rows and queries. */
export class SquaredL2 {}
export class NegatedDot {}

/** Rows and queries of bytes: sums of whole numbers, exact. */
export class ByteL2 {}
export class ByteDot {}

/** Rows of bytes, float32 queries. */
export class MixedL2 {}
export class MixedDot {}

/** Rows and queries of packed bits: how many differ, exact. */
export class Hamming {}

/** Rows and queries of signed bytes: sums of whole numbers, exact. */
export class SignedDot {}
