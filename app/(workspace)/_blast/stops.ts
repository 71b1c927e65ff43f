import type { LineStop } from "@/components/line/the-line";
import type { BlastRadius } from "@/server/blast/domain/blast";

/** The upper end of the line of a thing: which outcomes and use cases stand on it. */
export function stopsOf(radius: BlastRadius | undefined, what: string): LineStop[] {
  const [outcome] = radius?.outcomes ?? [];
  const [useCase] = radius?.useCases ?? [];
  const more = (n: number) => (n > 1 ? ` and ${n - 1} more` : "");
  return [
    outcome && radius
      ? {
          ...{ kind: "outcome", status: "ok", href: `/outcomes/${outcome.id}` },
          label: `${outcome.statement}${more(radius.outcomes.length)}`,
          reason: `its KPI is computed from this ${what}`,
        }
      : { kind: "outcome", label: null, status: "unknown", reason: `no outcome is measured by this ${what} yet` },
    useCase && radius
      ? {
          ...{ kind: "use case", href: `/portfolio/${useCase.id}` },
          status: useCase.becomes === "down" ? "bad" : "ok",
          label: `${useCase.title}${more(radius.useCases.length)}`,
          reason: useCase.becomes === "down" ? useCase.why : `it needs this ${what}`,
        }
      : { kind: "use case", label: null, status: "unknown", reason: `no use case needs this ${what} yet` },
  ];
}
