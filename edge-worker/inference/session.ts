import { InferenceSession, Tensor } from "onnxruntime-node";
import type { ModelSidecar } from "./sidecar";
import { ModelRefused } from "./refusal";

/** The part of a sidecar that loading and running needs. */
export type ModelIo = Pick<ModelSidecar, "inputs" | "outputs">;

/** One output for a batch: `width` values per window. */
export interface OutputColumn {
  name: string;
  width: number;
  values: Float32Array;
}

export interface LoadedModel {
  width: number;
  run(rows: Float32Array, count: number): Promise<OutputColumn[]>;
  release(): Promise<void>;
}

/**
 * Opens a model from memory with one thread and compares what it really takes and gives with its manifest. Called only
 * in the probe and in the model thread, never on the main thread: run() blocks until it is done.
 * @throws {ModelRefused} `MODEL_IO` naming expected and found; `MODEL_MEMORY` and `MODEL_PARSE` from the runtime's words
 */
export async function openModel(bytes: Uint8Array, io: ModelIo): Promise<LoadedModel> {
  const [input] = io.inputs;
  const width = input.features.length;
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(bytes, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: "sequential",
      enableCpuMemArena: false,
      logSeverityLevel: 4,
    });
  } catch (cause) {
    throw fromRuntime(cause, "loaded");
  }
  checkInput(session, input);
  for (const output of io.outputs) {
    if (!session.outputNames.includes(output.name)) {
      throw new ModelRefused(
        "MODEL_IO",
        `The manifest names the output "${output.name}"; the model has ${session.outputNames.join(", ")}.`,
      );
    }
  }
  const fetches = io.outputs.map(({ name }) => name);
  return {
    width,
    run: async (rows, count) => {
      try {
        const results = await session.run({ [input.name]: new Tensor("float32", rows, [count, width]) }, fetches);
        return fetches.map((name) => {
          const data = results[name]?.data;
          if (!(data instanceof Float32Array) || data.length % count !== 0) {
            throw new ModelRefused("MODEL_IO", `The output "${name}" is not float32 with one row per window.`);
          }
          return { name, width: data.length / count, values: data };
        });
      } catch (cause) {
        throw cause instanceof ModelRefused ? cause : fromRuntime(cause, "run");
      }
    },
    release: () => session.release(),
  };
}

function checkInput(session: InferenceSession, input: ModelIo["inputs"][0]): void {
  if (session.inputNames.length !== 1 || session.inputNames[0] !== input.name) {
    throw new ModelRefused(
      "MODEL_IO",
      `The manifest names the input "${input.name}"; the model takes ${session.inputNames.join(", ") || "none"}.`,
    );
  }
  const [found] = session.inputMetadata;
  if (!found?.isTensor || found.type !== "float32") {
    throw new ModelRefused(
      "MODEL_IO",
      `The input "${input.name}" has to be float32; the model takes ${found?.isTensor ? found.type : "something that is no tensor"}.`,
    );
  }
  const shape = found.shape;
  const [batch, columns] = shape;
  const isBatchFree = typeof batch === "string" || batch === -1 || batch === undefined;
  const isWidthRight = typeof columns === "string" || columns === -1 || columns === input.features.length;
  if (shape.length !== 2 || !isBatchFree || !isWidthRight) {
    throw new ModelRefused(
      "MODEL_IO",
      `The input "${input.name}" has to have shape [any, ${input.features.length}]; the model takes [${shape.join(", ")}].`,
    );
  }
}

function fromRuntime(cause: unknown, when: "loaded" | "run"): ModelRefused {
  const message = cause instanceof Error ? cause.message : String(cause);
  const short = message.replace(/\s+/g, " ").slice(0, 300);
  if (/bad_alloc|alloc|out of memory|exceeds/i.test(message))
    return new ModelRefused("MODEL_MEMORY", `The model asks for more memory than it may have: ${short}`);
  return new ModelRefused(when === "loaded" ? "MODEL_PARSE" : "MODEL_IO", `The model could not be ${when}: ${short}`);
}
