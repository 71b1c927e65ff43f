"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { TheLine, type LineStop } from "@/components/line/the-line";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { BlockSkeleton, Empty, Failed, Sample, TableSkeleton } from "@/components/ui/states";
import { StatusShape } from "@/components/ui/status";
import { compareStatus, formatAge, formatBytes, formatCount, formatOffset } from "@/server/fabric/domain/health";
import { modelHealth } from "@/server/fabric/domain/model-health";
import type { NodeDetail, StreamRow } from "@/server/fabric/queries";
import { useViewer } from "../../../../_shell/viewer";
import { Freshness, useClock, useRefresh } from "../../../../_shell/refresh";
import { useTRPC } from "../../../../_trpc/client";
import { Dependents } from "../../../_blast/dependents";
import { stopsOf } from "../../../_blast/stops";
import { StreamTable } from "../../../streams/_components/stream-table";
import { AcceptNode } from "../../_components/accept";
import { AcceptStreams } from "./accept-streams";
import { NodeActs } from "./node-acts";
import { Documents, Gaps, History, Models } from "./node-parts";
import styles from "./node.module.css";
import { trail } from "../../../../_shell/registry";

/** One node: its health in a sentence, its streams, its models, and what it could not keep. */
export function NodePage({ id }: { id: string }) {
  const trpc = useTRPC();
  const viewer = useViewer();
  const { intervalMs, control } = useRefresh(5_000);
  const node = useQuery({ ...trpc.fleet.node.queryOptions({ node: id }), refetchInterval: intervalMs });
  const streams = useQuery({ ...trpc.fleet.streamsOfNode.queryOptions({ node: id }), refetchInterval: intervalMs });
  const blast = useQuery({
    ...trpc.blast.of.queryOptions({ kind: "node", node: id }),
    enabled: viewer?.can["value.read"] === true,
  });
  const now = useClock() ?? node.dataUpdatedAt;
  if (!node.data)
    return (
      <Page crumbs={trail("fleet", { label: id })}>
        {node.isError ? (
          <Failed what="The node could not be read." onRetry={() => void node.refetch()} />
        ) : (
          <BlockSkeleton height={400} />
        )}
      </Page>
    );
  const known = node.data;
  const rows = streams.data ?? [];
  const proposed = rows.filter((row) => row.status === "proposed");
  return (
    <Page
      crumbs={trail("fleet", { label: known.name ?? known.id })}
      actions={
        <>
          <Freshness asOfMs={node.dataUpdatedAt} failed={node.isRefetchError} />
          {control}
          {viewer?.can["fleet.manage"] ? <NodeActs node={known} /> : null}
          {known.status === "proposed" ? <AcceptNode node={known.id} proposed streams={proposed.length} /> : null}
        </>
      }
    >
      <Headline
        title={`${known.name ?? known.id}: ${known.health.reason}`}
        shape={<StatusShape status={known.health.status} size={14} />}
      >
        {known.retiredMs === null ? null : (
          <p>
            Out of service for {formatAge(now - known.retiredMs)}
            {known.retiredBy === null ? "" : `, by ${known.retiredBy}`}. Its login is refused; its streams and their
            history stay.
          </p>
        )}
        {[
          known.name === null ? null : known.id,
          known.siteName ?? known.siteId,
          known.agent,
          known.arch,
          known.memMb === null ? null : `${formatCount(known.memMb)} MB`,
          ...Object.entries(known.labels).map(([name, value]) => `${name} ${String(value)}`),
        ]
          .filter(Boolean)
          .join(", ") || "It has not said what it is yet."}
      </Headline>
      <TheLine stops={[...stopsOf(blast.data, "node"), ...lineOf(known, rows, now)]} />
      <Figures node={known} now={now} />
      {proposed.length > 0 && known.status !== "proposed" ? <AcceptStreams streams={proposed} /> : null}
      <Sheet
        title="Streams"
        aside={`${rows.length} on ${known.devices.length} ${known.devices.length === 1 ? "device" : "devices"}`}
        id="streams"
        flush
      >
        {streams.isPending ? <TableSkeleton rows={6} columns={5} /> : null}
        {streams.isError ? (
          <Failed what="The streams could not be read." onRetry={() => void streams.refetch()} />
        ) : null}
        {streams.data && rows.length === 0 ? (
          <Empty title="No stream yet">
            <p>
              {known.plain
                ? "Publish a first reading:"
                : "A node names its streams in its birth; this one has named none. Or publish a plain reading:"}
            </p>
            <Sample label="Command that sends a reading">{`mosquitto_pub -V 5 -h localhost -p 1883 -u ${known.id} -P <token> \\\n  -t tl/1/${known.id}/up/plain/pump-1/temperature -m '{"value":21.5}'`}</Sample>
          </Empty>
        ) : null}
        {rows.length > 0 ? (
          <StreamTable rows={rows} matching={rows.length} asOfMs={streams.dataUpdatedAt} stale={false} more={null} />
        ) : null}
      </Sheet>
      <div className={styles.pair}>
        <Models node={known} now={now} />
        <Gaps node={known} />
        <History node={known} now={now} />
        <Documents node={known} now={now} />
      </div>
      <Dependents
        things={[
          { label: "this node", thing: { kind: "node", node: known.id } },
          ...known.devices.map(({ id: device, key, name }) => ({
            label: `device ${name ?? key}`,
            thing: { kind: "device" as const, id: device },
          })),
          ...known.slots.map(({ slot }) => ({
            label: `model in ${slot}`,
            thing: { kind: "model" as const, node: known.id, slot },
          })),
        ]}
      />
    </Page>
  );
}

