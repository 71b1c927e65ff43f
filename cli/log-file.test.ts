import { closeSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { logPath, openLog } from "./log-file";

test("a log is readable by its owner alone, and so is the folder of the logs", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tl-log-"));
  try {
    closeSync(openLog(dataDir, "web"));
    const modes = [logPath(dataDir, "web"), join(dataDir, "logs")].map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o600, 0o700]);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});
