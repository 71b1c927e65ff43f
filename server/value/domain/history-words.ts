import { STAGES, stageName } from "./stages";

const ACTS: Readonly<Record<string, string>> = {
  "use-case.propose": "Proposed",
  "use-case.estimate": "Estimated anew",
  "use-case.triage": "Decided",
  "use-case.people": "Owner and sponsor named",
  "use-case.confirm": "Confirmed",
  "use-case.needs": "Needs described",
  "use-case.effects": "Effects on KPIs promised",
  "use-case.option": "A way to do it described",
  "use-case.choose": "Another way chosen",
  "use-case.drop-option": "A way to do it dropped",
  "kpi.add": "Defined",
  "kpi.revise": "Given another meaning",
  "kpi.approve": "Worth of a unit approved",
  "kpi.enter": "A value entered",
  "kpi.import": "Values of another system imported",
  "outcome.add": "Written down",
  "outcome.change": "Changed",
  "use-case.move": "Moved",
  "use-case.commit": "Money committed",
  "use-case.go-live": "Went live",
  "use-case.adjust": "Something else that happened was written down",
  "use-case.review": "Safety and law reviewed",
};

/** A row of the audit log about a use case, a KPI or an outcome as a person would say it; what cannot be read is said by its bare name. */
export function historyWords(action: string, after: unknown): string {
  const what = ACTS[action] ?? action;
  const why = textIn(after, "why");
  const reason = why ? `: ${why}` : "";
  if (action === "use-case.triage") return `${what} ${textIn(after, "intake") ?? ""}${reason}`;
  if (action === "use-case.confirm") return `${what} as ${textIn(after, "as") ?? ""}`;
  if (action === "use-case.option") return `${what}: ${textIn(after, "name") ?? ""}`;
  if (action === "use-case.choose") return `${what}: ${textIn(after, "name") ?? ""}${reason}`;
  if (action === "use-case.drop-option")
    return `${inside(after, "isDropped") === false ? "A way to do it taken up again" : what}: ${textIn(after, "name") ?? ""}`;
  if (action === "use-case.move") {
    const stage = STAGES.find((one) => one === textIn(after, "stage"));
    return `${what} to ${stage ? stageName(stage) : "another stage"}${reason}`;
  }
  if (action === "use-case.commit" && inside(after, "cents") === null) return `Commitment taken back${reason}`;
  return `${what}${reason}`;
}

function inside(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function textIn(value: unknown, name: string): string | null {
  const found = inside(value, name);
  return typeof found === "string" && found !== "" ? found : null;
}
