/** A linear fit y ≈ X·β. `inverse` is (XᵀX)⁻¹, from which the variance of every prediction follows. */
export interface Fit {
  coefficients: readonly number[];
  inverse: readonly (readonly number[])[];
}

/**
 * Ordinary least squares by the normal equations with Gauss–Jordan elimination and pivoting. Columns are to be centred and
 * scaled by the caller: then the equations are as well-conditioned as the question is.
 *
 * Returns the number of the first column that the ones before it already explain, when there is one.
 */
export function leastSquares(rows: readonly (readonly number[])[], y: readonly number[]): Fit | { dependent: number } {
  const width = rows[0]?.length ?? 0;
  const normal = Array.from({ length: width }, (_, i) =>
    Array.from({ length: width }, (_, j) => rows.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), 0)),
  );
  const right = Array.from({ length: width }, (_, i) =>
    rows.reduce((sum, row, at) => sum + (row[i] ?? 0) * (y[at] ?? 0), 0),
  );
  const inverse = invert(normal);
  if ("dependent" in inverse) return inverse;
  const coefficients = inverse.matrix.map((row) => dot(row, right));
  return { coefficients, inverse: inverse.matrix };
}

export function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

/** xᵀ·M·x: with M = (XᵀX)⁻¹, the variance of the prediction at x in units of the noise's variance. */
export function quadraticForm(x: readonly number[], matrix: readonly (readonly number[])[]): number {
  return dot(
    x,
    matrix.map((row) => dot(row, x)),
  );
}

/** Inverse of a symmetric positive matrix, eliminated in column order so that the first dependent column has a name. */
function invert(matrix: readonly (readonly number[])[]): { matrix: number[][] } | { dependent: number } {
  const size = matrix.length;
  const work = matrix.map((row, i) => [...row, ...Array.from({ length: size }, (_, j) => (i === j ? 1 : 0))]);
  for (const [column, pivotRow] of work.entries()) {
    const pivot = pivotRow[column] ?? 0;
    if (pivot <= 1e-10 * (matrix[column]?.[column] ?? 1) || pivot === 0) return { dependent: column };
    for (let at = 0; at < pivotRow.length; at += 1) pivotRow[at] = (pivotRow[at] ?? 0) / pivot;
    for (const [other, row] of work.entries()) {
      const factor = row[column] ?? 0;
      if (other === column || factor === 0) continue;
      for (let at = 0; at < row.length; at += 1) row[at] = (row[at] ?? 0) - factor * (pivotRow[at] ?? 0);
    }
  }
  return { matrix: work.map((row) => row.slice(size)) };
}
