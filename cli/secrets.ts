import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CliError } from "./command";

const Secrets = z.object({
  postgresOwner: z.string().min(16),
  postgresApp: z.string().min(16),
  mqttIngest: z.string().min(16),
  /** What session cookies are encrypted with; absent in folders from before people signed in. */
  webSession: z.string().min(32).optional(),
});

/** Passwords of the embedded parts among each other. Made at first start, readable by the owner only, never logged. */
export type Secrets = z.infer<typeof Secrets>;

/** @throws {CliError} when the file is damaged: new passwords would lock us out of the data that exists */
export function loadSecrets(dataDir: string): Secrets {
  const existing = readSecrets(dataDir);
  if (existing?.webSession) return existing;
  const made = (bytes = 24) => randomBytes(bytes).toString("base64url");
  const secrets: Secrets = {
    ...(existing ?? { postgresOwner: made(), postgresApp: made(), mqttIngest: made() }),
    webSession: made(48),
  };
  const path = join(dataDir, "secrets.json");
  writeFileSync(`${path}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
  return secrets;
}

/** Null when there is no such file yet. */
export function readSecrets(dataDir: string): Secrets | null {
  const path = join(dataDir, "secrets.json");
  if (!existsSync(path)) return null;
  chmodSync(path, 0o600);
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw damaged(path, cause);
  }
  const secrets = Secrets.safeParse(parsed);
  if (!secrets.success) throw damaged(path, secrets.error);
  return secrets.data;
}

function damaged(path: string, cause: unknown): CliError {
  return new CliError(
    `${path} is damaged, and the data was made with the passwords in it.`,
    "Put the file back from a backup, or start with --fresh to begin with empty data.",
    1,
    { cause },
  );
}
