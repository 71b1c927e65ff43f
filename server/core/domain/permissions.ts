export const ROLES = ["executive", "chair", "member", "data-scientist", "technician", "admin", "auditor"] as const;
export type Role = (typeof ROLES)[number];

/** These work in a team, so a grant of one names the team; all others hold for the whole organisation. */
export const TEAM_ROLES: ReadonlySet<Role> = new Set(["data-scientist", "technician"]);

/** Seats of the council: only the chair gives and takes them. Administrators administer; they do not decide who decides. */
export const COUNCIL_ROLES: ReadonlySet<Role> = new Set(["chair", "member"]);

/** Who gives and takes a role. */
export function granterOf(role: Role): "chair" | "admin" {
  return COUNCIL_ROLES.has(role) ? "chair" : "admin";
}

/** How far a permission reaches: the organisation, the teams in which the role is held, or what is the person's own. */
export type Scope = "org" | "team" | "self";

interface Rule {
  /** What it allows, in words; the page docs/security/permissions.md is made of them. */
  says: string;
  to: Partial<Record<Role, Scope>>;
}

const EVERYBODY_SELF = all("self");
const EVERYBODY_ORG = all("org");
/** Whoever watches the line: the two team roles in their teams, the others everywhere. */
const WATCHERS = { ...EVERYBODY_ORG, "data-scientist": "team", technician: "team" } as const;
/** Whoever works on the line. */
const HANDS = { "data-scientist": "team", technician: "team", admin: "org" } as const;
const ADMIN = { admin: "org" } as const;

/**
 * The permission matrix: who may do what, and how far. This table is the only one: procedures and route handlers name an action of it,
 * the pages ask it what to show, and the docs page is generated from it. What is not in it is not allowed.
 */
export const PERMISSIONS = {
  "fleet.read": { says: "see nodes and their devices", to: WATCHERS },
  "fleet.accept": { says: "accept a node that announced itself", to: HANDS },
  "fleet.manage": {
    says: "rename, move and retire nodes, and renew their logins",
    to: { technician: "team", admin: "org" },
  },
  "stream.read": { says: "see streams, their newest values and their history", to: WATCHERS },
  "stream.accept": { says: "accept streams and correct their unit", to: HANDS },
  "stream.export": { says: "download readings", to: WATCHERS },
  "event.read": { says: "see events", to: WATCHERS },
  "inference.read": { says: "see what models said", to: WATCHERS },
  "quarantine.read": { says: "see refused messages", to: { ...HANDS, auditor: "org" } },
  "quarantine.decide": { says: "replay or discard refused messages", to: HANDS },
  "value.read": { says: "see outcomes, KPIs and use cases, what they bring and cost, and how they rank", to: WATCHERS },
  "value.propose": {
    says: "propose use cases, and confirm those that one owns or sponsors",
    to: { executive: "org", chair: "org", member: "org", "data-scientist": "team", technician: "team" },
  },
  "value.estimate": {
    says: "change what a use case is thought to bring, cost and need, and who stands behind it; define KPIs and enter their values; tick the tasks of a plan",
    to: { executive: "org", chair: "org", member: "org", "data-scientist": "team", technician: "team" },
  },
  "value.plan": {
    says: "ask the optimiser for plans",
    to: { executive: "org", chair: "org", member: "org", "data-scientist": "team" },
  },
  "value.decide": {
    says: "accept or reject what was proposed, move a use case to another stage, and say that it went live and what else moved its KPI; write outcomes, and approve what a KPI is worth",
    to: { executive: "org", chair: "org" },
  },
  "value.commit": { says: "commit money to a use case, also by adopting a plan", to: { executive: "org" } },
  "value.policy": {
    says: "change how the portfolio is ranked, and its budget",
    to: { executive: "org", chair: "org" },
  },
  "org.read": { says: "see the names of sites, teams and people", to: EVERYBODY_ORG },
  "teams.manage": { says: "make, rename and remove sites and teams", to: ADMIN },
  "users.read": {
    says: "see people with their roles and when they were last here",
    to: { admin: "org", auditor: "org", chair: "org" },
  },
  "users.manage": { says: "invite, disable and reset people", to: ADMIN },
  "roles.grant": {
    says: "give and take roles; those of the council only as its chair, all others only as an administrator",
    to: { admin: "org", chair: "org" },
  },
  "sessions.manage": { says: "end other people's sessions", to: ADMIN },
  "tokens.manage": { says: "make and revoke service tokens, and revoke those of people", to: ADMIN },
  "audit.read": { says: "read the audit log", to: { admin: "org", auditor: "org", chair: "org" } },
  "audit.export": { says: "verify the audit log and download it", to: { auditor: "org", chair: "org" } },
  "jobs.read": { says: "see background jobs", to: { admin: "org", auditor: "org", "data-scientist": "org" } },
  "jobs.own": { says: "follow, cancel and repeat the background jobs that one started", to: EVERYBODY_SELF },
  "jobs.manage": { says: "start, cancel and repeat background jobs", to: ADMIN },
  "system.read": { says: "see processes, storage and retention", to: { admin: "org", auditor: "org" } },
  "system.manage": { says: "change retention and storage", to: ADMIN },
  "metrics.read": { says: "scrape the metrics of the web process", to: ADMIN },
  "views.manage": { says: "keep saved views", to: EVERYBODY_SELF },
  "inbox.read": { says: "read one's own notifications", to: EVERYBODY_SELF },
  "account.read": { says: "see one's own account, sessions and tokens", to: EVERYBODY_SELF },
  "account.manage": {
    says: "change one's own password, end one's own sessions, make one's own tokens",
    to: EVERYBODY_SELF,
  },
} as const satisfies Record<string, Rule>;

