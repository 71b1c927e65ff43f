import { createHash } from "node:crypto";

/** SHA-256 of a random secret of 24 bytes or more. Such a secret cannot be guessed, so it needs no slow hash; passwords do. */
export function hashSecret(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
