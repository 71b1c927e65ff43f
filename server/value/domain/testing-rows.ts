import type { PortfolioRow } from "../queries";
import type { RankedRow } from "./portfolio-list";
import { FIRST_POLICY, standingOf } from "./standing";
import { unknown } from "./three-valued";

const NOW = Date.UTC(2026, 10, 28);
const nothing = { person: null, confirmedAtMs: null };

/** A use case of which hardly anything is known, for tests of lists. */
export function rowForTests(title: string, more: Partial<PortfolioRow> = {}): PortfolioRow {
  const forecast = more.forecast ?? null;
  const standing = standingOf(
    {
      ...{
        id: title,
        owner: nothing,
        sponsor: nothing,
        committedCents: null,
        objections: null,
        figures: null,
        forecast,
      },
      ...{
        capabilities: [],
        kpis: [],
        expectedEffect: unknown<number>("none"),
        detectableEffect: unknown<number>("none"),
      },
    },
    FIRST_POLICY,
    NOW,
  );
  return {
    ...{ id: title, teamId: "t", team: "Value", title, summary: "", intake: "accepted", intakeWhy: null },
    ...{ snoozedUntilMs: null, stage: "idea", ownerId: null, sponsorId: null, ownerName: null, ownerConfirmedMs: null },
    ...{ sponsorName: null, sponsorConfirmedMs: null, committedCents: null, objections: null, option: 1, version: 1 },
    ...{
      createdByName: "Elena",
      createdMs: NOW,
      estimate: null,
      forecast,
      capabilities: [],
      paidBackDay: null,
      standing,
      ...more,
    },
  };
}

/** The same with a rank. */
export function rankedForTests(title: string, rank: number | null, estimate: number): RankedRow {
  const row = rowForTests(title, { estimate });
  const score = { value: 0, atMost: 0, unknowns: [], unit: "points", formula: "", terms: [] };
  return { row, ranked: { id: title, rank, mustMeets: "pass", score, perUnit: null } };
}
