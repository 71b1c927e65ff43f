import { ConfigError } from "./config";

const MIN_BYTES = 32;
/** Values that stand in examples of this and other projects. */
const KNOWN = /^(change-?me|secret|password|your[-_ ].*|example.*|test.*|default.*|(.)\2+)$/i;

/**
 * The secret that session cookies are encrypted with. Replacing it signs everybody out.
 * @throws {ConfigError} that names the variable when it is missing, too short or a known default
 */
export function readWebSecret(env: Readonly<Record<string, string | undefined>>): string {
  const secret = env.THROUGHLINE_SECRET ?? env.NEXTAUTH_SECRET ?? "";
  const name = env.THROUGHLINE_SECRET === undefined && env.NEXTAUTH_SECRET ? "NEXTAUTH_SECRET" : "THROUGHLINE_SECRET";
  const make = "Make one with: openssl rand -base64 48";
  if (secret === "") throw new ConfigError(`${name} is not set. ${make}`);
  if (KNOWN.test(secret)) throw new ConfigError(`${name} is a well-known value. ${make}`);
  if (Buffer.byteLength(secret) < MIN_BYTES)
    throw new ConfigError(`${name} is shorter than ${MIN_BYTES} bytes. ${make}`);
  return secret;
}
