import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { nodeEnvironment, nodeFlags } from "@/cli/build";

/** Bundles and runs the measured process; its last line of output, or what it died of. */
export class EdgeChild {
  readonly folder = mkdtempSync(join(tmpdir(), "tl-bench-edge-"));
  private readonly bundle = join(this.folder, "child.mjs");

  async prepare(): Promise<void> {
    await build({
      entryPoints: [new URL("./child.ts", import.meta.url).pathname],
      outfile: this.bundle,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      alias: { "@": new URL("../..", import.meta.url).pathname },
      banner: {
        js: 'import { createRequire as throughlineRequire } from "node:module"; const require = throughlineRequire(import.meta.url);',
      },
      logLevel: "error",
    });
  }

  newDataDir(): string {
    return mkdtempSync(join(this.folder, "data-"));
  }

  async run(
    task: string,
    settings: object,
  ): Promise<{ figures: Record<string, number>; signal: NodeJS.Signals | null; wallS: number }> {
    const startMs = performance.now();
    const child = spawn(process.execPath, [...nodeFlags("edge"), this.bundle, task, JSON.stringify(settings)], {
      env: { ...nodeEnvironment("edge"), ...process.env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (part: Buffer) => {
      output += part.toString();
    });
    const signal = await new Promise<NodeJS.Signals | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, by) =>
        code === 0 || by ? resolve(by) : reject(new Error(`${task} ended with ${code}`)),
      );
    });
    const last = output.trim().split("\n").at(-1) ?? "";
    return { figures: last === "" ? {} : JSON.parse(last), signal, wallS: (performance.now() - startMs) / 1_000 };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Figure {
  figure: string;
  value: number;
  unit: string;
  goal: string;
  n: number;
  /** least and greatest value of the rounds */
  min?: number;
  max?: number;
  floor?: number;
  ratio?: number;
  /** least and greatest ratio of the rounds */
  ratioMin?: number;
  ratioMax?: number;
  note?: string;
}

/** One line of output per figure; numbers with three decimals. */
export function printFigure({ note, ...figure }: Figure): void {
  const rounded = Object.fromEntries(
    Object.entries(figure).map(([name, value]) => [
      name,
      typeof value === "number" ? Math.round(value * 1_000) / 1_000 : value,
    ]),
  );
  process.stdout.write(`${JSON.stringify({ area: "edge", ...rounded, ...(note === undefined ? {} : { note }) })}\n`);
}

/** The middle, the least and the greatest of what the rounds gave. */
export function spread(values: readonly number[]): { median: number; min: number; max: number } {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    min: sorted[0] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
  };
}
