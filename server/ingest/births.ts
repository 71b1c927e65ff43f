import type { Pool, PoolClient } from "pg";
import { Birth, type StreamSpec } from "@/sdk/wire/birth";
import type { NodeId } from "@/sdk/wire/names";
import { type Checked, accepted, type Refusal, refused, refusalFromZod } from "@/sdk/wire/refusal";
import { parseUnit, unitHint } from "@/sdk/wire/units";
import type { z } from "zod";
import { isRecord, short } from "./read-batch";
import { listAble, tell } from "@/server/inbox/verbs";

export interface BirthOutcome {
  /** streams that appeared for the first time */
  proposed: number;
  /** what is wrong with single streams; the rest of the birth holds */
  faults: Refusal[];
}

/** A birth document for this node, or why it cannot be read as one. */
export function readBirth(json: unknown, node: z.infer<typeof NodeId>): Checked<Birth> {
  if (isRecord(json) && json.v !== 1)
    return refused("SCHEMA", `The version ${short(json.v)} is not one we read.`, "v", "Supported: 1.");
  if (isRecord(json) && typeof json.node === "string" && json.node !== node) {
    return refused(
      "CONTRACT",
      `The birth says it is of ${short(json.node)} but came from ${node}.`,
      "node",
      "A node publishes its own birth under its own name.",
    );
  }
  const parsed = Birth.safeParse(json);
  if (!parsed.success) return { ok: false, refusal: refusalFromZod(parsed.error) };
  const aliases = new Set<number>();
  const keys = new Set<string>();
  for (const [i, { alias, key }] of parsed.data.streams.entries()) {
    if (aliases.has(alias))
      return refused(
        "CONTRACT",
        `The alias ${alias} is given to two streams.`,
        `streams[${i}].alias`,
        "Give every stream its own alias.",
      );
    if (keys.has(key))
      return refused("CONTRACT", `The stream ${key} is listed twice.`, `streams[${i}].key`, "List every stream once.");
    aliases.add(alias);
    keys.add(key);
  }
  return accepted(parsed.data);
}

/**
 * Takes a birth into the registry: node, devices and streams that are new are proposed, or accepted at once when the node
 * is trusted. What the registry already knows is not overwritten: another unit or type is reported as a fault, and data of
 * that stream waits until a person decides. The same birth again changes nothing; an older one never replaces a newer one.
 */
export async function applyBirth(pool: Pool, birth: Birth, replica: string): Promise<BirthOutcome> {
  const tx = await pool.connect();
  try {
    await tx.query("begin");
    const outcome = await applyIn(tx, birth);
    await tx.query("select pg_notify('tl_registry', $1), pg_notify('tl_nodes', $1)", [
      JSON.stringify({ node: birth.node, by: replica }),
    ]);
    await tx.query("commit");
    tx.release();
    return outcome;
  } catch (cause) {
    await tx.query("rollback").catch(() => undefined); // the connection may be what broke
    tx.release(cause instanceof Error ? cause : true);
    throw cause;
  }
}

