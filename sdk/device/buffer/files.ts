import { type FileHandle, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemCode } from "../errors";

/** Makes a directory's entries survive a power cut; a no-op where directories cannot be opened (Windows). */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes all of `bytes` at `offset`: a short write goes on, so the only ends are all of it or an error. */
export async function writeAll(handle: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, offset + done);
    if (bytesWritten === 0) throw new RangeError("the disk took no bytes");
    done += bytesWritten;
  }
}

/** Replaces a small file as a whole: after a crash it holds the old text or the new one, never a part of either. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const next = `${path}.next`;
  const handle = await open(next, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(next, path);
  await syncDirectory(dirname(path));
}

/** The text of a file, or `null` when there is none. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return null;
    throw cause;
  }
}

export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** The part of a file before the zeros it was filled with ahead of its use. */
export function withoutReserve(data: Buffer): Buffer {
  let end = data.length;
  while (end > 0 && data[end - 1] === 0) end -= 1;
  return data.subarray(0, end);
}

/** Keeps bytes that recovery had to cut off, for a person to look at: at most `MAX_TORN_BYTES` per cut. */
export async function keepTornTail(root: string, file: string, tail: Uint8Array): Promise<void> {
  const folder = join(root, "torn");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const handle = await open(join(folder, basename(file)), "w", 0o600);
  try {
    await writeAll(handle, tail.subarray(0, MAX_TORN_BYTES), 0);
  } finally {
    await handle.close();
  }
}
const MAX_TORN_BYTES = 64 * 1024;
