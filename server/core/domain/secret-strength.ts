const MIN_BYTES = 32;
/** Values that stand in examples of this and other projects. */
const KNOWN = /^(change-?me|secret|password|your[-_ ].*|example.*|test.*|default.*|(.)\2+)$/i;

/** What is wrong with a secret of the installation, to be said after its name, or null. Never repeats the secret. */
export function weaknessOf(secret: string): string | null {
  if (secret === "") return "is not set";
  if (KNOWN.test(secret)) return "is a well-known value";
  return new TextEncoder().encode(secret).length < MIN_BYTES ? `is shorter than ${MIN_BYTES} bytes` : null;
}
