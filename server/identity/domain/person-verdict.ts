import { formatAge, type Status } from "@/server/fabric/domain/health";

interface PersonFacts {
  name: string;
  disabled: boolean;
  lastSeenMs: number | null;
  hasPassword: boolean;
  hasProvider: boolean;
  roles: readonly unknown[];
}

/** Where somebody stands, in a word or two for a list. */
export function standingOf(
  { disabled, lastSeenMs, roles }: PersonFacts,
  nowMs: number,
): { status: Status; says: string } {
  if (disabled) return { status: "unknown", says: "disabled" };
  if (roles.length === 0) return { status: "watch", says: "no role, sees nothing" };
  if (lastSeenMs === null) return { status: "unknown", says: "never here" };
  return { status: "ok", says: `here ${formatAge(nowMs - lastSeenMs)} ago` };
}

/** The title over one person: what is true of them now, and what follows. */
export function personVerdict(person: PersonFacts, nowMs: number): { status: Status; title: string; detail: string } {
  const { name, disabled, lastSeenMs, hasPassword, hasProvider, roles } = person;
  const ways = [hasPassword ? "a password" : "", hasProvider ? "the identity provider" : ""].filter(Boolean);
  const signsIn =
    ways.length === 0
      ? "They have no password yet: they sign in through the identity provider or by a link that sets one."
      : `They sign in with ${ways.join(" or ")}.`;
  if (disabled)
    return {
      status: "unknown",
      title: `${name} is disabled`,
      detail: "They cannot sign in and their tokens open nothing. What they did stays under their name.",
    };
  if (roles.length === 0)
    return { status: "watch", title: `${name} has no role, so they see nothing`, detail: signsIn };
  if (lastSeenMs === null) return { status: "unknown", title: `${name} has never been here`, detail: signsIn };
  return { status: "ok", title: `${name} was here ${formatAge(nowMs - lastSeenMs)} ago`, detail: signsIn };
}
