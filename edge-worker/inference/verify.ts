import { spawn } from "node:child_process";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { probeProgram } from "./bundle";
import { MODEL_REFUSAL_CODES, ModelRefused } from "./refusal";
import { SCAN_LIMITS, tooLarge } from "./scan";
import type { ModelIo } from "./session";

export interface ProbeLimits {
  /** memory the probe process may take, MB; a process that runs Node and the ONNX runtime needs about 120 */
  memoryMb: number;
  /** from start to verdict */
  timeoutMs: number;
}
export const DEFAULT_PROBE_LIMITS: ProbeLimits = { memoryMb: 600, timeoutMs: 8_000 };

const Answer = z.union([
  z.object({
    ok: z.literal(true),
    digest: z.string(),
    loadMs: z.number(),
    runMs: z.number(),
    /** resident memory of the probe with the model, MB */
    rssMb: z.number(),
    /** what loading and answering added to it, MB: what the model will add to the worker */
    growthMb: z.number(),
  }),
  z.object({ ok: z.literal(false), code: z.enum(MODEL_REFUSAL_CODES), message: z.string() }),
]);
export type ProbeReport = Extract<z.infer<typeof Answer>, { ok: true }>;

/** The bytes of a model file; the size is checked on the open file, before anything is read. */
export async function readModelFile(path: string): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    if (size > SCAN_LIMITS.bytes) throw tooLarge(size);
    return new Uint8Array(await file.readFile());
  } finally {
    await file.close();
  }
}

/**
 * Tries a model in a process of its own and gives its verdict, in at most `timeoutMs`. The process has an empty
 * directory, an empty environment, and two limits on memory: `ulimit -d` where there is a POSIX shell, which makes
 * allocation fail inside the process, and a watch on its resident memory (Linux), which kills it. On other systems the
 * watch asks nothing and only Node's own heap is limited: the kill timer still holds.
 * @throws {ModelRefused}
 */
export async function probeModel(
  bytes: Uint8Array,
  io: ModelIo,
  limits: ProbeLimits = DEFAULT_PROBE_LIMITS,
  { skipScan = false } = {},
): Promise<ProbeReport> {
  const cwd = await mkdtemp(join(tmpdir(), "model-probe-"));
  try {
    return await runProbe(bytes, io, limits, cwd, skipScan);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

const WATCH_EVERY_MS = 20;

function runProbe(
  bytes: Uint8Array,
  io: ModelIo,
  { memoryMb, timeoutMs }: ProbeLimits,
  cwd: string,
  skipScan: boolean,
): Promise<ProbeReport> {
  const probe = probeProgram();
  const node = [process.execPath, "--max-old-space-size=128", ...probe.args];
  const [command = "", ...args] =
    process.platform === "win32"
      ? node
      : ["/bin/sh", "-c", `ulimit -d ${memoryMb * 1_024} 2>/dev/null; ulimit -c 0; exec "$0" "$@"`, ...node];
  const child = spawn(command, args, {
    cwd,
    env: { NODE_ENV: "production", PATH: process.env["PATH"] ?? "", ...probe.env },
    stdio: ["pipe", "pipe", "pipe"],
  });

  return new Promise((resolve, reject) => {
    let stdout = "";
    let stderr = "";
    let killedFor: ModelRefused | null = null;
    const kill = (why: ModelRefused): void => {
      killedFor ??= why;
      child.kill("SIGKILL");
    };
    const memory = () =>
      new ModelRefused("MODEL_MEMORY", `The model took more than ${memoryMb} MB while it was tried.`);
    const timer = setTimeout(
      () => kill(new ModelRefused("MODEL_TIMEOUT", `The model did not answer within ${timeoutMs / 1_000} s.`)),
      timeoutMs,
    );
    const watch = setInterval(() => {
      residentMb(child.pid).then(
        (mb) => mb > memoryMb && kill(memory()),
        () => clearInterval(watch),
      );
    }, WATCH_EVERY_MS);

    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout = (stdout + text).slice(0, 65_536)));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-4_096)));
    child.on("error", reject);
    child.on("close", (exitCode, signal) => {
      clearTimeout(timer);
      clearInterval(watch);
      if (killedFor) return reject(killedFor);
      const answer = parseAnswer(stdout);
      if (answer?.ok) return resolve(answer);
      if (answer) return reject(new ModelRefused(answer.code, answer.message));
      const isMemory = /alloc|out of memory|heap/i.test(stderr) || signal === "SIGABRT" || exitCode === 134;
      reject(
        isMemory
          ? memory()
          : new ModelRefused(
              "MODEL_PARSE",
              `The model made its reader stop (${signal ?? `exit ${exitCode}`}). ${stderr.trim().split("\n").at(-1) ?? ""}`.trim(),
            ),
      );
    });

    const header = Buffer.from(JSON.stringify({ io: { inputs: io.inputs, outputs: io.outputs }, skipScan }));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(header.length);
    // a child that refuses early closes its end: its verdict says why, so the broken pipe itself is no news
    child.stdin.on("error", (cause: NodeJS.ErrnoException) => {
      if (cause.code !== "EPIPE" && cause.code !== "ECONNRESET") reject(cause);
    });
    child.stdin.write(length);
    child.stdin.write(header);
    child.stdin.end(bytes);
  });
}

function parseAnswer(stdout: string): z.infer<typeof Answer> | null {
  const line = stdout.trim().split("\n").at(-1) ?? "";
  if (!line.startsWith("{")) return null;
  const parsed = Answer.safeParse(JSON.parse(line));
  return parsed.success ? parsed.data : null;
}

/** Resident memory of a process; rejects where there is no /proc or the process is gone. */
async function residentMb(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1_024;
}
