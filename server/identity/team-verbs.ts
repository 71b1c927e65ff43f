import type { Tx } from "@/db/access";
import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { DomainError, errorCode } from "@/server/core/errors";
import type { AddSite, AddTeam, ChangeTeam } from "./schema";

type VerbCtx = Pick<Ctx, "transaction" | "actor">;
const UNIQUE_VIOLATION = "23505";
const NO_TEAM = "There is no such team here.";
const NO_SITE = "There is no such site here.";

/** Makes a team. Nobody is in it and nothing belongs to it yet. @throws {DomainError} conflict, not_found */
export async function addTeam(ctx: VerbCtx, { name, siteId }: AddTeam): Promise<{ id: string }> {
  return ctx
    .transaction(async (tx) => {
      if (siteId !== null) await demandSite(tx, siteId);
      const { rows } = await tx.query<{ id: string }>(
        "insert into teams (org_id, name, site_id) values ($1, $2, $3) returning id",
        [ctx.actor.orgId, name, siteId],
      );
      const id = rows[0]?.id ?? "";
      await audit(tx, ctx, { action: "team.add", subject: `team:${id}`, teamId: id, after: { name, siteId } });
      return { id };
    })
    .catch(sayTaken("A team of this name is here already."));
}

/** Renames a team, or moves it to another site. @throws {DomainError} conflict, not_found */
export async function changeTeam(ctx: VerbCtx, { id, name, siteId }: ChangeTeam): Promise<void> {
  await ctx
    .transaction(async (tx) => {
      const before = await lockTeam(tx, id);
      if (siteId !== null) await demandSite(tx, siteId);
      await tx.query("update teams set name = $2, site_id = $3 where id = $1", [id, name, siteId]);
      await audit(tx, ctx, {
        action: "team.change",
        subject: `team:${id}`,
        teamId: id,
        before: { name: before.name, siteId: before.siteId },
        after: { name, siteId },
      });
    })
    .catch(sayTaken("A team of this name is here already."));
}

/** From now on nodes that announce themselves wait with this team. @throws {DomainError} not_found */
export async function makeDefaultTeam(ctx: VerbCtx, { id }: { id: string }): Promise<void> {
  await ctx.transaction(async (tx) => {
    await lockTeam(tx, id);
    const before = await tx.query<{ id: string }>("update teams set is_default = false where is_default returning id");
    await tx.query("update teams set is_default = true where id = $1", [id]);
    await audit(tx, ctx, {
      action: "team.make-default",
      subject: `team:${id}`,
      teamId: id,
      before: { team: before.rows[0]?.id ?? null },
    });
  });
}

/**
 * Removes a team that nobody is in and nothing belongs to. Refused messages of strangers that waited with it go to the team new nodes
 * wait with.
 * @throws {DomainError} not_found, and invalid_state that says what is still in it
 */
export async function removeTeam(ctx: VerbCtx, { id }: { id: string }): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { name, siteId, isDefault } = await lockTeam(tx, id);
    if (isDefault)
      throw new DomainError(
        "invalid_state",
        "New nodes wait with this team. Let them wait with another one first, then remove it.",
      );
    const { rows } = await tx.query<Record<string, number>>(
      `select (select count(*)::int from nodes where team_id = $1) as node,
         (select count(distinct user_id)::int from memberships where team_id = $1) as member,
         (select count(*)::int from api_tokens where team_id = $1 and revoked_at is null and expires_at > now()) as token,
         (select count(*)::int from use_cases where team_id = $1) as "use case"`,
      [id],
    );
    const left = Object.entries(rows[0] ?? {}).filter(([, count]) => count > 0);
    if (left.length > 0)
      throw new DomainError(
        "invalid_state",
        `This team still has ${left.map(([what, count]) => counted(count, what)).join(", ")}. Move or end them first.`,
      );
    await tx.query("update quarantine set team_id = first_team() where team_id = $1", [id]);
    await tx.query("delete from teams where id = $1", [id]);
    await audit(tx, ctx, { action: "team.remove", subject: `team:${id}`, before: { name, siteId } });
  });
}

/** Makes a site. Its id is part of what nodes are told, so it never changes. @throws {DomainError} conflict */
export async function addSite(ctx: VerbCtx, { id, name, timeZone }: AddSite): Promise<void> {
  await ctx
    .transaction(async (tx) => {
      await tx.query("insert into sites (id, org_id, name, time_zone) values ($1, $2, $3, $4)", [
        id,
        ctx.actor.orgId,
        name,
        timeZone,
      ]);
      await audit(tx, ctx, { action: "site.add", subject: `site:${id}`, after: { name, timeZone } });
    })
    .catch(sayTaken("A site with this id is here already.", "id"));
}

/** Renames a site or corrects its time zone: days and shifts of reports are cut in it. @throws {DomainError} not_found */
export async function changeSite(ctx: VerbCtx, { id, name, timeZone }: AddSite): Promise<void> {
  await ctx.transaction(async (tx) => {
    const before = await tx.query<{ name: string; timeZone: string }>(
      `select name, time_zone as "timeZone" from sites where id = $1 for update`,
      [id],
    );
    if (!before.rows[0]) throw new DomainError("not_found", NO_SITE);
    await tx.query("update sites set name = $2, time_zone = $3 where id = $1", [id, name, timeZone]);
    await audit(tx, ctx, {
      action: "site.change",
      subject: `site:${id}`,
      before: before.rows[0],
      after: { name, timeZone },
    });
  });
}

/** Removes a site that has neither teams nor nodes. @throws {DomainError} not_found, invalid_state */
export async function removeSite(ctx: VerbCtx, { id }: { id: string }): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { rows } = await tx.query<{ name: string; teams: number; nodes: number }>(
      `select name, (select count(*)::int from teams where site_id = sites.id) as teams,
         (select count(*)::int from nodes where site_id = sites.id) as nodes
       from sites where id = $1 for update`,
      [id],
    );
    const [site] = rows;
    if (!site) throw new DomainError("not_found", NO_SITE);
    if (site.teams + site.nodes > 0)
      throw new DomainError(
        "invalid_state",
        `This site still has ${counted(site.teams, "team")} and ${counted(site.nodes, "node")}. Move them to another one first.`,
      );
    await tx.query("delete from sites where id = $1", [id]);
    await audit(tx, ctx, { action: "site.remove", subject: `site:${id}`, before: { name: site.name } });
  });
}

async function lockTeam(tx: Tx, id: string): Promise<{ name: string; siteId: string | null; isDefault: boolean }> {
  const { rows } = await tx.query<{ name: string; siteId: string | null; isDefault: boolean }>(
    `select name, site_id as "siteId", is_default as "isDefault" from teams where id = $1 for update`,
    [id],
  );
  if (!rows[0]) throw new DomainError("not_found", NO_TEAM);
  return rows[0];
}

function counted(n: number, thing: string): string {
  return `${n} ${thing}${n === 1 ? "" : "s"}`;
}

async function demandSite(tx: Tx, id: string): Promise<void> {
  const { rows } = await tx.query("select 1 from sites where id = $1", [id]);
  if (rows.length === 0) throw new DomainError("not_found", NO_SITE, { field: "siteId" });
}

function sayTaken(sentence: string, field = "name") {
  return (cause: unknown): never => {
    if (errorCode(cause) !== UNIQUE_VIOLATION) throw cause;
    throw new DomainError("conflict", sentence, { field });
  };
}
