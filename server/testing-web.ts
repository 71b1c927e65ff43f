import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pool } from "pg";
import { buildWeb, isWebBuilt, webArgs } from "@/cli/web-build";
import { type Role, TEAM_ROLES } from "./core/domain/permissions";
import { hashSecret } from "./core/secrets-hash";

const READY_WITHIN_MS = 60_000;

export interface TestWeb {
  url: string;
  port: number;
  pid: number;
  /** what it has written to its log so far */
  output(): string;
  stop(): Promise<void>;
}

/** The real web process on a free port, with the given environment; its pages are built when their sources changed. */
export async function startTestWeb(env: Record<string, string>): Promise<TestWeb> {
  if (!isWebBuilt()) {
    const folder = mkdtempSync(join(tmpdir(), "tl-web-build-"));
    await buildWeb(folder, new AbortController().signal);
    rmSync(folder, { recursive: true, force: true });
  }
  const port = await freePort();
  const child = spawn(process.execPath, webArgs(port), {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      THROUGHLINE_SECRET: randomBytes(48).toString("base64"),
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (output += part.toString()));
  try {
    await untilAnswers(`http://127.0.0.1:${port}/api/health`, child, () => output);
  } catch (cause) {
    child.kill("SIGKILL");
    throw cause;
  }
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    output: () => output,
    stop: async () => {
      if (child.exitCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

/** A service token of a role; a team role works in the first team. */
export async function makeTestToken(owner: Pool, role: Role, access: "read" | "write" = "read"): Promise<string> {
  const token = `tlp_${randomBytes(24).toString("base64url")}`;
  await owner.query(
    `insert into api_tokens (name, token_hash, hint, role, team_id, access, created_by, expires_at)
     values ('test', $1, 'tlp_', $2, case when $3 then (select id from teams where is_default limit 1) end, $4, 'test', now() + interval '1 day')`,
    [hashSecret(token), role, TEAM_ROLES.has(role), access],
  );
  return token;
}

async function untilAnswers(url: string, child: ChildProcess, output: () => string): Promise<void> {
  for (const deadline = Date.now() + READY_WITHIN_MS; ; await new Promise((again) => setTimeout(again, 50))) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`the web process did not start:\n${output()}`);
    const answer = await fetch(url).catch(() => null);
    await answer?.body?.cancel();
    if (answer) return;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address ? address.port : 0;
}
