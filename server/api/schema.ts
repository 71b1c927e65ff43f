import { z } from "zod";
import { Quality } from "@/sdk/wire/quality";
import { cursor, format, moment, nodeId, streamList, wholeNumber } from "./domain/params";

/** What `/api/v1` takes and gives. A published field is never renamed, narrowed or reused. */

const limit = wholeNumber({ min: 1, max: 10_000 }).default(1_000).meta({ description: "rows of one page" });
const rowLimit = wholeNumber({ min: 1, max: 1_000 }).default(100).meta({ description: "rows of one page" });
const from = moment.optional().meta({ description: "begin of the window, included; default one hour before `to`" });
const to = moment.optional().meta({ description: "end of the window, not included; default now" });

export const NodesParams = z.strictObject({ limit: rowLimit, cursor: cursor.optional() });
export const StreamsParams = z.strictObject({ node: nodeId.optional(), limit: rowLimit, cursor: cursor.optional() });
export const LatestParams = z.strictObject({
  stream: streamList.optional(),
  node: nodeId.optional(),
  limit: rowLimit,
  cursor: cursor.optional(),
});
export const ReadingsParams = z.strictObject({
  stream: streamList.optional(),
  node: nodeId.optional(),
  from,
  to,
  limit,
  cursor: cursor.optional(),
  format,
});
const recordParams = { node: nodeId.optional(), from, to, limit: rowLimit, cursor: cursor.optional() };
export const EventsParams = z.strictObject(recordParams);
export const InferenceParams = z.strictObject(recordParams);
export const NoParams = z.strictObject({});

const ts = z.iso.datetime({ precision: null }).meta({ description: "ISO 8601, UTC, to the microsecond where known" });
const next = z.string().nullable().meta({ description: "cursor of the page after this one; null at the end" });
const stream = z.string().meta({ description: "key of the stream, unique within its node" });
const node = z.string().meta({ description: "name of the node" });
const unit = z.string().nullable().meta({ description: "UCUM code; null where the stream has none" });
const value = z.number().nullable().meta({ description: "null where there is no number" });
const quality = Quality.meta({ description: "what is known about the value" });

export const ErrorBody = z.strictObject({
  code: z.string().meta({ description: "E_…; keeps its meaning" }),
  message: z.string().meta({ description: "one plain sentence" }),
  field: z.string().optional().meta({ description: "the parameter at fault" }),
  hint: z.string().optional().meta({ description: "what to change" }),
  correlationId: z.string().meta({ description: "names this answer in the server's log" }),
});
export const Reading = z.strictObject({ ts, stream, node, value, unit, quality });
export const LatestReading = z.strictObject({ ts, stream, node, value, unit, quality, streamId: z.int() });
export const NodeRow = z.strictObject({
  node,
  name: z.string().nullable(),
  site: z.string().nullable(),
  status: z.enum(["proposed", "accepted", "retired"]),
  online: z.boolean(),
  lastSeen: ts.nullable(),
  sdk: z.string().nullable(),
  agent: z.string().nullable(),
});
export const StreamRow = z.strictObject({
  id: z.int(),
  stream,
  node,
  device: z.string().nullable(),
  quantity: z.string().nullable(),
  unit,
  type: z.string(),
  rateHz: z.number().nullable(),
  status: z.enum(["proposed", "accepted", "retired"]),
});
export const EventRow = z.strictObject({
  id: z.string(),
  ts,
  node,
  stream: stream.nullable(),
  kind: z.string(),
  severity: z.enum(["info", "low", "medium", "high", "critical"]).nullable(),
  data: z.unknown().meta({ description: "what the node said about it" }),
});
export const InferenceRow = z.strictObject({
  id: z.string(),
  ts,
  node,
  slot: z.string(),
  model: z.string().meta({ description: "sha256:… of the ONNX file that made this row" }),
  role: z.enum(["active", "shadow"]),
  score: z.number().nullable(),
  label: z.string().nullable(),
  output: z.unknown(),
  latencyMs: z.number().nullable(),
});
export const Health = z.strictObject({
  status: z.enum(["ok"]),
  time: ts,
  database: z.strictObject({ status: z.enum(["ok"]), tookMs: z.number() }),
});

const page = <T extends z.ZodType>(row: T) => z.strictObject({ data: z.array(row), next });
export const ReadingsPage = page(Reading);
export const LatestPage = page(LatestReading);
export const NodesPage = page(NodeRow);
export const StreamsPage = page(StreamRow);
export const EventsPage = page(EventRow);
export const InferencePage = page(InferenceRow);
