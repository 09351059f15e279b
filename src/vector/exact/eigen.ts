/** Rounds over all pairs; the off-diagonal part shrinks quadratically, six to ten suffice. */
const MOST_ROUNDS = 16;

/**
 * Eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub & Van Loan, "Matrix
 * Computations", section 8.5). O(n³) a round.
 * @param matrix row-major n · n; destroyed
 * @returns row-major, one eigenvector a row, that of the largest eigenvalue first
 */
export function eigenvectors(matrix: Float64Array, n: number): Float64Array {
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let off = 0;
    let all = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const square = matrix[i * n + j] ** 2;
        all += square;
        if (i !== j) off += square;
      }
    }
    if (!(off > 1e-24 * all)) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(matrix, vectors, n, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort(
    (a, b) => matrix[b * n + b] - matrix[a * n + a] || a - b,
  );
  const out = new Float64Array(n * n);
  order.forEach((from, to) => {
    out.set(vectors.subarray(from * n, (from + 1) * n), to * n);
  });
  return out;
}

/** Makes element (p, q) zero. */
function rotate(matrix: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
  const apq = matrix[p * n + q];
  if (apq === 0) return;
  const theta = (matrix[q * n + q] - matrix[p * n + p]) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const kp = matrix[k * n + p];
    const kq = matrix[k * n + q];
    matrix[k * n + p] = c * kp - s * kq;
    matrix[k * n + q] = s * kp + c * kq;
  }
  for (let k = 0; k < n; k++) {
    const pk = matrix[p * n + k];
    const qk = matrix[q * n + k];
    matrix[p * n + k] = c * pk - s * qk;
    matrix[q * n + k] = s * pk + c * qk;
    const vp = vectors[p * n + k];
    const vq = vectors[q * n + k];
    vectors[p * n + k] = c * vp - s * vq;
    vectors[q * n + k] = s * vp + c * vq;
  }
}
