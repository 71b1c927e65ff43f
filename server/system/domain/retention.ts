export const KEPT = ["readings", "quarantine", "ledger", "sign-ins", "tokens", "jobs", "notifications"] as const;
export type Kept = (typeof KEPT)[number];

/** What each time is for, what of it stays, and the time where nobody has set one. Days of readings come from RETENTION_RAW_DAYS. */
export const KEPT_RULES: Readonly<Record<Kept, { label: string; says: string; counted: string; defaultDays: number }>> =
  {
    readings: {
      label: "Raw readings",
      says: "Minutes, hours and days computed from them stay.",
      counted: "partitions",
      defaultDays: 400,
    },
    quarantine: {
      label: "Decided messages",
      says: "Their payloads go; what was decided stays.",
      counted: "payloads",
      defaultDays: 30,
    },
    ledger: {
      label: "Ledger of batches",
      says: "What was settled stays settled; only the comparison of old bytes goes.",
      counted: "batches",
      defaultDays: 30,
    },
    "sign-ins": {
      label: "Sign-ins",
      says: "Attempts to sign in, and sessions that are over.",
      counted: "rows",
      defaultDays: 30,
    },
    tokens: {
      label: "Tokens",
      says: "One-time links and API tokens that have ended.",
      counted: "rows",
      defaultDays: 90,
    },
    jobs: { label: "Jobs", says: "Runs that are over, with their logs and files.", counted: "runs", defaultDays: 30 },
    notifications: {
      label: "Notifications",
      says: "What was read; what is unread stays.",
      counted: "notifications",
      defaultDays: 90,
    },
  };

/** What is wrong with a number of days to keep something; null when nothing is. No schema library here: a page loads this file. */
export function daysProblem(days: number | null): string | null {
  if (days === null || !Number.isInteger(days)) return "Give a whole number of days.";
  if (days < 1) return "At least one day.";
  return days > 36_500 ? "At most 36 500 days." : null;
}
