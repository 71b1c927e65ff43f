"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { parseAsBoolean, useQueryState } from "nuqs";
import { TheLine, type LineStop } from "@/components/line/the-line";
import { Button } from "@/components/ui/button";
import { Menu } from "@/components/ui/menu";
import { Headline, Page } from "@/components/ui/page";
import { BlockSkeleton, Failed } from "@/components/ui/states";
import { formatNumber, streamHealth, type Health } from "@/server/fabric/domain/health";
import { modelHealth } from "@/server/fabric/domain/model-health";
import type { StreamDetail } from "@/server/fabric/queries";
import { RangePicker } from "../../../../_shell/range/range-picker";
import { gestures, resolveOrDefault, useRange } from "../../../../_shell/range/use-range";
import { trail } from "../../../../_shell/registry";
import { Freshness, useClock, useRefresh } from "../../../../_shell/refresh";
import { useViewer } from "../../../../_shell/viewer";
import { useTRPC } from "../../../../_trpc/client";
import { Dependents } from "../../../_blast/dependents";
import { stopsOf } from "../../../_blast/stops";
import { StreamHistory } from "./stream-history";
import { useRangeJobs } from "./use-range-jobs";
import { useSeries, useTail } from "./use-series";

/** One stream: its line, its history, what its model said, and how much of it can be trusted. */
export function Stream({ id }: { id: number }) {
  const trpc = useTRPC();
  const [asTable, setAsTable] = useQueryState("table", parseAsBoolean.withDefault(false));
  const { intervalMs, control } = useRefresh(0);
  const pace = intervalMs === 0 ? null : intervalMs;
  const now = useClock();
  const stream = useQuery({
    ...trpc.streams.get.queryOptions({ id }),
    refetchInterval: intervalMs === false ? false : 10_000,
  });
  const siteZone = stream.data?.timeZone ?? "UTC";
  const link = useRange(siteZone);
  const { range, setRange } = link;
  const series = useSeries(id, range, pace);
  const resolved = series.data?.range ?? null;
  const marks = useQuery({
    ...trpc.streams.marks.queryOptions(
      resolved
        ? {
            id,
            fromMs: Math.floor(resolved.fromMs / 10_000) * 10_000,
            toMs: Math.ceil(resolved.toMs / 10_000) * 10_000,
          }
        : { id, fromMs: 0, toMs: 1 },
    ),
    enabled: resolved !== null,
    placeholderData: keepPreviousData,
  });
  const viewer = useViewer();
  const blast = useQuery({
    ...trpc.blast.of.queryOptions({ kind: "stream", id }),
    enabled: viewer?.can["value.read"] === true,
  });
  const tail = useTail(id);
  const jobs = useRangeJobs(id);
  if (!stream.data)
    return stream.isError ? (
      <Page crumbs={trail("streams", { label: "Failed" })}>
        <Failed what="The stream could not be read." onRetry={() => void stream.refetch()} />
      </Page>
    ) : (
      <BlockSkeleton height={600} />
    );

  const newest = tail.at(-1);
  const known = stream.data;
  const current =
    newest && newest.tsMs > (known.lastMs ?? 0) ? { ...known, lastMs: newest.tsMs, value: newest.value } : known;
  const health = streamHealth(current, now ?? series.dataUpdatedAt);
  const problem = (now === null ? null : resolveOrDefault(range, now).problem) ?? link.zoneProblem;
  const shown = resolved ?? resolveOrDefault(range, now ?? 0).resolved;
  const exportHref = `/api/streams/${id}/export?fromMs=${Math.floor(shown.fromMs)}&toMs=${Math.ceil(shown.toMs)}`;
  return (
    <Page
      crumbs={trail(
        "fleet",
        { label: known.node.name ?? known.nodeId, href: `/fleet/${known.nodeId}` },
        ...(known.device ? [{ label: known.device, href: `/fleet/${known.nodeId}#streams` }] : []),
        { label: lastSegment(known.key) },
      )}
      actions={
        <>
          <Freshness
            asOfMs={stream.dataUpdatedAt}
            failed={stream.isRefetchError || series.isRefetchError}
            readingMs={current.lastMs}
            staleAfterMs={known.rateHz === null ? 60_000 : Math.max(15_000, 3_000 / known.rateHz)}
          />
          <RangePicker link={link} siteZone={siteZone} />
          {control}
          <Menu
            label="Export"
            items={[
              { label: "Readings as CSV", href: exportHref, download: true },
              ...jobs.items(shown),
              {
                label: "Copy link to this range",
                onSelect: () => void navigator.clipboard.writeText(permalink(shown.fromMs, shown.toMs)),
              },
            ]}
          />
        </>
      }
    >
      <Headline title={titleOf(known)} aside={subtitle(known)} />
      <TheLine stops={[...stopsOf(blast.data, "stream"), ...lineOf(known, health, now ?? series.dataUpdatedAt)]} />
      {problem ? (
        <Failed
          what={problem}
          still={
            problem === link.zoneProblem ? `Times are shown in ${siteZone} instead.` : "The last hour is shown instead."
          }
        />
      ) : null}
      <StreamHistory
        stream={current}
        timeZone={link.timeZone}
        health={health}
        data={series.data ?? null}
        loading={series.isPending}
        dimmed={series.isPlaceholderData}
        error={series.error}
        onRetry={() => void series.refetch()}
        marks={marks.data ?? null}
        tail={tail}
        asTable={asTable}
        onZoom={(fromMs, toMs) => setRange(gestures.zoomTo(fromMs, toMs))}
        onZoomIn={() => setRange(gestures.zoomIn(shown))}
        onZoomOut={() => setRange(gestures.zoomOut(shown, Date.now()))}
        onPan={(direction) => setRange(gestures.pan(shown, direction, Date.now()))}
        tableToggle={
          <Button
            look="quiet"
            size="small"
            aria-pressed={asTable}
            onClick={() => void setAsTable(asTable ? null : true)}
          >
            {asTable ? "Hide the table" : "Show as table"}
          </Button>
        }
      />
      <Dependents things={[{ label: "this stream", thing: { kind: "stream", id } }]} />
    </Page>
  );
}

