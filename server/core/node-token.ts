import { pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";

/** Rounds as Mosquitto writes them. Few, because a token holds 256 random bits: there is nothing to guess. */
const ITERATIONS = 101;
const SALT_BYTES = 12;
const HASH_BYTES = 64;

/** A new node token: 32 random bytes, recognisable by its prefix in a log or a leaked file. */
export function newNodeToken(): string {
  return `tln_${randomBytes(32).toString("base64url")}`;
}

/** Mosquitto's password format: `$7$iterations$salt$hash`, PBKDF2 with SHA-512. */
export function hashToken(token: string): string {
  const salt = randomBytes(SALT_BYTES);
  const hash = pbkdf2Sync(token, salt, ITERATIONS, HASH_BYTES, "sha512");
  return `$7$${ITERATIONS}$${salt.toString("base64")}$${hash.toString("base64")}`;
}

/** Whether the token belongs to the hash. False for a hash of another format: an unreadable line must lock out, not let in. */
export function tokenMatches(token: string | Buffer, stored: string): boolean {
  const [empty, scheme, rounds, salt, hash, ...rest] = stored.split("$");
  if (empty !== "" || scheme !== "7" || !rounds || !salt || !hash || rest.length > 0) return false;
  const iterations = Number(rounds);
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > 1_000_000) return false;
  const expected = Buffer.from(hash, "base64");
  if (expected.length !== HASH_BYTES) return false;
  return timingSafeEqual(expected, pbkdf2Sync(token, Buffer.from(salt, "base64"), iterations, HASH_BYTES, "sha512"));
}
