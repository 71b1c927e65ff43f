import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

/**
 * `npm run bench -- <area>` runs every bench/<area>-*.ts, one after the other. Each prints one JSON object per line:
 * {"area","figure","value","unit","floor?","ratio?","goal","n"}. Ends with 1 when one of them fails.
 */
const areas = process.argv.slice(2);
const here = new URL(".", import.meta.url).pathname;
const all = readdirSync(here).filter((name) => /^[a-z]+-.*\.ts$/.test(name));
const files = all.filter((name) => areas.some((area) => name.startsWith(`${area}-`)));
if (files.length === 0) {
  process.stderr.write(
    `Say which area: npm run bench -- ${[...new Set(all.map((name) => name.split("-")[0]))].join(" | ")}. Nothing in bench/ is named ${areas.join(", ") || "so"}.\n`,
  );
  process.exit(2);
}
let failed = 0;
for (const file of files.sort()) {
  const { status } = spawnSync(process.execPath, ["--import", "tsx", `${here}${file}`], { stdio: "inherit" });
  if (status !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
