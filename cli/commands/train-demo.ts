import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { trainDemoModels } from "@/server/models/train-demo";
import { CliError, EXIT_USAGE, type Command } from "@/cli/command";

export const command: Command = {
  help: `throughline train-demo <folder> [--seed <n>]

Trains the models of the demo's plant on its simulated normal running and writes them into the folder, with trained.json that
lists them. The same seed gives the same bytes. \`up\` does this at first start.
`,
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { seed: { type: "string" } } });
    const [folder] = positionals;
    const seed = Number(values.seed ?? "1");
    if (folder === undefined || !Number.isInteger(seed) || seed < 0)
      throw new CliError(
        "train-demo needs a folder, and a seed that is a whole number.",
        "See: throughline train-demo --help",
        EXIT_USAGE,
      );
    const dir = resolve(folder);
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const trained = await trainDemoModels(dir, seed);
    const list = join(dir, "trained.json");
    writeFileSync(`${list}.new`, `${JSON.stringify(trained, null, 2)}\n`, { flush: true });
    renameSync(`${list}.new`, list);
    for (const { name, sha256, rows } of trained)
      process.stdout.write(`${name} sha256:${sha256} from ${rows} windows\n`);
    return 0;
  },
};
