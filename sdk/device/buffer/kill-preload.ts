import fs, { type FileHandle } from "node:fs/promises";
import { writeSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { devNull } from "node:os";

/**
 * Fault injection that needs nothing but Node: loaded with `--import` before the process to be killed, it counts the calls of
 * one kind that change the disk and ends the process with SIGKILL at call KILL_WHEN, before that call does anything. Of a
 * `torn` one, half the bytes are written first. Calls are the asynchronous ones that the buffer makes; a ledger written with
 * the synchronous ones does not count.
 */
const kind = process.env.KILL_CALL ?? "";
const when = Number(process.env.KILL_WHEN ?? "0");
let calls = 0;

/** Kinds of calls, as KILL_CALL names them, and the functions of Node that make them. */
const METHODS: Readonly<Record<string, readonly string[]>> = {
  write: ["write", "writeFile"],
  torn: ["write", "writeFile"],
  fsync: ["sync"],
  fdatasync: ["datasync"],
  ftruncate: ["truncate"],
};
const FUNCTIONS: Readonly<Record<string, string>> = { rename: "rename", unlink: "rm" };

const probe = await fs.open(devNull, "r");
const handles: FileHandle = Object.getPrototypeOf(probe);
await probe.close();
for (const method of METHODS[kind] ?? []) watch(handles, method);
const name = FUNCTIONS[kind];
if (name) watch(fs, name);
else if (!METHODS[kind]) throw new RangeError(`KILL_CALL cannot be ${kind}`);
syncBuiltinESMExports();

function watch(owner: object, method: string): void {
  const original: unknown = Reflect.get(owner, method);
  if (typeof original !== "function") throw new TypeError(`Node has no ${method} here`);
  Reflect.set(owner, method, function (this: FileHandle, ...given: unknown[]): unknown {
    calls += 1;
    if (calls === when) {
      if (kind === "torn") writeHalf(this.fd, given);
      process.kill(process.pid, "SIGKILL");
    }
    return Reflect.apply(original, this, given);
  });
}

/** `write(bytes, offset, length, position)` or `writeFile(text)`. */
function writeHalf(fd: number, [data, offset, length, position]: unknown[]): void {
  if (typeof data === "string") writeSync(fd, data.slice(0, data.length >> 1));
  else if (data instanceof Uint8Array && typeof position === "number")
    writeSync(fd, data, Number(offset), Number(length) >> 1, position);
  else throw new TypeError("a write in a form that the buffer did not use before");
}
