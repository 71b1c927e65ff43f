import type { Status } from "@/server/fabric/domain/health";

/** What is true of everybody of an organisation; disabled people count only where it says so. */
export interface PeopleFacts {
  all: number;
  /** Not disabled, and here at least once. */
  active: number;
  /** Not disabled, and never here. */
  never: number;
  disabled: number;
  withoutRole: number;
  seenToday: number;
  /** Names of those who may sign in and hold the role. */
  admins: string[];
  chairs: string[];
}

/** What to say first about the people: what could lock the organisation out comes before what is merely so. */
export function peopleVerdict(facts: PeopleFacts): { status: Status; title: string; detail: string } {
  const may = facts.active + facts.never;
  const idle = [
    `${facts.seenToday} of them ${facts.seenToday === 1 ? "was" : "were"} here in the last 24 hours.`,
    facts.never > 0 ? `${facts.never} ${facts.never === 1 ? "has" : "have"} never been here.` : "",
    facts.withoutRole > 0
      ? `${facts.withoutRole} ${facts.withoutRole === 1 ? "has no role and so sees" : "have no role and so see"} nothing.`
      : "",
  ]
    .filter(Boolean)
    .join(" ");
  const signIn = `${may} ${may === 1 ? "person" : "people"} may sign in`;
  const [admin] = facts.admins;
  if (facts.chairs.length === 0)
    return {
      status: "watch",
      title: "Nobody holds the chair’s seat",
      detail: `Nobody can give a seat on the council until somebody does. On the machine: npx throughline role give <e-mail> chair. ${signIn}; ${idle}`,
    };
  if (facts.admins.length === 1)
    return {
      status: "watch",
      title: `${admin} is the only administrator`,
      detail: `Without them nobody can let people in or out: make a second one. ${signIn}; ${idle}`,
    };
  return { status: "ok", title: signIn, detail: `${idle} ${facts.admins.length} administer.` };
}
