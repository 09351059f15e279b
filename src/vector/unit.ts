/** Length of a vector, summed in float64 in order; finite components never overflow it. */
export function norm(vector: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i] * vector[i];
  return Math.sqrt(sum);
}

/** The vector at length 1, in float64. @param vector not all zeros */
export function unit(vector: ArrayLike<number>): Float64Array {
  const length = norm(vector);
  const out = new Float64Array(vector.length);
  // A plain loop: TypedArray.from with a function is ten times slower, and this is once a query.
  for (let i = 0; i < out.length; i++) out[i] = vector[i] / length;
  return out;
}