async function applyIn(tx: PoolClient, birth: Birth): Promise<BirthOutcome> {
  await tx.query("insert into nodes (id) values ($1) on conflict do nothing", [birth.node]);
  const { rows } = await tx.query<Known>(
    'select trusted, status, boot, epoch, online, team_id as "teamId" from nodes where id = $1 for update',
    [birth.node],
  );
  const node = rows[0];
  if (!node) throw new Error(`node ${birth.node} vanished while its birth was taken`);
  const known = await tx.query<{ alias: number; key: string }>(
    "select a.alias, s.key from stream_aliases a join streams s on s.id = a.stream_id where a.node_id = $1 and a.boot = $2",
    [birth.node, birth.boot],
  );
  const inserted = await tx.query(
    "insert into births (node_id, boot, epoch, document) values ($1, $2, $3, $4) on conflict do nothing",
    [birth.node, birth.boot, birth.epoch, JSON.stringify(birth)],
  );
  const isNew = inserted.rowCount === 1;
  // A retained birth of an older start comes again at every subscription: it must not make the node old.
  if ((isNew && !isFormerStart(birth, node)) || node.boot === birth.boot) await describeNode(tx, birth);
  if (isNew && !node.trusted && node.status === "proposed") await tellWaiting(tx, birth.node, node.teamId);
  if (!isNew)
    await tx.query(
      "update births set document = $3, received_at = now() where node_id = $1 and boot = $2 and document <> $3",
      [birth.node, birth.boot, JSON.stringify(birth)],
    );
  if (node.trusted && node.status === "proposed")
    await tx.query("update nodes set status = 'accepted' where id = $1", [birth.node]);

  const faults: Refusal[] = [];
  const moved = new Set(
    known.rows
      .filter(({ alias, key }) => birth.streams.some((stream) => stream.alias === alias && stream.key !== key))
      .map(({ alias }) => alias),
  );
  for (const alias of moved) {
    const i = birth.streams.findIndex((stream) => stream.alias === alias);
    faults.push({
      code: "CONTRACT",
      message: `Within one boot the alias ${alias} moved to another stream.`,
      field: `streams[${i}].alias`,
      hint: "Keep aliases for the whole boot; start a new boot to change them.",
    });
  }
  const streams = birth.streams.filter((stream) => !moved.has(stream.alias));
  const proposed = await upsertStreams(tx, birth.node, streams, node.trusted && node.status !== "retired");
  const current = await tx.query<{ id: number; key: string; unit: string | null; type: string }>(
    "select id, key, unit, type from streams where node_id = $1 and key = any($2)",
    [birth.node, streams.map((stream) => stream.key)],
  );
  const byKey = new Map(current.rows.map((row) => [row.key, row]));
  for (const stream of streams) {
    const field = `streams[${birth.streams.indexOf(stream)}]`;
    const row = byKey.get(stream.key);
    if (!parseUnit(stream.unit))
      faults.push({
        code: "CONTRACT",
        message: `${stream.key}: ${short(stream.unit)} is not a UCUM unit we know.`,
        field: `${field}.unit`,
        hint: unitHint(stream.unit),
      });
    else if (row && row.unit !== stream.unit)
      faults.push({
        code: "CONTRACT",
        message: `${stream.key} is registered in ${row.unit} and now promises ${stream.unit}.`,
        field: `${field}.unit`,
        hint: "Its data waits in quarantine. Accept the stream again with the new unit, or set the node back.",
      });
    else if (row && row.type !== stream.type)
      faults.push({
        code: "CONTRACT",
        message: `${stream.key} is registered as ${row.type} and now promises ${stream.type}.`,
        field: `${field}.type`,
        hint: "Its data waits in quarantine until the stream is accepted again.",
      });
    if (stream.limits && limitsOf(stream) === null)
      faults.push({
        code: "CONTRACT",
        message: `${stream.key}: the lower limit ${stream.limits.low} lies above the upper limit ${stream.limits.high}.`,
        field: `${field}.limits`,
        hint: "Send low below high, or only one of them. The stream has no limits until then.",
      });
  }
  await tx.query(
    `insert into stream_aliases (node_id, boot, alias, stream_id)
     select $1, $2, a.alias, s.id from unnest($3::int[], $4::text[]) as a (alias, key) join streams s on s.node_id = $1 and s.key = a.key
     on conflict do nothing`,
    [birth.node, birth.boot, streams.map((stream) => stream.alias), streams.map((stream) => stream.key)],
  );
  return { proposed, faults };
}

interface Known {
  trusted: boolean;
  status: string;
  boot: string | null;
  epoch: string | null;
  online: boolean | null;
  teamId: string;
}

/**
 * Whether a birth is of a start before the one that is connected: a node that ran without a connection tells those births
 * beside its present one, because its backlog needs their aliases. Boots are ULIDs, which sort by time.
 */
function isFormerStart(birth: Birth, known: Known): boolean {
  return known.online === true && known.epoch === birth.epoch && known.boot !== null && birth.boot < known.boot;
}

async function describeNode(tx: PoolClient, birth: Birth): Promise<void> {
  if (birth.site !== undefined && /^[a-z0-9][a-z0-9._-]{0,62}$/.test(birth.site)) {
    await tx.query("insert into sites (id, name) values ($1, $1) on conflict do nothing", [birth.site]);
    // A person may have moved the node to another site; a birth only fills what is empty.
    await tx.query("update nodes set site_id = $2 where id = $1 and site_id is null", [birth.node, birth.site]);
  }
  const { buffer, clock } = birth;
  await tx.query(
    `update nodes set labels = $2, arch = $3, mem_mb = $4, sdk = $5, agent = $6, capabilities = $7, boot = $8, epoch = $9, clock_source = $10, clock_offset_ms = $11,
       clock_error_ms = $12, buffer_bytes = $13, buffer_limit_bytes = $14, buffer_oldest_at = to_timestamp($15::float8 / 1000), slots = $16, last_seen_at = now(),
       born_at = case when boot is distinct from $8 or born_at is null then now() else born_at end
     where id = $1`,
    [
      birth.node,
      JSON.stringify(birth.labels),
      birth.arch ?? null,
      birth.memMB === undefined ? null : Math.min(Math.round(birth.memMB), 2_147_483_647),
      birth.sdk,
      birth.agent ?? null,
      birth.capabilities,
      birth.boot,
      birth.epoch,
      clock.source,
      clock.offsetMs,
      clock.errorMs,
      buffer ? Math.round(buffer.bytes) : null,
      buffer ? Math.round(buffer.limitBytes) : null,
      buffer?.oldest ?? null,
      JSON.stringify(birth.slots),
    ],
  );
}

