import { createHash } from "node:crypto";
import { readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { type Server, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeviceError, systemCode } from "../errors";

/**
 * One process per buffer. Node has no `flock`, so the lock is a listening socket whose name comes from the folder: the
 * kernel gives it to one process and takes it back when that process dies, however it dies. On Linux the name is in the
 * abstract namespace and leaves no file; elsewhere a stale socket file is removed once nobody answers on it. `worker.pid`
 * only tells people who holds the lock.
 *
 * @throws {DeviceError} `ALREADY_RUNNING`, naming the process that holds it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const name = createHash("sha256").update(realpathSync(folder)).digest("hex").slice(0, 32);
  const address = socketAddress(name);
  const pidFile = join(folder, "worker.pid");
  const server = await listen(address).catch((cause: unknown) => {
    if (systemCode(cause) !== "EADDRINUSE") throw cause;
    throw new DeviceError(
      "ALREADY_RUNNING",
      `Another process (pid ${readPid(pidFile)}) already works on ${folder}: stop it, or give this one its own dataDir.`,
      "dataDir",
    );
  });
  try {
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch (cause) {
    // A full disk must not keep the buffer from opening: what it holds has to be sent to make room.
    if (systemCode(cause) !== "ENOSPC") {
      server.close();
      throw cause;
    }
  }
  return async () => {
    rmSync(pidFile, { force: true });
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
}

function socketAddress(name: string): string {
  if (process.platform === "linux") return `\0throughline-${name}`;
  if (process.platform === "win32") return `\\\\.\\pipe\\throughline-${name}`;
  return join(tmpdir(), `throughline-${name}.sock`);
}

function listen(address: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", reject);
    server.listen(address, () => {
      server.unref();
      resolve(server);
    });
  });
}

function readPid(pidFile: string): string {
  try {
    return readFileSync(pidFile, "utf8").trim();
  } catch (cause) {
    return `unknown, ${systemCode(cause) || "no pid file"}`;
  }
}
