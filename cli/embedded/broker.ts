import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { startAedes } from "./broker-aedes";
import { startMosquitto } from "./broker-mosquitto";
import { type Broker, BrokerError, type BrokerKind, type BrokerOptions } from "./running-broker";

/** Starts Mosquitto when this machine has it, else the broker from npm (no shared subscriptions, no Will delay, sessions in memory). */
export function startBroker(
  options: BrokerOptions,
  kind: BrokerKind = findMosquitto() === null ? "aedes" : "mosquitto",
): Promise<Broker> {
  if (kind === "aedes") return startAedes(options);
  const program = findMosquitto();
  if (program === null)
    throw new BrokerError(
      "failed",
      "Mosquitto is not installed on this machine. Install it (apt install mosquitto), or set BROKER=aedes.",
    );
  return startMosquitto(program, options);
}

/** Path of the mosquitto program, or null. Debian puts it in /usr/sbin, which is not on an ordinary user's PATH. */
export function findMosquitto(): string | null {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"];
  for (const folder of folders) {
    if (folder === "") continue;
    const path = join(folder, process.platform === "win32" ? "mosquitto.exe" : "mosquitto");
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue; // not here: the next folder
    }
  }
  return null;
}
