import { randomBytes } from "node:crypto";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onnx } from "onnx-proto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scanModel } from "./scan";
import type { ModelIo } from "./session";
import { FLOAT, INT64, encode, floats, int64s, mlpModel, sumModel, valueInfo } from "./testing";
import { ioOf } from "./testing-files";
import { probeModel, readModelFile } from "./verify";

const BOOL = onnx.TensorProto.DataType.BOOL;
const GRAPH = onnx.AttributeProto.AttributeType.GRAPH;
const TENSOR = onnx.AttributeProto.AttributeType.TENSOR;
const EXTERNAL = onnx.TensorProto.DataLocation.EXTERNAL;

const x = valueInfo("x", ["N", 1]);
const score = valueInfo("score", ["N", 1]);
const graph = (
  node: onnx.INodeProto[],
  initializer: onnx.ITensorProto[] = [],
  more: Partial<onnx.IGraphProto> = {},
) => ({ input: [x], output: [score], node, initializer, ...more });
const identity: onnx.INodeProto = { opType: "Identity", input: ["x"], output: ["score"] };
const good = sumModel(1);

/** x is spread over a huge shape and summed again: two nodes, gigabytes. */
const expand = (rows: number, columns: number) =>
  encode(
    graph(
      [
        { opType: "Expand", input: ["x", "shape"], output: ["big"] },
        {
          opType: "ReduceMax",
          input: ["big"],
          output: ["score"],
          attribute: [{ name: "keepdims", type: onnx.AttributeProto.AttributeType.INT, i: 0 }],
        },
      ],
      [int64s("shape", [rows, columns])],
    ),
  );

const external = (location: string): onnx.ITensorProto => ({
  name: "w",
  dims: [1, 1],
  dataType: FLOAT,
  dataLocation: EXTERNAL,
  externalData: [{ key: "location", value: location }],
});
const matMul: onnx.INodeProto = { opType: "MatMul", input: ["x", "w"], output: ["score"] };

const loop = (): Uint8Array => {
  const body: onnx.IGraphProto = {
    name: "body",
    input: [valueInfo("i", [], INT64), valueInfo("going", [], BOOL), valueInfo("carried", ["N", 1])],
    output: [valueInfo("still", [], BOOL), valueInfo("next", ["N", 1])],
    node: [
      { opType: "Identity", input: ["going"], output: ["still"] },
      { opType: "Identity", input: ["carried"], output: ["next"] },
    ],
  };
  return encode(
    graph(
      [
        {
          opType: "Loop",
          input: ["", "yes", "x"],
          output: ["score"],
          attribute: [{ name: "body", type: GRAPH, g: body }],
        },
      ],
      [{ name: "yes", dims: [], dataType: BOOL, rawData: new Uint8Array([1]) }],
    ),
  );
};

const nested = (depth: number): onnx.IGraphProto => ({
  name: `d${depth}`,
  output: [score],
  node: [
    depth === 0
      ? identity
      : {
          opType: "If",
          input: ["c"],
          output: ["score"],
          attribute: [{ name: "then_branch", type: GRAPH, g: nested(depth - 1) }],
        },
  ],
});

const wrongInput = (io: ModelIo, change: Partial<ModelIo["inputs"][0]>): ModelIo => ({
  ...io,
  inputs: [{ ...io.inputs[0], ...change }],
});
const text = (value: string) => new TextEncoder().encode(value);

