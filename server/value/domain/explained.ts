/** One term of a score, as a person would check it: what it is called, what it is worth, and its unit. */
export interface Term {
  name: string;
  value: number;
  unit: string;
}

/** A score with everything that it is made of. `formula` names the terms by their names. */
export interface Explained<Value = number> {
  value: Value;
  unit: string;
  formula: string;
  terms: readonly Term[];
}

export function term(name: string, value: number, unit = "1"): Term {
  return { name, value, unit };
}
