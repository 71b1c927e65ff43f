import { createServer } from "node:net";
import { CliError } from "./command";

export interface WantedPort {
  port: number;
  /** Who wants it, for the sentence. */
  label: string;
  /** Environment variable that moves it. */
  variable: string;
}

export type PortState = "free" | "busy" | "denied";

export function probePort(port: number): Promise<PortState> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", (cause: NodeJS.ErrnoException) => {
      if (cause.code === "EADDRINUSE") done("busy");
      else if (cause.code === "EACCES") done("denied");
      else fail(cause);
    });
    probe.listen(port, "127.0.0.1", () => probe.close(() => done("free")));
  });
}

/** @throws {CliError} naming every port that cannot be had and how to move it, so that one try is enough */
export async function demandFreePorts(wanted: readonly WantedPort[]): Promise<void> {
  const twice = wanted.find((one, i) => wanted.some((other, j) => j < i && other.port === one.port));
  if (twice) throw new CliError(`Port ${twice.port} is wanted twice.`, `Set ${twice.variable} to another port.`);
  const states = await Promise.all(wanted.map(async (one) => ({ ...one, state: await probePort(one.port) })));
  const busy = states.filter(({ state }) => state === "busy");
  const denied = states.filter(({ state }) => state === "denied");
  if (busy.length > 0) {
    const list = busy.map(({ port, label }) => `${port} (${label})`).join(", ");
    const example = busy
      .map(({ port, variable }) => `${variable}=${port + 10_000 > 65_000 ? port - 1_000 : port + 10_000}`)
      .join(" ");
    throw new CliError(
      `Another program uses port${busy.length > 1 ? "s" : ""} ${list}.`,
      `Stop that program, or choose other ports: ${example} npm start`,
    );
  }
  if (denied.length > 0) {
    const list = denied.map(({ port, label, variable }) => `${port} (${label}, ${variable})`).join(", ");
    throw new CliError(`This user may not listen on port ${list}.`, "Choose ports above 1023.");
  }
}