export type Action = keyof typeof PERMISSIONS;
export const ACTIONS = Object.keys(PERMISSIONS).filter((name): name is Action => name in PERMISSIONS);

/** What is other people's and no team's: their sessions and tokens (`accounts`), and the whole audit log (`audit`). */
export type Sight = "accounts" | "audit";
const SIGHTS: Partial<Record<Action, readonly Sight[]>> = {
  "teams.manage": ["accounts"],
  "users.read": ["accounts"],
  "users.manage": ["accounts"],
  "roles.grant": ["accounts"],
  "sessions.manage": ["accounts"],
  "tokens.manage": ["accounts"],
  "audit.read": ["accounts", "audit"],
  "audit.export": ["accounts", "audit"],
};

/** What the database opens beside the rows of teams to whoever may do this; nothing for what is not about people. */
export function sightOf(action: Action): readonly Sight[] {
  return SIGHTS[action] ?? [];
}

/** A role that somebody holds: in one team, or (`teamId` null) in the whole organisation. */
export interface Membership {
  role: Role;
  teamId: string | null;
}

/** What the matrix needs to know of whoever acts. */
export interface Principal {
  kind: "user" | "token" | "system";
  memberships: readonly Membership[];
  /** A token that only reads refuses every other action. */
  readOnly?: boolean;
}

/** How far somebody may do something: everywhere, in these teams, with what is their own, or not at all. */
export type Reach = { scope: "org" } | { scope: "team"; teamIds: readonly string[] } | { scope: "self" } | null;

export function isRead(action: Action): boolean {
  return action.endsWith(".read") || action.endsWith(".export");
}

/** The widest reach that any of the roles gives. The system itself (jobs, ingest, the command line) may do everything. */
export function reachOf(principal: Principal, action: Action): Reach {
  if (principal.kind === "system") return { scope: "org" };
  if (principal.readOnly && !isRead(action)) return null;
  const to: Partial<Record<Role, Scope>> = PERMISSIONS[action].to;
  const scopes = principal.memberships.map(({ role, teamId }) => ({ scope: to[role], teamId }));
  if (scopes.some(({ scope }) => scope === "org")) return { scope: "org" };
  const teamIds = scopes.flatMap(({ scope, teamId }) => (scope === "team" && teamId !== null ? [teamId] : []));
  if (teamIds.length > 0) return { scope: "team", teamIds: [...new Set(teamIds)] };
  return scopes.some(({ scope }) => scope === "self") ? { scope: "self" } : null;
}

/** Whether somebody may do this at all, or, with `teamId`, to something of that team. */
export function can(principal: Principal, action: Action, { teamId }: { teamId?: string } = {}): boolean {
  const reach = reachOf(principal, action);
  if (reach === null) return false;
  return teamId === undefined || reach.scope === "org" || (reach.scope === "team" && reach.teamIds.includes(teamId));
}

/** Whether somebody gives and takes this role. Our own processes give any. */
export function mayGrant({ kind, memberships, readOnly = false }: Principal, role: Role): boolean {
  if (kind === "system") return true;
  return !readOnly && memberships.some((held) => held.role === granterOf(role));
}

function all<S extends Scope>(scope: S): Record<Role, S> {
  return {
    executive: scope,
    chair: scope,
    member: scope,
    "data-scientist": scope,
    technician: scope,
    admin: scope,
    auditor: scope,
  };
}