type Row = [id: string, what: string, make: () => Uint8Array, code: string, says: RegExp, io?: ModelIo];
const ROWS: Row[] = [
  ["U01", "no bytes", () => new Uint8Array(0), "MODEL_PARSE", /empty/],
  ["U02", "garbage", () => Uint8Array.from(randomBytes(4_096)).fill(0xff, 0, 16), "MODEL_PARSE", /not an ONNX model/],
  ["U02", "a web page", () => text("<!doctype html><script>alert(1)</script>"), "MODEL_PARSE", /not an ONNX model/],
  ["U03", "cut off", () => good.slice(0, good.length - 20), "MODEL_PARSE", /not an ONNX model/],
  [
    "U04",
    "opset 999",
    () => encode(graph([identity]), { opsetImport: [{ domain: "", version: 999 }] }),
    "MODEL_PARSE",
    /operator set 999.*7 to 26/,
  ],
  ["U05", "IR 999", () => encode(graph([identity]), { irVersion: 999 }), "MODEL_PARSE", /IR version 999/],
  [
    "U06",
    "a cycle",
    () =>
      encode(
        graph([
          { opType: "Add", input: ["x", "b"], output: ["a"] },
          { opType: "Add", input: ["a", "x"], output: ["b"] },
          { opType: "Identity", input: ["b"], output: ["score"] },
        ]),
      ),
    "MODEL_PARSE",
    /could not be loaded/,
  ],
  ["U07", "Expand to 4·10¹⁰", () => expand(200_000, 200_000), "MODEL_MEMORY", /memory|MB/],
  ["U08", "Expand to 2·10⁹", () => expand(50_000, 40_000), "MODEL_MEMORY", /memory|MB/],
  [
    "U09",
    "ConstantOfShape of 8 GB",
    () =>
      encode(
        graph(
          [
            { opType: "ConstantOfShape", input: ["shape"], output: ["big"] },
            { opType: "ReduceMax", input: ["big"], output: ["m"] },
            { opType: "Add", input: ["x", "m"], output: ["score"] },
          ],
          [int64s("shape", [50_000, 40_000])],
        ),
      ),
    "MODEL_MEMORY",
    /memory|MB/,
  ],
  ["U10", "an endless Loop", loop, "MODEL_OP", /Loop/],
  [
    "U11",
    "200,000 nodes",
    () => encode(graph(Array.from({ length: 200_000 }, () => identity))),
    "MODEL_COMPLEX",
    /20000 nodes/,
  ],
  ["U12", "60 nested If", () => encode(graph(nested(60).node ?? [])), "MODEL_COMPLEX", /nested/],
  [
    "U13",
    "external data, ../",
    () => encode(graph([matMul], [external("../../etc/hostname")])),
    "MODEL_EXTERNAL",
    /single file/,
  ],
  [
    "U14",
    "external data, absolute",
    () => encode(graph([matMul], [external("/etc/passwd")])),
    "MODEL_EXTERNAL",
    /single file/,
  ],
  [
    "U15",
    "external data, a link by name",
    () => encode(graph([matMul], [external("link")])),
    "MODEL_EXTERNAL",
    /single file/,
  ],
  [
    "U16",
    "external data in an attribute",
    () =>
      encode(
        graph([
          { opType: "Constant", output: ["w"], attribute: [{ name: "value", type: TENSOR, t: external("w.bin") }] },
          matMul,
        ]),
      ),
    "MODEL_EXTERNAL",
    /single file/,
  ],
  [
    "U16",
    "external data in a subgraph",
    () =>
      encode(
        graph([
          {
            opType: "If",
            input: ["c"],
            output: ["score"],
            attribute: [{ name: "then_branch", type: GRAPH, g: graph([matMul], [external("w.bin")]) }],
          },
        ]),
      ),
    "MODEL_EXTERNAL",
    /single file/,
  ],
  ["U17", "external data in a sparse tensor", () => sparseExternal(), "MODEL_EXTERNAL", /single file/],
  [
    "U18",
    "a location without the flag",
    () => encode(graph([matMul], [{ ...external("w.bin"), dataLocation: onnx.TensorProto.DataLocation.DEFAULT }])),
    "MODEL_EXTERNAL",
    /single file/,
  ],
  [
    "U19",
    "an operator of its own",
    () =>
      encode(graph([{ ...identity, domain: "com.evil" }]), {
        opsetImport: [
          { domain: "", version: 17 },
          { domain: "com.evil", version: 1 },
        ],
      }),
    "MODEL_OP",
    /com\.evil/,
  ],
  [
    "U20",
    "a negative dimension",
    () => encode(graph([matMul], [{ ...floats("w", [-1, 1], [1]) }])),
    "MODEL_PARSE",
    /dimension of -1/,
  ],
  [
    "U21",
    "an initializer of 10⁹ × 10⁹",
    () => encode(graph([matMul], [{ name: "w", dims: [1e9, 1e9], dataType: FLOAT }])),
    "MODEL_PARSE",
    /dimension of 1000000000/,
  ],
  [
    "U22",
    "another input name",
    () => good,
    "MODEL_IO",
    /"temperature".*takes x/,
    wrongInput(ioOf(1), { name: "temperature" }),
  ],
  ["U22", "another width", () => good, "MODEL_IO", /\[any, 2\].*\[.*1\]/, ioOf(2)],
  [
    "U22",
    "another type",
    () =>
      encode({
        input: [valueInfo("x", ["N", 1], INT64)],
        output: [valueInfo("score", ["N", 1], INT64)],
        node: [identity],
      }),
    "MODEL_IO",
    /float32.*int64/,
  ],
  ["U22", "another output", () => good, "MODEL_IO", /"anomaly".*has score/, ioOf(1, ["anomaly"])],
  [
    "U23",
    "nothing but NaN",
    () =>
      encode(
        graph([
          { opType: "Sub", input: ["x", "x"], output: ["zero"] },
          { opType: "Div", input: ["zero", "zero"], output: ["score"] },
        ]),
      ),
    "MODEL_NAN",
    /not a number/,
  ],
  [
    "U25",
    "two graphs, of which a parser sees the merge",
    () => Buffer.concat([good, encode(graph([matMul], [external("w.bin")]))]),
    "MODEL_PARSE",
    /two graphs/,
  ],
];

