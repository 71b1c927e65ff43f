/** One line of `throughline doctor`. `fail` = Throughline cannot work; `warn` = it works, but something is missing or slow. */
export interface Finding {
  check: string;
  state: "ok" | "warn" | "fail";
  found: string;
  /** What to do; empty when nothing is. */
  fix: string;
}

export const ok = (check: string, found: string): Finding => ({ check, state: "ok", found, fix: "" });
export const warn = (check: string, found: string, fix: string): Finding => ({ check, state: "warn", found, fix });
export const fail = (check: string, found: string, fix: string): Finding => ({ check, state: "fail", found, fix });
