/**
 * Writes ONNX models: the few protobuf messages of onnx.proto that our graphs need, by hand, so that training has no
 * dependency and the same model has the same bytes. IR version 8 and opset 17 are what every runtime in use accepts.
 */

const IR_VERSION = 8;
const OPSET = 17;
const FLOAT = 1;

export interface OnnxNode {
  op: string;
  inputs: readonly string[];
  outputs: readonly string[];
  /** attributes: a whole number or a list of them */
  ints?: Readonly<Record<string, number | readonly number[]>>;
}

export interface OnnxGraph {
  name: string;
  /** width of the one float32 input `x` of shape [N, width] */
  inputWidth: number;
  /** float32 outputs of shape [N, 1] */
  outputs: readonly string[];
  nodes: readonly OnnxNode[];
  constants: Readonly<
    Record<
      string,
      { dims: readonly number[]; values: readonly number[] } | { dims: readonly number[]; integers: readonly number[] }
    >
  >;
}

// --- protobuf wire format: a field is (number << 3 | type), then a varint (type 0) or a length and bytes (type 2)

function varint(value: number): number[] {
  let rest = BigInt.asUintN(64, BigInt(value)); // negative numbers take ten bytes
  const bytes: number[] = [];
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

function concat(parts: readonly ArrayLike<number>[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const number = (field: number, value: number): Uint8Array => concat([varint(field << 3), varint(value)]);
const bytes = (field: number, content: ArrayLike<number>): Uint8Array =>
  concat([varint((field << 3) | 2), varint(content.length), content]);
const text = (field: number, content: string): Uint8Array => bytes(field, new TextEncoder().encode(content));
const message = (field: number, ...parts: Uint8Array[]): Uint8Array => bytes(field, concat(parts));

// --- onnx.proto; the numbers are its field numbers

/** AttributeProto: name 1, i 3, ints 8, type 20 (INT 2, INTS 7) */
function attribute(name: string, value: number | readonly number[]): Uint8Array {
  if (typeof value === "number") return message(5, text(1, name), number(3, value), number(20, 2));
  return message(5, text(1, name), ...value.map((item) => number(8, item)), number(20, 7));
}

/** NodeProto: input 1, output 2, name 3, op_type 4, attribute 5 */
function node({ op, inputs, outputs, ints = {} }: OnnxNode): Uint8Array {
  const attributes = Object.entries(ints).map(([name, value]) => attribute(name, value));
  return message(
    1,
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(3, `${op}_${outputs[0]}`),
    text(4, op),
    ...attributes,
  );
}

/** TensorProto: dims 1, data_type 2 (FLOAT 1, INT64 7), name 8, raw_data 9 (little endian) */
function tensor(name: string, constant: OnnxGraph["constants"][string]): Uint8Array {
  const isFloat = "values" in constant;
  const count = isFloat ? constant.values.length : constant.integers.length;
  const view = new DataView(new ArrayBuffer(count * (isFloat ? 4 : 8)));
  if (isFloat) constant.values.forEach((value, index) => view.setFloat32(index * 4, value, true));
  else constant.integers.forEach((value, index) => view.setBigInt64(index * 8, BigInt(value), true));
  return message(
    5,
    ...constant.dims.map((dim) => number(1, dim)),
    number(2, isFloat ? FLOAT : 7),
    text(8, name),
    bytes(9, new Uint8Array(view.buffer)),
  );
}

/** ValueInfoProto: name 1, type 2 {tensor_type 1 {elem_type 1, shape 2 {dim 1 {dim_value 1 | dim_param 2}}}} */
function valueInfo(field: number, name: string, width: number): Uint8Array {
  const shape = message(2, message(1, text(2, "N")), message(1, number(1, width)));
  return message(field, text(1, name), message(2, message(1, number(1, FLOAT), shape)));
}

/** ModelProto: ir_version 1, producer_name 2, graph 7, opset_import 8. GraphProto: node 1, name 2, initializer 5, input 11, output 12. */
export function writeOnnx(graph: OnnxGraph): Uint8Array {
  return concat([
    number(1, IR_VERSION),
    text(2, "throughline"),
    message(
      7,
      ...graph.nodes.map(node),
      text(2, graph.name),
      ...Object.entries(graph.constants).map(([name, constant]) => tensor(name, constant)),
      valueInfo(11, "x", graph.inputWidth),
      ...graph.outputs.map((name) => valueInfo(12, name, 1)),
    ),
    message(8, text(1, ""), number(2, OPSET)),
  ]);
}
