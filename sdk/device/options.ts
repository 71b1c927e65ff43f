import { z } from "zod";
import type { ClockStatus, SlotStatus } from "@/sdk/wire/birth";
import { StreamSpec } from "@/sdk/wire/birth";
import { type Lane, NodeId } from "@/sdk/wire/names";
import { formatPath } from "@/sdk/wire/refusal";
import type { TimeSource } from "./clock";
import { DeviceError } from "./errors";
import type { SealPolicy } from "./sealer";

/** A stream as the application declares it; without an alias it gets the first free one. */
export type DeviceStream = Omit<StreamSpec, "alias"> & { alias?: number };

export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Waits and limits; the defaults are the wire contract's. Tests shorten them. */
export interface Timing {
  keepaliveSeconds: number;
  connectTimeoutMs: number;
  reconnectMinMs: number;
  reconnectMaxMs: number;
  probeEveryMs: number;
  pubackTimeoutMs: number;
  ackTimeoutMs: number;
  syncEveryMs: number;
  syncEveryRows: number;
  /** how often the fill of the buffer is told while it moves */
  reportMs: number;
}

export const DEFAULT_TIMING: Timing = {
  keepaliveSeconds: 30,
  connectTimeoutMs: 10_000,
  reconnectMinMs: 1_000,
  reconnectMaxMs: 5 * 60_000,
  probeEveryMs: 30_000,
  pubackTimeoutMs: 15_000,
  ackTimeoutMs: 30_000,
  syncEveryMs: 1_000,
  syncEveryRows: 500,
  reportMs: 15_000,
};

export interface DeviceOptions {
  node: string;
  site?: string;
  labels?: Record<string, string>;
  /** mqtt://host:port or mqtts://host:port */
  url: string;
  token: string;
  /** folder of the buffer; one process at a time */
  dataDir: string;
  streams: readonly DeviceStream[];
  /** most disk the buffer may take, in bytes, and per lane */
  quota?: { bytes?: number; lanes?: Partial<Record<Lane, number>> };
  /** name and version of the program around the SDK: `edge-worker/1.0.0` */
  agent?: string;
  capabilities?: readonly string[];
  slots?: () => SlotStatus[];
  logger?: Logger;
  clock?: ClockStatus;
  time?: TimeSource;
  seal?: Partial<Omit<SealPolicy, "delayMs">> & { delayMs?: Partial<SealPolicy["delayMs"]> };
  /** rows per second that a backlog is sent at; the desired document may change it */
  backfillRate?: number;
  timing?: Partial<Timing>;
  /** called with every fault a person should know of, beside the log */
  onProblem?: (code: string, detail: string) => void;
}

const Checked = z.object({
  node: NodeId,
  url: z.url({ protocol: /^(mqtts?|tls|tcp|wss?)$/ }),
  token: z.string().min(1, "must not be empty"),
  dataDir: z.string().min(1, "must not be empty"),
  labels: z.record(z.string().max(63), z.string().max(253)).optional(),
  quota: z
    .object({
      bytes: z
        .number()
        .min(256 * 1024, "must be 256 KiB or more")
        .optional(),
    })
    .optional(),
  backfillRate: z.number().positive().optional(),
});

/** @throws {DeviceError} `BAD_OPTIONS`, naming the first option at fault. */
export function checkOptions(options: DeviceOptions): StreamSpec[] {
  const parsed = Checked.safeParse(options);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = formatPath(issue?.path ?? []);
    throw new DeviceError("BAD_OPTIONS", `${field}: ${issue?.message ?? "is not valid"}`, field);
  }
  return withAliases(options.streams);
}

function withAliases(streams: readonly DeviceStream[]): StreamSpec[] {
  const taken = new Set(streams.flatMap(({ alias }) => (alias === undefined ? [] : [alias])));
  const keys = new Set<string>();
  let next = 1;
  return streams.map((stream, index) => {
    while (taken.has(next)) next += 1;
    const alias = stream.alias ?? next;
    if (stream.alias === undefined) taken.add(next);
    const parsed = StreamSpec.safeParse({ ...stream, alias });
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const field = formatPath(["streams", index, ...(issue?.path ?? [])]);
      throw new DeviceError("BAD_OPTIONS", `${field}: ${issue?.message ?? "is not valid"}`, field);
    }
    if (keys.has(stream.key))
      throw new DeviceError(
        "BAD_OPTIONS",
        `streams[${index}].key: ${stream.key} is there twice`,
        `streams[${index}].key`,
      );
    keys.add(stream.key);
    return parsed.data;
  });
}
