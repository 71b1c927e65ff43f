import type { DeviceStats } from "@/sdk/device/stats";
import { deviceParts } from "./device-health";
import type { Part } from "./health";
import type { SlotState } from "./inference/slots";
import type { PipelineState } from "./pipelines";
import type { Adapter } from "./samples";

/** Where a source stands. `error`: what last went wrong with it; null once a reading has gone through since. */
export interface AdapterState {
  adapter: Adapter;
  state: "running" | "ended" | "failed";
  error: string | null;
}

/** Every part of a worker with its state and, where it is not well, why. */
export function workerParts(now: {
  device: DeviceStats;
  adapters: readonly AdapterState[];
  slots: readonly SlotState[];
  pipelines: readonly PipelineState[];
  thread: { isAlive: boolean; trouble: string | null };
}): Part[] {
  const { isAlive, trouble } = now.thread;
  return [
    ...deviceParts(now.device),
    ...now.adapters.map(adapterPart),
    ...now.slots.map(slotPart),
    ...now.pipelines.map(pipelinePart),
    {
      name: "model thread",
      status: isAlive && !trouble ? "ok" : "failing",
      ...(trouble ? { detail: trouble } : {}),
    },
  ];
}

function adapterPart({ adapter, state, error }: AdapterState): Part {
  const trouble = adapter.trouble() ?? error;
  return {
    name: `adapter ${adapter.name}`,
    status: state === "failed" ? "failing" : trouble ? "degraded" : "ok",
    ...(trouble ? { detail: trouble } : state === "ended" ? { detail: "the source has ended" } : {}),
  };
}

function slotPart({ slot, digest, error, isWaiting }: SlotState): Part {
  return {
    name: `slot ${slot}`,
    status: digest && !error ? "ok" : digest || isWaiting ? "degraded" : "failing",
    ...(error ? { detail: `${error.code}: ${error.message}` } : isWaiting ? { detail: "no model has come yet" } : {}),
  };
}

function pipelinePart({ pipeline, failing, failures, rejected, rows, lastRejection }: PipelineState): Part {
  const name = `pipeline ${pipeline}`;
  if (failing)
    return { name, status: "failing", detail: `it broke ${failures} time(s) and was started again: ${failing}` };
  return {
    name,
    status: rejected > 0 && rows === 0 ? "degraded" : "ok",
    ...(lastRejection ? { detail: `${rejected} window(s) not scored, the last: ${lastRejection}` } : {}),
  };
}