/** What a birth says is in order; null when nothing, or when it contradicts itself. */
function limitsOf({ limits }: StreamSpec): { low: number | null; high: number | null } | null {
  const { low = null, high = null } = limits ?? {};
  return (low === null && high === null) || (low !== null && high !== null && low > high) ? null : { low, high };
}

async function upsertStreams(
  tx: PoolClient,
  node: string,
  streams: Birth["streams"],
  trusted: boolean,
): Promise<number> {
  const devices = [...new Set(streams.flatMap((stream) => (stream.device === undefined ? [] : [stream.device])))];
  await tx.query("insert into devices (node_id, key) select $1, unnest($2::text[]) on conflict do nothing", [
    node,
    devices,
  ]);
  // A unit that nobody can read is never accepted unseen, also not from a trusted node.
  const inserted = await tx.query(
    `insert into streams (node_id, device_id, key, quantity, unit, type, rate_hz, status, accepted_at)
     select $1, d.id, n.key, n.quantity, n.unit, n.type, n.rate_hz, case when n.ok then 'accepted' else 'proposed' end, case when n.ok then now() end
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::text[], $8::bool[]) as n (key, quantity, unit, type, rate_hz, device, ok)
     left join devices d on d.node_id = $1 and d.key = n.device
     on conflict (node_id, key) do nothing`,
    [
      node,
      streams.map((s) => s.key),
      streams.map((s) => s.quantity),
      streams.map((s) => s.unit),
      streams.map((s) => s.type),
      streams.map((s) => s.rateHz ?? null),
      streams.map((s) => s.device ?? null),
      streams.map((s) => trusted && parseUnit(s.unit) !== null),
    ],
  );
  await tx.query(
    `update streams s set device_id = d.id, rate_hz = coalesce(n.rate_hz, s.rate_hz)
     from unnest($2::text[], $3::float8[], $4::text[]) as n (key, rate_hz, device) join devices d on d.node_id = $1 and d.key = n.device
     where s.node_id = $1 and s.key = n.key and (s.device_id is distinct from d.id or s.rate_hz is distinct from coalesce(n.rate_hz, s.rate_hz))`,
    [node, streams.map((s) => s.key), streams.map((s) => s.rateHz ?? null), streams.map((s) => s.device ?? null)],
  );
  // The on-ramp may have met a stream before its birth: the birth then says what it is.
  await tx.query(
    `update streams s set quantity = n.quantity, unit = n.unit, type = n.type from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as n (key, quantity, unit, type)
     where s.node_id = $1 and s.key = n.key and s.unit is null`,
    [
      node,
      streams.map((s) => s.key),
      streams.map((s) => s.quantity),
      streams.map((s) => s.unit),
      streams.map((s) => s.type),
    ],
  );
  // Limits are the registry's: a birth fills them only where there are none.
  const limited = streams.flatMap((s) => {
    const limits = limitsOf(s);
    return limits ? [{ key: s.key, ...limits }] : [];
  });
  if (limited.length > 0)
    await tx.query(
      `update streams s set limit_low = n.low, limit_high = n.high from unnest($2::text[], $3::float8[], $4::float8[]) as n (key, low, high)
       where s.node_id = $1 and s.key = n.key and s.limit_low is null and s.limit_high is null`,
      [node, limited.map((s) => s.key), limited.map((s) => s.low), limited.map((s) => s.high)],
    );
  // Trust given after the first birth.
  if (trusted) {
    await tx.query(
      "update streams set status = 'accepted', accepted_at = now() where node_id = $1 and key = any($2) and status = 'proposed'",
      [node, streams.filter((s) => parseUnit(s.unit) !== null).map((s) => s.key)],
    );
  }
  return inserted.rowCount ?? 0;
}

/** Nodes that wait are told together, by team: a fleet that joins at once is one thing to do, not a thousand. */
async function tellWaiting(tx: PoolClient, node: string, teamId: string): Promise<void> {
  const { rows } = await tx.query<{ orgId: string }>('select org_id as "orgId" from teams where id = $1', [teamId]);
  const orgId = rows[0]?.orgId;
  if (orgId === undefined) return;
  await tell(tx, {
    orgId,
    to: await listAble(tx, orgId, "fleet.accept", teamId),
    key: `nodes-waiting:${teamId}`,
    kind: "node-waiting",
    status: "watch",
    title: "Nodes wait to be accepted",
    detail: `The newest is ${node}. Until somebody accepts it, what it sends is kept and not used.`,
    href: `/fleet/${encodeURIComponent(node)}`,
  });
}
