/** Rows of numbers, all equally long. */
export type Rows = readonly (readonly number[])[];

export interface Eigen {
  /** largest first */
  values: number[];
  /** `vectors[k]` belongs to `values[k]`, has length 1, and its largest entry is positive, so a result has one form */
  vectors: number[][];
}

const MAX_SWEEPS = 64;

/**
 * Eigenvalues and vectors of a symmetric matrix by cyclic Jacobi rotations (Golub & Van Loan, Matrix Computations, §8.5).
 * Exact to rounding for the sizes of plant models (tens of features) and free of any choice of start, so the same matrix
 * gives the same bytes.
 * @throws {RangeError} for a matrix that is not square, or does not settle (NaN inside)
 */
export function symmetricEigen(matrix: Rows): Eigen {
  const n = matrix.length;
  if (!matrix.every((row) => row.length === n)) throw new RangeError("the matrix is not square");
  const a = matrix.map((row) => Float64Array.from(row));
  const v = Array.from({ length: n }, (_, index) =>
    Float64Array.from({ length: n }, (__, at) => (at === index ? 1 : 0)),
  );
  const get = (m: readonly Float64Array[], i: number, j: number): number => m[i]?.[j] ?? Number.NaN;
  const set = (m: readonly Float64Array[], i: number, j: number, value: number): void => {
    const row = m[i];
    if (row) row[j] = value;
  };
  const scale = a.reduce((sum, row) => sum + row.reduce((part, x) => part + x * x, 0), 0);
  for (let sweep = 0; ; sweep += 1) {
    let off = 0;
    for (let i = 0; i < n; i += 1) for (let j = i + 1; j < n; j += 1) off += 2 * get(a, i, j) ** 2;
    if (off <= 1e-28 * scale) break;
    if (sweep === MAX_SWEEPS || Number.isNaN(off))
      throw new RangeError("the matrix has no eigenvalues that can be found; is every entry a number?");
    for (let p = 0; p < n; p += 1) {
      for (let q = p + 1; q < n; q += 1) {
        const apq = get(a, p, q);
        if (apq === 0) continue;
        const theta = (get(a, q, q) - get(a, p, p)) / (2 * apq);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        const turn = (m: readonly Float64Array[], i1: number, j1: number, i2: number, j2: number): void => {
          const x = get(m, i1, j1);
          const y = get(m, i2, j2);
          set(m, i1, j1, c * x - s * y);
          set(m, i2, j2, s * x + c * y);
        };
        for (let k = 0; k < n; k += 1) turn(a, k, p, k, q);
        for (let k = 0; k < n; k += 1) turn(a, p, k, q, k);
        for (let k = 0; k < n; k += 1) turn(v, k, p, k, q);
      }
    }
  }
  const order = Array.from({ length: n }, (_, index) => index).sort((i, j) => get(a, j, j) - get(a, i, i));
  return {
    values: order.map((index) => get(a, index, index)),
    vectors: order.map((index) => {
      const vector = v.map((row) => row[index] ?? Number.NaN);
      const largest = vector.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
      return largest < 0 ? vector.map((x) => -x) : vector;
    }),
  };
}
