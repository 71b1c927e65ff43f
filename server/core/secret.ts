import { ConfigError } from "./config";
import { weaknessOf } from "./domain/secret-strength";

/**
 * The secret that session cookies are encrypted with. Replacing it signs everybody out.
 * @throws {ConfigError} that names the variable when it is missing, too short or a known default
 */
export function readWebSecret(env: Readonly<Record<string, string | undefined>>): string {
  const secret = env.THROUGHLINE_SECRET ?? env.NEXTAUTH_SECRET ?? "";
  const name = env.THROUGHLINE_SECRET === undefined && env.NEXTAUTH_SECRET ? "NEXTAUTH_SECRET" : "THROUGHLINE_SECRET";
  const weakness = weaknessOf(secret);
  if (weakness !== null) throw new ConfigError(`${name} ${weakness}. Make one with: openssl rand -base64 48`);
  return secret;
}
