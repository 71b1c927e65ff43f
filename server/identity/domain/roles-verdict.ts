import type { Role } from "@/server/core/domain/permissions";

/** The sentence over the roles: a seat that is empty where it matters, else how few keep the keys. */
export function rolesVerdict(holders: readonly { role: Role; userId: string; disabled: boolean }[]): string {
  const held = (role: Role) =>
    new Set(holders.filter((one) => one.role === role && !one.disabled).map(({ userId }) => userId)).size;
  const [chairs, members, admins] = [held("chair"), held("member"), held("admin")];
  if (chairs === 0) return "Nobody holds the chair’s seat, so nobody can give a seat on the council";
  const council = `${members} ${members === 1 ? "member sits" : "members sit"} on the council under ${chairs === 1 ? "one chair" : `${chairs} chairs`}`;
  return `${council}, and ${admins === 1 ? "one person administers" : `${admins} people administer`}`;
}
