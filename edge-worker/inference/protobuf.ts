import { ModelRefused } from "./refusal";

/** One field of a protobuf message: its number and either a number, or the bytes of a string, message or packed list. */
export type Field = { number: number; value: number; bytes: null } | { number: number; value: null; bytes: Uint8Array };

/**
 * Walks the fields of one message without copying. Written for hostile input: every length is checked against the bytes
 * that are there, groups are refused, and nothing is decoded that is not asked for.
 * Numbers above 2^53 lose precision; callers compare against limits far below.
 * @throws {ModelRefused} `MODEL_PARSE` for bytes that are not a message
 */
export function* fields(message: Uint8Array): Generator<Field> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let at = 0;
  const varint = (): bigint => {
    let result = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at];
      if (byte === undefined) throw broken("it ends in the middle of a number");
      at += 1;
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, result);
    }
    throw broken("a number has more than ten bytes");
  };
  while (at < message.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    if (tag < 8 || tag > 0xffff_ffff) throw broken("a field has no valid number");
    switch (tag & 7) {
      case 0:
        yield { number, value: Number(varint()), bytes: null };
        break;
      case 1:
      case 5: {
        const size = (tag & 7) === 1 ? 8 : 4;
        if (at + size > message.length) throw broken("it ends in the middle of a number");
        yield { number, value: size === 8 ? view.getFloat64(at, true) : view.getFloat32(at, true), bytes: null };
        at += size;
        break;
      }
      case 2: {
        const length = Number(varint());
        if (length < 0 || at + length > message.length) throw broken("a part claims to be longer than the file");
        yield { number, value: null, bytes: message.subarray(at, at + length) };
        at += length;
        break;
      }
      default:
        throw broken("it uses an encoding that ONNX does not");
    }
  }
}

function broken(why: string): ModelRefused {
  return new ModelRefused("MODEL_PARSE", `This is not an ONNX model: ${why}.`);
}

/** The numbers of a `repeated int64`, packed or not: call per field and concatenate. */
export function varints(field: Field): number[] {
  if (field.bytes === null) return [field.value];
  const numbers: number[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of field.bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte < 0x80) {
      numbers.push(Number(BigInt.asIntN(64, value)));
      value = 0n;
      shift = 0n;
    } else if (shift > 63n) throw broken("a number has more than ten bytes");
  }
  return numbers;
}

export function text(field: Field): string {
  return field.bytes === null ? "" : new TextDecoder().decode(field.bytes.subarray(0, 256));
}
