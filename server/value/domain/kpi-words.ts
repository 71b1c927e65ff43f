import { progressOf, type Progress } from "./progress";
import type { Fact } from "./three-valued";

/** The KPIs in one sentence: how many are known, and the first that is not with its reason. */
export function kpisVerdict(kpis: readonly { name: string; now: Fact<unknown> }[]): string {
  if (kpis.length === 0) return "No KPI has been defined yet";
  const open = kpis.filter(({ now }) => !now.known);
  const [first] = open;
  if (!first || first.now.known)
    return kpis.length === 1 ? "The one KPI is known" : `All ${kpis.length} KPIs are known`;
  const says = `${first.name} is unknown: ${first.now.why}`;
  return open.length === 1 ? says : `${open.length} of ${kpis.length} KPIs are unknown; ${says}`;
}

/** The outcomes in one sentence. @param today YYYY-MM-DD */
export function outcomesVerdict(
  outcomes: readonly { statement: string; state: string; horizon: string; kpis: readonly Progress[] }[],
  today: string,
): string {
  if (outcomes.length === 0) return "No outcome has been written down yet";
  const active = outcomes.filter(({ state }) => state === "active");
  if (active.length === 0)
    return `${outcomes.length} ${outcomes.length === 1 ? "outcome" : "outcomes"}, none of them active`;
  const late = active.find(({ horizon }) => horizon < today);
  if (late) return `${late.statement}: its horizon has passed`;
  const progress = active.map(({ kpis }) => kpis.map(progressOf));
  const reached = progress.filter((all) => all.length > 0 && all.every((one) => one.known && one.value.raw >= 1));
  const open = progress.filter((all) => all.some((one) => !one.known));
  return [
    `${active.length} active ${active.length === 1 ? "outcome" : "outcomes"}`,
    `${reached.length} reached`,
    ...(open.length > 0 ? [`${open.length} with a KPI that is unknown`] : []),
  ].join(", ");
}
