/** Why the SDK refused something; append-only, callers branch on these words. */
export type DeviceErrorCode =
  | "DISK_FULL"
  | "DISK_ERROR"
  | "QUOTA"
  | "BUSY"
  | "CLOSED"
  | "ALREADY_RUNNING"
  | "BAD_OPTIONS"
  | "UNKNOWN_STREAM"
  | "BAD_ROW"
  | "TOO_LARGE"
  | "TOPIC"
  | "CORRUPT";

/**
 * A refusal by the device SDK. `message` is one plain sentence that says what to change; `field` is the path of the
 * value at fault. A refused row is not in the buffer: the caller still owns it and may write it again.
 */
export class DeviceError extends Error {
  override readonly name = "DeviceError";
  constructor(
    readonly code: DeviceErrorCode,
    message: string,
    readonly field?: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The `code` of a failed system call (`ENOSPC`, `EIO`), or the empty string when it is something else. */
export function systemCode(cause: unknown): string {
  if (typeof cause !== "object" || cause === null || !("code" in cause)) return "";
  return typeof cause.code === "string" ? cause.code : "";
}

/** What a failed disk operation means for the caller of `write`. */
export function diskRefusal(cause: unknown): DeviceError {
  if (cause instanceof DeviceError) return cause;
  const code = systemCode(cause);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new DeviceError(
      "DISK_FULL",
      "The buffer's disk is full: free some space, or give the buffer a smaller quota.",
      "dataDir",
      { cause },
    );
  }
  if (code === "EROFS") {
    return new DeviceError("DISK_ERROR", "The buffer's disk is read-only: remount it for writing.", "dataDir", {
      cause,
    });
  }
  const text = cause instanceof Error ? cause.message : String(cause);
  return new DeviceError("DISK_ERROR", `The buffer's disk failed (${text}): check the disk.`, "dataDir", { cause });
}
