import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker, type WorkerOptions } from "node:worker_threads";

const built = (bundle: string): string => fileURLToPath(new URL(`./${bundle}.js`, import.meta.url));
const source = (file: string): string => fileURLToPath(new URL(`./${file}.ts`, import.meta.url));
const tsx = (entry: string): string => pathToFileURL(createRequire(import.meta.url).resolve(entry)).href;

/**
 * Arguments (and environment) for Node that start the probe. In `dist/` it is a bundle beside the running one; from source, under tsx or
 * vitest, it is the TypeScript file beside this module, run through tsx.
 */
export function probeProgram(): { args: string[]; env: Record<string, string> } {
  const bundle = built("model-probe");
  if (existsSync(bundle)) return { args: [bundle], env: {} };
  // the probe runs in an empty folder, where tsx would not find the path aliases
  const tsconfig = fileURLToPath(new URL("../../tsconfig.json", import.meta.url));
  return { args: ["--import", tsx("tsx"), source("probe")], env: { TSX_TSCONFIG_PATH: tsconfig } };
}

/** Starts the model thread, found in the same way; tsx does not reach into threads by itself, so it is registered there. */
export function startModelThread(options: WorkerOptions): Worker {
  const bundle = built("inference-thread");
  if (existsSync(bundle)) return new Worker(bundle, options);
  const entry = JSON.stringify(pathToFileURL(source("thread")).href);
  // the package resolves to CommonJS here; the module of the same name beside it can register a loader for a thread
  const api = JSON.stringify(tsx("tsx/esm/api").replace(/\.cjs$/, ".mjs"));
  return new Worker(`import(${api}).then(({ register }) => { register(); return import(${entry}); });`, {
    ...options,
    eval: true,
  });
}
