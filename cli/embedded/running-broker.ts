import type { Credentials } from "./credentials";

export type BrokerKind = "mosquitto" | "aedes";

/** Largest packet a client may send: a sealed batch (256 KiB) with room for a media manifest or a desired document. */
export const MAX_PACKET_BYTES = 1024 * 1024;

export interface BrokerOptions {
  /** Folder for configuration, credentials and sessions. Made when absent. */
  dir: string;
  port: number;
  /** IPv4 address to listen on; the loopback unless told. */
  host?: string;
  /** Users accepted from the start. */
  credentials: Credentials;
  /** File that takes what the broker says; absent = nothing is kept. */
  logFile?: string;
  /** Called for everything the broker refuses, and for each client that pushes another of the same user out. */
  onNotice?: (notice: BrokerNotice) => void;
}

export const NOTICE_KINDS = ["publish-refused", "subscribe-refused", "login-refused", "taken-over"] as const;

/** Something that a person should hear of and that only the broker sees. */
export interface BrokerNotice {
  kind: (typeof NOTICE_KINDS)[number];
  /** The broker's user, which is the node; null where the broker does not tell who it was. */
  user: string | null;
  /** What the broker said. */
  text: string;
}

/**
 * A running MQTT 5 broker of ours. It transports and nothing more: no correctness rests on what it stores, so ending it at any
 * moment is safe. What it can do is read from CONNACK by whoever connects, never from `kind`.
 */
export interface Broker {
  readonly kind: BrokerKind;
  /** mqtt://127.0.0.1:port, without user; for programs of this machine. */
  readonly url: string;
  /** The control plane's own way in, on the loopback: only its user signs in here, and only here, with client ids of its choice. */
  readonly controlUrl: string;
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
