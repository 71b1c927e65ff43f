import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { startTestBroker } from "@/cli/embedded/testing";

/**
 * What scoring costs around the model, and how long the event loop keeps others waiting (edge/infer.ts says what is
 * measured), for 16 and 64 devices of 32 streams. The measured process is bundled as the product is: under tsx each
 * closure is given its name at run time, which the product does not pay for.
 */
const DEVICES = [16, 64];

const root = fileURLToPath(new URL("..", import.meta.url));
// inside the project, where the bundle finds the packages
mkdirSync(join(root, "dist"), { recursive: true });
const folder = mkdtempSync(join(root, "dist", "bench-"));
const broker = await startTestBroker();
const peer = spawn(
  process.execPath,
  ["--import", "tsx", fileURLToPath(new URL("./edge/peer.ts", import.meta.url)), broker.ingestUrl],
  { stdio: "inherit" },
);
try {
  await build({
    absWorkingDir: root,
    entryPoints: [
      { in: fileURLToPath(new URL("./edge/infer.ts", import.meta.url)), out: "infer" },
      { in: "edge-worker/inference/thread.ts", out: "inference-thread" },
      { in: "edge-worker/inference/probe.ts", out: "model-probe" },
    ],
    outdir: folder,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
  });
  for (const devices of DEVICES) {
    const { token } = await broker.addNode(`bench-infer-${devices}`);
    const args = [...process.execArgv.filter((arg) => arg.startsWith("--cpu-prof")), join(folder, "infer.js")];
    const child = spawn(process.execPath, [...args, broker.url, token, String(devices)], { stdio: "inherit" });
    const [code] = await once(child, "exit");
    if (code !== 0) process.exitCode = 1;
  }
} finally {
  peer.kill("SIGTERM");
  await broker.stop();
  rmSync(folder, { recursive: true, force: true });
}
