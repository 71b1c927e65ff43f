import { hash, verify } from "@node-rs/argon2";
import common from "fxa-common-password-list";
import { DomainError } from "@/server/core/errors";
import { leansOnWords } from "./domain/easy-password";

/** OWASP ASVS 5.0 appendix C: argon2id with 19 MiB, two passes. About 50 ms of one core. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Hashing holds a core: two at a time, and whoever would wait behind fifty others is told to come back. */
const AT_ONCE = 2;
const MAX_WAITING = 50;

let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) {
    if (waiting.length >= MAX_WAITING)
      throw new DomainError("busy", "Too many people sign in right now. Try again in a few seconds.");
    await new Promise<void>((turn) => waiting.push(turn));
  } else running++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}

/**
 * @param words of whoever it is for: their name, their address, their organisation
 * @throws {DomainError} invalid_input for a password that everybody tries first, or that is hardly more than such words; busy
 */
export async function hashPassword(password: string, words: readonly string[] = []): Promise<string> {
  const lower = password.toLowerCase();
  if (common.test(lower) || isPattern(lower))
    throw new DomainError("invalid_input", "This password is among the first that anybody would try. Choose another.", {
      field: "password",
    });
  if (leansOnWords(password, words))
    throw new DomainError(
      "invalid_input",
      "This password is hardly more than names that anybody here knows. Add words that have nothing to do with you or this place.",
      { field: "password" },
    );
  return inTurn(() => hash(password, ARGON2));
}

/** One character or one short piece over and over, or a row of the keyboard: long, and still tried first. */
function isPattern(text: string): boolean {
  return /^(.{1,4})\1+.{0,3}$/s.test(text) || /^(?:0?1234567890*|qwertz?y?uiop\w*|abcdefgh\w*)$/.test(text);
}

let dummy: Promise<string> | null = null;

/**
 * Whether the password belongs to the hash. Without a hash (nobody has this name, or they sign in elsewhere) the same work is done, so
 * that the time does not tell. The hash's prefix names the function that verifies it: another one may be added beside argon2id.
 */
export async function passwordMatches(password: string, stored: string | null): Promise<boolean> {
  const known = stored?.startsWith("$argon2id$") ? stored : null;
  const against = known ?? (await (dummy ??= hash("nobody has this password", ARGON2)));
  const matches = await inTurn(() => verify(against, password));
  return matches && known !== null;
}
