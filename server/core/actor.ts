import { type Action, ACTIONS, can, type Principal } from "./domain/permissions";

/** A person who is signed in. */
export interface UserActor extends Principal {
  kind: "user";
  id: string;
  name: string;
  email: string;
  orgId: string;
  sessionId: string;
}

/** A program with an API token. `userId` says whose token it is; null for one that belongs to the organisation. */
export interface TokenActor extends Principal {
  kind: "token";
  id: string;
  name: string;
  orgId: string;
  userId: string | null;
  readOnly: boolean;
}

/** One of our own processes: jobs, ingest, the command line. */
export interface SystemActor extends Principal {
  kind: "system";
  id: string;
  name: string;
  orgId: string;
}

export type Actor = UserActor | TokenActor | SystemActor;

export function systemActor(name: string, orgId: string): SystemActor {
  return { kind: "system", id: name, name, orgId, memberships: [] };
}

/** Whose own things an actor reaches: the person, also behind a token of theirs. */
export function ownerIdOf(actor: Actor): string {
  return actor.kind === "token" ? (actor.userId ?? actor.id) : actor.id;
}

/** Every action with whether the actor may do it somewhere; what pages show and hide by. */
export function abilities(actor: Actor): Partial<Record<Action, boolean>> {
  const able: Partial<Record<Action, boolean>> = {};
  for (const action of ACTIONS) able[action] = can(actor, action);
  return able;
}
