import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { Credentials } from "./credentials";
import { startAedes } from "./broker-aedes";
import { startMosquitto } from "./broker-mosquitto";

export type BrokerKind = "mosquitto" | "aedes";

/** Largest packet a client may send: a sealed batch (256 KiB) with room for a media manifest or a desired document. */
export const MAX_PACKET_BYTES = 1024 * 1024;

export interface BrokerOptions {
  /** Folder for configuration, credentials and sessions. Made when absent. */
  dir: string;
  port: number;
  /** Users accepted from the start. */
  credentials: Credentials;
  /** File that takes what the broker says; absent = nothing is kept. */
  logFile?: string;
  /** Called for each publish or subscription that the rules refuse. */
  onRefused?: (refusal: string) => void;
}

/**
 * A running MQTT 5 broker of ours. It transports and nothing more: no correctness rests on what it stores, so ending it at any
 * moment is safe. What it can do is read from CONNACK by whoever connects, never from `kind`.
 */
export interface Broker {
  readonly kind: BrokerKind;
  /** mqtt://127.0.0.1:port, without user. */
  readonly url: string;
  readonly pid: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<{ code: number | null; signal: string | null }>;
  /** Puts a new set of users in force without disconnecting those that stay; users that left or changed are disconnected. */
  setCredentials(credentials: Credentials): void;
  stop(): Promise<void>;
  /** Ends the process as a power cut would (tests). */
  kill(): Promise<void>;
}

/** The broker cannot start; the message says what to do. */
export class BrokerError extends Error {
  constructor(
    readonly code: "port_busy" | "permission" | "failed",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "BrokerError";
  }
}

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
