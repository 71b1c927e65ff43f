import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** A program of ours that runs beside this one, with what Node needs to run it. */
export interface Program {
  file: string;
  execArgv: string[];
}

/**
 * Finds a sibling program: in `dist/` it is a bundle beside the running one (`inference-thread.js`); from source, under
 * tsx or vitest, it is the TypeScript file beside this module, run through tsx.
 */
export function program(bundle: "inference-thread" | "model-probe", source: "thread" | "probe"): Program {
  const built = fileURLToPath(new URL(`./${bundle}.js`, import.meta.url));
  if (existsSync(built)) return { file: built, execArgv: [] };
  const tsx = createRequire(import.meta.url).resolve("tsx");
  return { file: fileURLToPath(new URL(`./${source}.ts`, import.meta.url)), execArgv: ["--import", pathToFileURL(tsx).href] };
}
