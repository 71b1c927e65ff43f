import { onnx } from "onnx-proto";

/** Small models for tests and benchmarks, good ones and hostile ones, built with the ONNX library's own encoder. */

export const FLOAT = onnx.TensorProto.DataType.FLOAT;
export const INT64 = onnx.TensorProto.DataType.INT64;

export function valueInfo(
  name: string,
  dims: readonly (number | string)[],
  elemType: number = FLOAT,
): onnx.IValueInfoProto {
  const dim = dims.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

export function floats(name: string, dims: number[], values: readonly number[]): onnx.ITensorProto {
  return { name, dims, dataType: FLOAT, rawData: new Uint8Array(Float32Array.from(values).buffer) };
}

export function int64s(name: string, values: readonly number[]): onnx.ITensorProto {
  return {
    name,
    dims: [values.length],
    dataType: INT64,
    rawData: new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer),
  };
}

export function encode(graph: onnx.IGraphProto, model: Partial<onnx.IModelProto> = {}): Uint8Array {
  return onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: "", version: 17 }],
    producerName: "test",
    graph: { name: "g", ...graph },
    ...model,
  }).finish();
}

/** score = Σ x × scale */
export function sumModel(width: number, scale = 1): Uint8Array {
  return encode({
    input: [valueInfo("x", ["N", width])],
    output: [valueInfo("score", ["N", 1])],
    initializer: [
      floats(
        "w",
        [width, 1],
        Array.from({ length: width }, () => scale),
      ),
    ],
    node: [{ opType: "MatMul", input: ["x", "w"], output: ["score"] }],
  });
}

/** Dense layers with ReLU between them and seeded weights: `[32, 64, 64, 8]` is the benchmark's. */
export function mlpModel(layers: readonly number[]): Uint8Array {
  let seed = 7;
  const next = (): number => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return seed / 4_294_967_296 - 0.5;
  };
  const initializer: onnx.ITensorProto[] = [];
  const node: onnx.INodeProto[] = [];
  let from = "x";
  for (let layer = 1; layer < layers.length; layer += 1) {
    const [rows = 1, columns = 1] = [layers[layer - 1], layers[layer]];
    const isLast = layer === layers.length - 1;
    initializer.push(
      floats(`w${layer}`, [rows, columns], Array.from({ length: rows * columns }, next)),
      floats(`b${layer}`, [columns], Array.from({ length: columns }, next)),
    );
    node.push({ opType: "Gemm", input: [from, `w${layer}`, `b${layer}`], output: [isLast ? "score" : `h${layer}`] });
    from = `h${layer}`;
    if (!isLast) {
      node.push({ opType: "Relu", input: [from], output: [`r${layer}`] });
      from = `r${layer}`;
    }
  }
  return encode({
    input: [valueInfo("x", ["N", layers[0] ?? 1])],
    output: [valueInfo("score", ["N", layers.at(-1) ?? 1])],
    initializer,
    node,
  });
}
