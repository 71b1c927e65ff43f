import { writeOnnx } from "./onnx-writer";
import type { PcaModel } from "./pca";

/**
 * A PCA model as ONNX: input `x` [N, features], outputs `t2`, `q` and `score` [N, 1].
 *
 *     z = (x − mean) / scale     t = z Pᵀ     t2 = Σ t² / λ     q = Σ (z − t P)²     score = max(t2 / limit, q / limit)
 *
 * The mean is subtracted in float32 before anything is multiplied: for a reading of 1480 ± 0.5 the difference is exact,
 * while a folded weight would lose four of its seven digits.
 */
export function pcaToOnnx(model: PcaModel, name: string): Uint8Array {
  const width = model.mean.length;
  const kept = model.components.length;
  return writeOnnx({
    name,
    inputWidth: width,
    outputs: ["t2", "q", "score"],
    constants: {
      mean: { dims: [width], values: model.mean },
      scale: { dims: [width], values: model.scale },
      loadings: {
        dims: [width, kept],
        values: Array.from({ length: width }, (_, feature) =>
          model.components.map((component) => component[feature] ?? 0),
        ).flat(),
      },
      components: { dims: [kept, width], values: model.components.flat() },
      eigenvalues: { dims: [kept], values: model.eigenvalues },
      t2_limit: { dims: [1], values: [model.t2Limit] },
      q_limit: { dims: [1], values: [model.qLimit] },
      last_axis: { dims: [1], integers: [1] },
    },
    nodes: [
      { op: "Sub", inputs: ["x", "mean"], outputs: ["centred"] },
      { op: "Div", inputs: ["centred", "scale"], outputs: ["z"] },
      { op: "MatMul", inputs: ["z", "loadings"], outputs: ["t"] },
      { op: "Mul", inputs: ["t", "t"], outputs: ["t_squared"] },
      { op: "Div", inputs: ["t_squared", "eigenvalues"], outputs: ["t_weighted"] },
      { op: "ReduceSum", inputs: ["t_weighted", "last_axis"], outputs: ["t2"], ints: { keepdims: 1 } },
      { op: "MatMul", inputs: ["t", "components"], outputs: ["z_known"] },
      { op: "Sub", inputs: ["z", "z_known"], outputs: ["residual"] },
      { op: "Mul", inputs: ["residual", "residual"], outputs: ["residual_squared"] },
      { op: "ReduceSum", inputs: ["residual_squared", "last_axis"], outputs: ["q"], ints: { keepdims: 1 } },
      { op: "Div", inputs: ["t2", "t2_limit"], outputs: ["t2_share"] },
      { op: "Div", inputs: ["q", "q_limit"], outputs: ["q_share"] },
      { op: "Max", inputs: ["t2_share", "q_share"], outputs: ["score"] },
    ],
  });
}
