import { fields, text, varints } from "./protobuf";
import { ModelRefused } from "./refusal";

/** What a scanned file says about itself; nothing here has been executed. */
export interface ModelFacts {
  irVersion: number;
  /** operator set per domain; "" is ai.onnx */
  opsets: Readonly<Record<string, number>>;
  producer: string;
  nodes: number;
  operators: readonly string[];
  initializerBytes: number;
  inputs: readonly string[];
  outputs: readonly string[];
}

export const SCAN_LIMITS = {
  bytes: 64 * 1_048_576,
  nodes: 20_000,
  /** graphs inside graphs (If, Loop bodies) */
  depth: 8,
  dimension: 1e8,
  elements: 1e8,
  attributes: 1_000,
} as const;

/** What onnxruntime 1.30 reads (measured): IR 2–13, ai.onnx 7–26, ai.onnx.ml 1–5. */
const IR_RANGE = [2, 13] as const;
const OPSET_RANGE: Readonly<Record<string, readonly [number, number]>> = {
  "": [7, 26],
  "ai.onnx": [7, 26],
  "ai.onnx.ml": [1, 5],
};

/**
 * Operators that models for plants use: arithmetic, layers, reductions, shapes, classical machine learning. Absent on
 * purpose: Loop, Scan and If (a run inside the worker cannot be cancelled), strings, images, random numbers, optional and
 * sequence types.
 */
const OPERATORS = new Set(
  `Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization BitShift Cast CastLike Ceil Celu Clip
   Compress Concat Constant ConstantOfShape Conv ConvTranspose Cos Cosh CumSum DepthToSpace DequantizeLinear Div Dropout
   DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand Flatten Floor GRU Gather GatherElements GatherND Gelu Gemm
   GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual GroupNormalization HardSigmoid HardSwish Hardmax Identity
   InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax LpNormalization LpPool
   MatMul MatMulInteger Max MaxPool Mean MeanVarianceNormalization Min Mish Mod Mul Neg Not OneHot Or PRelu Pad Pow QLinearConv
   QLinearMatMul QuantizeLinear RNN Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean
   ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape Round ScatterElements ScatterND Selu Shape Shrink Sigmoid Sign
   Sin Sinh Size Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Tan Tanh ThresholdedRelu Tile TopK
   Transpose Trilu Unsqueeze Where Xor`.split(/\s+/),
);
const ML_OPERATORS = new Set(
  `ArrayFeatureExtractor Binarizer FeatureVectorizer Imputer LinearClassifier LinearRegressor Normalizer SVMClassifier SVMRegressor
   Scaler TreeEnsemble TreeEnsembleClassifier TreeEnsembleRegressor ZipMap`.split(/\s+/),
);

interface State {
  nodes: number;
  operators: Set<string>;
  initializerBytes: number;
}

/**
 * Reads a model file as bytes from a stranger (design decision 24), before any runtime sees it. Graphs are walked with
 * all that hangs off them: attributes, subgraphs, sparse initializers, functions, training info.
 * @throws {ModelRefused} with the first thing found
 */
export function scanModel(bytes: Uint8Array): ModelFacts {
  if (bytes.length === 0) throw new ModelRefused("MODEL_PARSE", "The file is empty.");
  if (bytes.length > SCAN_LIMITS.bytes) throw tooLarge(bytes.length);
  const state: State = { nodes: 0, operators: new Set(), initializerBytes: 0 };
  let irVersion = 0;
  let producer = "";
  const opsets: Record<string, number> = {};
  let graph: Uint8Array | null = null;
  for (const field of fields(bytes)) {
    if (field.number === 1 && field.value !== null) irVersion = field.value;
    else if (field.number === 2) producer = text(field);
    else if (field.number === 8 && field.bytes) {
      let domain = "";
      let version = 0;
      for (const part of fields(field.bytes)) {
        if (part.number === 1) domain = text(part);
        if (part.number === 2 && part.value !== null) version = part.value;
      }
      opsets[domain] = version;
    } else if (field.number === 7 && field.bytes) {
      // a parser would merge the two, and scan and runtime would see different graphs
      if (graph) throw new ModelRefused("MODEL_PARSE", "This is not an ONNX model: it has two graphs.");
      graph = field.bytes;
    } else if (field.number === 20)
      throw new ModelRefused("MODEL_COMPLEX", "The model carries training graphs. Export it for inference.");
    else if (field.number === 25)
      throw new ModelRefused("MODEL_OP", "The model defines functions of its own. Export it with them inlined.");
  }
  if (graph === null) throw new ModelRefused("MODEL_PARSE", "This is not an ONNX model: it has no graph.");
  checkVersions(irVersion, opsets);
  const io = walkGraph(graph, 0, state);
  if (state.nodes === 0) throw new ModelRefused("MODEL_PARSE", "The model's graph has no nodes.");
  return {
    irVersion,
    opsets,
    producer,
    nodes: state.nodes,
    operators: [...state.operators].sort(),
    initializerBytes: state.initializerBytes,
    ...io,
  };
}

export function tooLarge(size: number): ModelRefused {
  return new ModelRefused(
    "TOO_LARGE",
    `The model has ${(size / 1_048_576).toFixed(1)} MB; at most ${SCAN_LIMITS.bytes / 1_048_576} MB are read.`,
  );
}

