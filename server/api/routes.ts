import { Refused } from "@/server/core/refusal";
import {
  findNamedStreams,
  listApiEvents,
  listApiInference,
  listApiLatest,
  listApiNodes,
  listApiStreams,
  readApiReadings,
  type NamedStream,
} from "./api-queries";
import type { Place } from "./cursor";
import { windowOf } from "./domain/params";
import { defineRoute, type ApiRoute, type PageCall } from "./route";
import {
  EventsPage,
  EventsParams,
  InferencePage,
  InferenceParams,
  LatestPage,
  LatestParams,
  NodesPage,
  NodesParams,
  ReadingsPage,
  ReadingsParams,
  StreamsPage,
  StreamsParams,
} from "./schema";

const MAX_STREAMS = 100;

/** Every route of the public API below /api/v1, besides health and the description of itself. */
export const API_ROUTES: readonly ApiRoute[] = [
  defineRoute({
    path: "/nodes",
    summary: "Edge nodes",
    description: "Nodes of your teams by name.",
    action: "fleet.read",
    params: NodesParams,
    response: NodesPage,
    responseName: "NodesPage",
    handle: async ({ limit }, { ctx, after, next }) => {
      const rows = await listApiNodes(ctx.sql, { after: String(after?.[0] ?? ""), limit });
      return pageOf(rows, limit, (last) => next([last.node]));
    },
  }),
  defineRoute({
    path: "/streams",
    summary: "Streams",
    description: "A stream is one quantity at one point, with its unit; its key is unique within its node.",
    action: "stream.read",
    params: StreamsParams,
    response: StreamsPage,
    responseName: "StreamsPage",
    handle: async ({ node, limit }, { ctx, after, next }) => {
      const rows = await listApiStreams(ctx.sql, { node: node ?? null, after: Number(after?.[0] ?? 0), limit });
      return pageOf(rows, limit, (last) => next([last.id]));
    },
  }),
  defineRoute({
    path: "/latest",
    summary: "Newest readings",
    description: "The newest reading of each stream by its own time.",
    action: "stream.read",
    params: LatestParams,
    response: LatestPage,
    responseName: "LatestPage",
    handle: async ({ stream, node, limit }, { ctx, after, next }) => {
      const wanted = { wanted: stream ?? null, node: node ?? null };
      const rows = await listApiLatest(ctx.sql, { ...wanted, after: Number(after?.[0] ?? 0), limit });
      return pageOf(rows, limit, (last) => next([last.streamId]));
    },
  }),
  defineRoute({
    path: "/readings",
    summary: "Readings",
    description:
      "Every reading of the streams in a window, stream by stream and by time. Name streams, or a node for all of its streams. Follow `next` for more.",
    action: "stream.read",
    params: ReadingsParams,
    response: ReadingsPage,
    responseName: "ReadingsPage",
    columns: ["ts", "stream", "node", "value", "unit", "quality"],
    handle: async ({ stream, node, from, to, limit }, call) => {
      const window = windowIn({ from, to }, call);
      const streams = await meant(call, stream ?? null, node ?? null);
      const [streamId = 0, us = 0, given = 0] = (call.after ?? []).map(Number);
      const store = await call.store();
      const { rows, next } = await call.ctx.transaction((tx) =>
        readApiReadings(tx, store, { streams, ...window, limit, after: call.after && { streamId, us, given } }),
      );
      // The window of the first page holds for those after it, also where `to` was left to be now.
      return {
        data: rows,
        next: call.next(next && [next.streamId, next.us, next.given, `${window.fromMs}/${window.toMs}`]),
      };
    },
  }),
  defineRoute({
    path: "/events",
    summary: "Events",
    description: "What nodes reported, newest first.",
    action: "event.read",
    params: EventsParams,
    response: EventsPage,
    responseName: "EventsPage",
    handle: async ({ node, from, to, limit }, call) => {
      const window = windowIn({ from, to }, call);
      const rows = await listApiEvents(call.ctx.sql, {
        node: node ?? null,
        ...window,
        limit,
        after: recordPlace(call),
      });
      const page = pageOf(rows, limit, (last) => call.next([last.us, last.id, 0, `${window.fromMs}/${window.toMs}`]));
      return { ...page, data: page.data.map(({ us: _us, ...row }) => row) };
    },
  }),
  defineRoute({
    path: "/inference",
    summary: "What models said",
    description: "Records of inference, newest first, each with the digest of the model that made it.",
    action: "inference.read",
    params: InferenceParams,
    response: InferencePage,
    responseName: "InferencePage",
    handle: async ({ node, from, to, limit }, call) => {
      const window = windowIn({ from, to }, call);
      const query = { node: node ?? null, ...window, limit, after: recordPlace(call) };
      const rows = await listApiInference(call.ctx.sql, query);
      const page = pageOf(rows, limit, (last) => call.next([last.us, last.id, 0, `${window.fromMs}/${window.toMs}`]));
      return { ...page, data: page.data.map(({ us: _us, ...row }) => row) };
    },
  }),
];

function pageOf<T>(
  rows: readonly T[],
  limit: number,
  next: (last: T) => string | null,
): { data: T[]; next: string | null } {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, next: rows.length > limit && last !== undefined ? next(last) : null };
}

function recordPlace({ after }: { after: Place | null }): { us: string; id: string } | null {
  return after && { us: String(after[0]), id: String(after[1]) };
}

/** The window of the first page when this is a later one, else what `from` and `to` say. @throws {Refused} */
function windowIn(
  asked: { from?: number | undefined; to?: number | undefined },
  { after, ctx }: PageCall,
): { fromMs: number; toMs: number } {
  const [fromMs, toMs] = String(after?.[3] ?? "")
    .split("/")
    .map(Number);
  if (fromMs !== undefined && toMs !== undefined) return { fromMs, toMs };
  const window = windowOf(asked, ctx.now());
  if ("fromMs" in window) return window;
  const [, code = "E_RANGE", message = "", hint = ""] = /^(E_[A-Z_]+): (.*) \| (.*)$/.exec(window.fault) ?? [];
  throw new Refused({ status: 400, code, message, field: window.field, hint });
}

/** @throws {Refused} when nothing was named, something named is not there, or it is too much */
async function meant(
  { ctx }: PageCall,
  wanted: readonly (string | number)[] | null,
  node: string | null,
): Promise<NamedStream[]> {
  if (wanted === null && node === null) {
    throw new Refused({
      status: 400,
      code: "E_REQUIRED",
      message: "Say which readings: a stream, or a node for all of its streams.",
      field: "stream",
      hint: "Add stream=… or node=…; /api/v1/streams lists them.",
    });
  }
  const streams = await findNamedStreams(ctx.sql, { wanted, node, most: MAX_STREAMS + 1 });
  if (streams.length > MAX_STREAMS) {
    throw new Refused({
      status: 400,
      code: "E_TOO_MANY",
      message: `These are more than ${MAX_STREAMS} streams.`,
      field: wanted === null ? "node" : "stream",
      hint: "Name fewer with stream=…, or add node=….",
    });
  }
  const missing = wanted?.find((name) => !streams.some((found) => found.id === name || found.stream === name));
  if (missing !== undefined || streams.length === 0) {
    throw new Refused({
      status: 404,
      code: "E_NOT_FOUND",
      message: "There is no such stream, or it is not yours to see.",
      field: missing === undefined ? "node" : "stream",
      hint: "/api/v1/streams lists those you may read.",
    });
  }
  return streams;
}
