/**
 * The worker thread that holds every loaded model of a node: run() of the ONNX runtime blocks its thread, and here it
 * blocks nobody else (design decision 23). Answers in the order asked.
 */
import { createHash } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import type { ThreadAnswer, ThreadRequest } from "./model-thread";
import { ModelRefused } from "./refusal";
import { type LoadedModel, openModel } from "./session";

const models = new Map<number, LoadedModel>();

async function handle(request: Exclude<ThreadRequest, { kind: "end" }>): Promise<ThreadAnswer> {
  switch (request.kind) {
    case "load": {
      const digest = `sha256:${createHash("sha256").update(request.bytes).digest("hex")}`;
      models.set(request.model, await openModel(request.bytes, request.io));
      return { kind: "loaded", id: request.id, digest };
    }
    case "run": {
      const model = models.get(request.model);
      if (!model) throw new RangeError("the model has been unloaded");
      const startedMs = performance.now();
      const outputs = await model.run(request.rows, request.count);
      return { kind: "ran", id: request.id, runMs: performance.now() - startedMs, outputs };
    }
    case "unload": {
      const model = models.get(request.model);
      models.delete(request.model);
      await model?.release();
      return { kind: "done", id: request.id };
    }
  }
}

const port = parentPort;
if (!port) throw new Error("inference/thread is started as a worker thread by the edge worker");
const { isOver } = z.object({ isOver: z.instanceof(Int32Array) }).parse(workerData);
port.on("message", (request: ThreadRequest) => {
  // Only between two runs can this thread end: torn out of one, the runtime takes the whole process down with it.
  if (Atomics.load(isOver, 0) === 1 || request.kind === "end") process.exit(0);
  handle(request).then(
    (answer) => port.postMessage(answer),
    (cause: unknown) =>
      port.postMessage({
        kind: "failed",
        id: request.id,
        code: cause instanceof ModelRefused ? cause.code : null,
        message: cause instanceof Error ? cause.message : String(cause),
      } satisfies ThreadAnswer),
  );
});
