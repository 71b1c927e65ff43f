/** A mixed-integer linear model as arrays of columns and rows. Names are for people and may be any text. */
export interface LinearModel {
  sense: "max" | "min";
  columns: readonly Column[];
  rows: readonly Row[];
}

export interface Column {
  name: string;
  objective: number;
  lower: number;
  upper: number;
  integer: boolean;
}

/** lower ≤ Σ factor · column ≤ upper */
export interface Row {
  name: string;
  lower: number;
  upper: number;
  terms: readonly { column: number; factor: number }[];
}

/**
 * Collects columns and rows. Money is divided by `scale`, so that the largest amount is about 10,000: the solver's
 * tolerances are absolute, and a millionth of a billion cents is no rounding error.
 */
export class ModelBuilder {
  readonly #columns: Column[] = [];
  readonly #rows: Row[] = [];

  /** A yes/no column; its number is returned. */
  choice(name: string, objective = 0): number {
    this.#columns.push({ name, objective, lower: 0, upper: 1, integer: true });
    return this.#columns.length - 1;
  }

  row(name: string, lower: number, upper: number, terms: readonly { column: number; factor: number }[]): void {
    this.#rows.push({ name, lower, upper, terms });
  }

  /** `column` only with `needed`. */
  onlyWith(name: string, column: number, needed: number): void {
    this.row(name, -Infinity, 0, [
      { column, factor: 1 },
      { column: needed, factor: -1 },
    ]);
  }

  /** `column` only with one of `needed`. */
  onlyWithAny(name: string, column: number, needed: readonly number[]): void {
    this.row(name, -Infinity, 0, [
      { column, factor: 1 },
      ...needed.map((provider) => ({ column: provider, factor: -1 })),
    ]);
  }

  build(sense: "max" | "min"): LinearModel {
    return { sense, columns: this.#columns, rows: this.#rows };
  }
}

/** What money is divided by in a model, from all amounts in it. */
export function moneyScale(amounts: readonly number[]): number {
  const largest = amounts.reduce((most, amount) => Math.max(most, Math.abs(amount)), 0);
  return Math.max(1, largest / 10_000);
}
