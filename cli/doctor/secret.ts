import { join } from "node:path";
import { CliError } from "@/cli/command";
import { readSecrets } from "@/cli/secrets";
import type { Settings } from "@/cli/settings";
import { weaknessOf } from "@/server/core/domain/secret-strength";
import { fail, ok, warn, type Finding } from "./check";

const MAKE_ONE = "openssl rand -base64 48";

/**
 * What sessions and the audit log's heads are sealed with: THROUGHLINE_SECRET, else the one kept in the data folder. With a
 * database of one's own the data folder is easily another (a container, a second machine), and then everybody is signed out.
 */
export function checkSecret({ handedOn, dataDir, databaseUrl }: Settings): Finding {
  const given = handedOn.web.THROUGHLINE_SECRET;
  if (given !== undefined) {
    const weakness = weaknessOf(given);
    return weakness === null
      ? ok("secret", "THROUGHLINE_SECRET is set")
      : fail("secret", `THROUGHLINE_SECRET ${weakness}`, `Make one with: ${MAKE_ONE}`);
  }
  const path = join(dataDir, "secrets.json");
  let kept: boolean;
  try {
    kept = readSecrets(dataDir)?.webSession !== undefined;
  } catch (cause) {
    if (!(cause instanceof CliError)) throw cause;
    return fail("secret", cause.message, cause.fix);
  }
  const found = kept ? `kept in ${path}` : `made at first start, in ${path}`;
  if (databaseUrl === null) return ok("secret", found);
  return warn(
    "secret",
    `${found}; a start from another folder or machine makes another, and everybody is signed out`,
    `Set THROUGHLINE_SECRET to the same value for every web and jobs process of this database. Make one with: ${MAKE_ONE}`,
  );
}