function Figures({ node, now }: { node: NodeDetail; now: number }) {
  const age = (ms: number | null) => (ms === null ? "never" : `${formatAge(now - ms)} ago`);
  const figures: { name: string; value: string; note: string }[] = [
    {
      name: "Connection",
      value: node.plain ? "plain" : node.online ? "online" : "offline",
      note:
        node.onlineChangedMs === null
          ? `last heard ${age(node.lastSeenMs)}`
          : `for ${formatAge(now - node.onlineChangedMs)}${node.onlineWhy ? `, ${node.onlineWhy}` : ""}`,
    },
    {
      name: "Last data",
      value: age(node.lastBatchMs ?? node.plainStoredMs),
      note: node.plain
        ? "without durable ack"
        : `${node.lanes.length} ${node.lanes.length === 1 ? "lane" : "lanes"} open`,
    },
    {
      name: "Buffer",
      value: node.bufferBytes === null ? "not told" : formatBytes(node.bufferBytes),
      note:
        node.bufferBytes === null
          ? "the node does not report it"
          : node.bufferOldestMs === null
            ? `of ${formatBytes(node.bufferLimitBytes ?? 0)}, nothing waits`
            : `of ${formatBytes(node.bufferLimitBytes ?? 0)}, oldest ${age(node.bufferOldestMs)}`,
    },
    {
      name: "Lost in 24 h",
      value: formatCount(node.lostRows24h),
      note: node.lostRows24h > 0 ? "rows, see the gap records" : "no gap record",
    },
    {
      name: "Clock",
      value: node.clockOffsetMs === null || node.clockSource === "none" ? "unknown" : formatOffset(node.clockOffsetMs),
      note:
        node.clockSource === null || node.clockSource === "none"
          ? "not synchronised"
          : `± ${node.clockErrorMs === null ? "?" : formatOffset(node.clockErrorMs).replace("+", "")}, ${node.clockSource.toUpperCase()}`,
    },
  ];
  return (
    <dl className={styles.figures}>
      {figures.map(({ name, value, note }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className={styles.figure}>{value}</dd>
          <dd className={styles.note}>{note}</dd>
        </div>
      ))}
      {node.quarantined > 0 ? (
        <div>
          <dt>Quarantine</dt>
          <dd className={styles.figure}>
            <Link href={`/inbox/quarantine?node=${node.id}`}>{formatCount(node.quarantined)}</Link>
          </dd>
          <dd className={styles.note}>messages held</dd>
        </div>
      ) : null}
    </dl>
  );
}

function lineOf(node: NodeDetail, rows: readonly StreamRow[], nowMs: number): LineStop[] {
  const slot = node.slots[0];
  const [model] = node.slots
    .map(({ slot: name }) => {
      const said = node.inference.find((one) => one.slot === name);
      // The node's page reads the last hour.
      if (!said) return { status: "unknown" as const, reason: `${name} has scored nothing for an hour` };
      const { status, reason } = modelHealth(said, nowMs);
      return { status, reason: `${name} ${reason}` };
    })
    .sort((a, b) => compareStatus(a.status, b.status));
  const worst = [...rows].sort((a, b) => compareStatus(a.health.status, b.health.status))[0];
  return [
    {
      kind: "model",
      label: slot ? (node.slots.length === 1 ? slot.slot : `${node.slots.length} models`) : null,
      ...(model ?? { status: "unknown", reason: "no model runs here" }),
      href: "#models",
    },
    {
      kind: "stream",
      label: rows.length === 0 ? null : `${rows.length} ${rows.length === 1 ? "stream" : "streams"}`,
      status: worst?.health.status ?? "unknown",
      href: "#streams",
      reason: worst ? `${worst.key}: ${worst.health.reason}` : "none yet",
    },
    { kind: "node", label: node.name ?? node.id, status: node.health.status, reason: node.health.reason },
  ];
}