function lastSegment(key: string): string {
  return key.split("/").at(-1) ?? key;
}

/** `pump-3/vibration-rms` of device `Pump 3` reads `Pump 3 vibration rms`. */
function titleOf(stream: StreamDetail): string {
  const what = lastSegment(stream.key).replace(/[-_.]/g, " ");
  const title = stream.device ? `${stream.device.replace(/[-_]/g, " ")} ${what}` : stream.key;
  return title.charAt(0).toUpperCase() + title.slice(1);
}

function subtitle({ quantity, unit, rateHz, plain }: StreamDetail): string {
  const rate =
    rateHz === null
      ? null
      : rateHz >= 1
        ? `${formatNumber(rateHz)} ${rateHz === 1 ? "reading" : "readings"} a second`
        : `one reading every ${formatNumber(1 / rateHz)} s`;
  return [quantity, unit, rate, plain ? "plain on-ramp, without durable ack" : null]
    .filter((part) => part !== null)
    .join(", ");
}

function permalink(fromMs: number, toMs: number): string {
  const url = new URL(window.location.href);
  url.searchParams.set("from", String(Math.floor(fromMs)));
  url.searchParams.set("to", String(Math.ceil(toMs)));
  return url.href;
}

function lineOf(stream: StreamDetail, health: Health, nowMs: number): LineStop[] {
  const model = stream.models[0];
  return [
    {
      kind: "model",
      label: model ? `${model.slot}, ${shortDigest(model.model)}` : null,
      ...(model ? modelHealth(model, nowMs) : { status: "unknown", reason: "no model has scored this stream yet" }),
      href: `/fleet/${stream.nodeId}#models`,
    },
    { kind: "stream", label: stream.key, status: health.status, reason: health.reason },
    {
      kind: "node",
      label: stream.node.name ?? stream.node.id,
      status: stream.node.health.status,
      href: `/fleet/${stream.nodeId}`,
      reason: stream.node.health.reason,
    },
  ];
}

function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, "").slice(0, 7);
}
