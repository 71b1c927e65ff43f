import { writeOnnx } from "@/server/models/domain/onnx-writer";

/** Features of one window, inputs of the network. */
export const MLP_WIDTH = 32;

let seed = 11;
/** The next of a fixed sequence of numbers from 0 to 1. */
export function benchRandom(): number {
  seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296;
  return seed / 4_294_967_296;
}

/** Dense layers 32-64-64-8 with ReLU between them, and the largest of the eight as the score, as an ONNX file. */
export function mlpModel(): Uint8Array {
  const weights = (...dims: number[]) => ({
    dims,
    values: Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => benchRandom() - 0.5),
  });
  return writeOnnx({
    name: "mlp",
    inputWidth: MLP_WIDTH,
    outputs: ["score"],
    constants: {
      w1: weights(MLP_WIDTH, 64),
      b1: weights(64),
      w2: weights(64, 64),
      b2: weights(64),
      w3: weights(64, 8),
      b3: weights(8),
    },
    nodes: [
      { op: "Gemm", inputs: ["x", "w1", "b1"], outputs: ["h1"] },
      { op: "Relu", inputs: ["h1"], outputs: ["r1"] },
      { op: "Gemm", inputs: ["r1", "w2", "b2"], outputs: ["h2"] },
      { op: "Relu", inputs: ["h2"], outputs: ["r2"] },
      { op: "Gemm", inputs: ["r2", "w3", "b3"], outputs: ["classes"] },
      { op: "ReduceMax", inputs: ["classes"], outputs: ["score"], ints: { axes: [1], keepdims: 1 } },
    ],
  });
}