function sparseExternal(): Uint8Array {
  return encode(
    graph([matMul], [], {
      sparseInitializer: [{ dims: [1, 1], values: external("w.bin"), indices: int64s("i", [0]) }],
    }),
  );
}

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hostile-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("a hostile model gets a verdict within 10 s and leaves this process as it was", () => {
  test.each(ROWS)("%s %s", { timeout: 20_000 }, async (_, __, make, code, says, io = ioOf(1)) => {
    const bytes = make();
    const rssBefore = process.memoryUsage.rss();
    const startedMs = performance.now();
    const refused = await probeModel(bytes, io).then(
      () => "accepted",
      (cause: unknown) => cause,
    );
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expect(refused, String(refused)).toMatchObject({ name: "ModelRefused", code });
    expect(String(refused)).toMatch(says);
    expect(process.memoryUsage.rss() - rssBefore).toBeLessThan(100 * 1_048_576);
  });

  test("U10 behind the scan: the kill timer ends what never returns", { timeout: 20_000 }, async () => {
    const startedMs = performance.now();
    await expect(
      probeModel(loop(), ioOf(1), { memoryMb: 600, timeoutMs: 3_000 }, { skipScan: true }),
    ).rejects.toMatchObject({ code: "MODEL_TIMEOUT" });
    expect(performance.now() - startedMs).toBeLessThan(4_500);
  });

  test("U24 a file over the limit is refused before it is read", async () => {
    const path = join(folder, "huge.onnx");
    const file = await open(path, "w");
    await file.truncate(2 ** 31 + 1);
    await file.close();
    await expect(readModelFile(path)).rejects.toMatchObject({ code: "TOO_LARGE" });
  });

  test("a good model passes, and its digest is that of its bytes", { timeout: 20_000 }, async () => {
    expect((await probeModel(good, ioOf(1))).digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(scanModel(mlpModel([32, 64, 64, 8]))).toMatchObject({ nodes: 5, operators: ["Gemm", "Relu"], irVersion: 8 });
  });
});
