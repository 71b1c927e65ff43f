import { crc32 } from "node:zlib";

/**
 * One frame of a log file: `length (4) · crc32 (4) · type (1) · body`. `length` counts type and body, the checksum
 * covers both, integers are little-endian. A frame that was torn by a crash fails its length or its checksum; what
 * stands before it is whole.
 */
export const FRAME_HEAD = 9;
/** Longest body a frame may claim; a larger length can only be garbage. */
export const MAX_FRAME_BODY = 16 * 1024 * 1024;

export interface Frame {
  type: number;
  body: Buffer;
  /** where the frame starts in its file, in bytes */
  at: number;
  /** bytes of head and body */
  size: number;
}

export function encodeFrame(type: number, body: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEAD + body.length);
  frame.writeUInt32LE(body.length + 1, 0);
  frame[8] = type;
  frame.set(body, FRAME_HEAD);
  frame.writeUInt32LE(crc32(frame.subarray(8)), 4);
  return frame;
}

export function encodeJsonFrame(type: number, value: unknown): Buffer {
  return encodeFrame(type, Buffer.from(JSON.stringify(value)));
}

/** The frame that starts at `offset` of `data`, or `null` when it is torn, corrupt or absent. */
export function readFrame(data: Buffer, offset: number, fileOffset = offset): Frame | null {
  if (offset + FRAME_HEAD > data.length) return null;
  const length = data.readUInt32LE(offset);
  if (length < 1 || length > MAX_FRAME_BODY + 1 || offset + 8 + length > data.length) return null;
  const sum = data.readUInt32LE(offset + 4);
  if (crc32(data.subarray(offset + 8, offset + 8 + length)) !== sum) return null;
  const type = data[offset + 8] ?? 0;
  return { type, body: data.subarray(offset + FRAME_HEAD, offset + 8 + length), at: fileOffset, size: 8 + length };
}

/** Every whole frame from the start of `data`, and where the last one ends: what lies beyond is torn or garbage. */
export function scanFrames(data: Buffer): { frames: Frame[]; end: number } {
  const frames: Frame[] = [];
  let end = 0;
  for (let frame = readFrame(data, end); frame; frame = readFrame(data, end)) {
    frames.push(frame);
    end += frame.size;
  }
  return { frames, end };
}

/** A body made of a JSON head and raw bytes: `length of head (4) · head · bytes`. */
export function joinHead(head: unknown, bytes: Uint8Array): Buffer {
  const text = Buffer.from(JSON.stringify(head));
  const body = Buffer.allocUnsafe(4 + text.length + bytes.length);
  body.writeUInt32LE(text.length, 0);
  body.set(text, 4);
  body.set(bytes, 4 + text.length);
  return body;
}

/** @throws {RangeError} when the head's length does not fit the body. */
export function splitHead(body: Buffer): { head: unknown; bytes: Buffer } {
  const length = body.length >= 4 ? body.readUInt32LE(0) : Number.POSITIVE_INFINITY;
  if (4 + length > body.length) throw new RangeError("the frame's head is longer than the frame");
  const head: unknown = JSON.parse(body.toString("utf8", 4, 4 + length));
  return { head, bytes: body.subarray(4 + length) };
}