function checkVersions(irVersion: number, opsets: Readonly<Record<string, number>>): void {
  if (irVersion < IR_RANGE[0] || irVersion > IR_RANGE[1]) {
    throw new ModelRefused(
      "MODEL_PARSE",
      `The file format is IR version ${irVersion}; ${IR_RANGE[0]} to ${IR_RANGE[1]} can be read. Export it with IR 8.`,
    );
  }
  if (Object.keys(opsets).length === 0) throw new ModelRefused("MODEL_PARSE", "The model names no operator set.");
  for (const [domain, version] of Object.entries(opsets)) {
    const range = OPSET_RANGE[domain];
    if (!range)
      throw new ModelRefused(
        "MODEL_OP",
        `The operator domain "${domain}" is not on the list; ai.onnx and ai.onnx.ml are.`,
      );
    if (version < range[0] || version > range[1]) {
      throw new ModelRefused(
        "MODEL_PARSE",
        `The model uses operator set ${version} of ${domain || "ai.onnx"}; ${range[0]} to ${range[1]} can be read. Export it with opset 17.`,
      );
    }
  }
}

function walkGraph(graph: Uint8Array, depth: number, state: State): Pick<ModelFacts, "inputs" | "outputs"> {
  if (depth > SCAN_LIMITS.depth)
    throw new ModelRefused("MODEL_COMPLEX", `Graphs are nested deeper than ${SCAN_LIMITS.depth}.`);
  const inputs: string[] = [];
  const outputs: string[] = [];
  for (const field of fields(graph)) {
    if (!field.bytes) continue;
    if (field.number === 1) walkNode(field.bytes, depth, state);
    else if (field.number === 5) walkTensor(field.bytes, state);
    else if (field.number === 11) inputs.push(valueName(field.bytes));
    else if (field.number === 12) outputs.push(valueName(field.bytes));
    else if (field.number === 15) walkSparse(field.bytes, state);
  }
  return { inputs, outputs };
}

function walkNode(node: Uint8Array, depth: number, state: State): void {
  state.nodes += 1;
  if (state.nodes > SCAN_LIMITS.nodes)
    throw new ModelRefused("MODEL_COMPLEX", `The graph has more than ${SCAN_LIMITS.nodes} nodes.`);
  let operator = "";
  let domain = "";
  let attributes = 0;
  const graphs: Uint8Array[] = [];
  for (const field of fields(node)) {
    if (field.number === 4) operator = text(field);
    else if (field.number === 7) domain = text(field);
    else if (field.number === 5 && field.bytes) {
      attributes += 1;
      if (attributes > SCAN_LIMITS.attributes)
        throw new ModelRefused("MODEL_COMPLEX", "A node has too many attributes.");
      graphs.push(...walkAttribute(field.bytes, state));
    }
  }
  // subgraphs first: what is hidden inside one is the better reason than the operator that holds it
  for (const graph of graphs) walkGraph(graph, depth + 1, state);
  const known = domain === "" || domain === "ai.onnx" ? OPERATORS : domain === "ai.onnx.ml" ? ML_OPERATORS : null;
  if (!known?.has(operator)) {
    throw new ModelRefused(
      "MODEL_OP",
      `The operator ${domain ? `${domain}.` : ""}${operator || "without a name"} is not on the list of operators that edge nodes run.`,
    );
  }
  state.operators.add(domain && domain !== "ai.onnx" ? `${domain}.${operator}` : operator);
}

/** Checks the tensors in an attribute and returns its graphs. */
function walkAttribute(attribute: Uint8Array, state: State): Uint8Array[] {
  const graphs: Uint8Array[] = [];
  for (const { number, bytes } of fields(attribute)) {
    if (!bytes) continue;
    if (number === 5 || number === 10) walkTensor(bytes, state);
    else if (number === 6 || number === 11) graphs.push(bytes);
    else if (number === 22 || number === 23) walkSparse(bytes, state);
  }
  return graphs;
}

function walkSparse(sparse: Uint8Array, state: State): void {
  const dims: number[] = [];
  for (const field of fields(sparse)) {
    if ((field.number === 1 || field.number === 2) && field.bytes) walkTensor(field.bytes, state);
    else if (field.number === 3) dims.push(...varints(field));
  }
  checkDims(dims);
}

const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;

function walkTensor(tensor: Uint8Array, state: State): void {
  const dims: number[] = [];
  let isExternal = false;
  for (const field of fields(tensor)) {
    if (field.number === 1) dims.push(...varints(field));
    else if (field.number === EXTERNAL_DATA || (field.number === DATA_LOCATION && field.value !== 0)) isExternal = true;
  }
  if (isExternal)
    throw new ModelRefused("MODEL_EXTERNAL", "The model keeps weights in another file. Export it as a single file.");
  checkDims(dims);
  state.initializerBytes += tensor.length;
}

function checkDims(dims: readonly number[]): void {
  let elements = 1;
  for (const size of dims) {
    if (size < 0 || size > SCAN_LIMITS.dimension)
      throw new ModelRefused("MODEL_PARSE", `A tensor has a dimension of ${size}.`);
    elements *= size;
  }
  if (elements > SCAN_LIMITS.elements)
    throw new ModelRefused(
      "MODEL_MEMORY",
      `A tensor of ${dims.join(" × ")} elements is larger than any node can hold.`,
    );
}

function valueName(info: Uint8Array): string {
  for (const field of fields(info)) if (field.number === 1) return text(field);
  return "";
}
