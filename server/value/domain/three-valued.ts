/** What a check can say. `unknown` is not a weak yes: it never passes. */
export type Verdict = "pass" | "fail" | "unknown";

/** Something that another part of the system knows, or why it does not. */
export type Fact<T> = { known: true; value: T } | { known: false; why: string };

export function known<T>(value: T): Fact<T> {
  return { known: true, value };
}

export function unknown<T>(why: string): Fact<T> {
  return { known: false, why };
}

/** Kleene's AND: one fail fails, else one unknown leaves it open. Nothing to check passes. */
export function allOf(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes("fail")) return "fail";
  return verdicts.includes("unknown") ? "unknown" : "pass";
}

/** Kleene's OR: one pass passes, else one unknown leaves it open. Nothing to choose from fails. */
export function anyOf(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes("pass")) return "pass";
  return verdicts.includes("unknown") ? "unknown" : "fail";
}

/** A claim about a fact: unknown stays unknown. */
export function holds<T>(fact: Fact<T>, claim: (value: T) => boolean): Verdict {
  if (!fact.known) return "unknown";
  return claim(fact.value) ? "pass" : "fail";
}
