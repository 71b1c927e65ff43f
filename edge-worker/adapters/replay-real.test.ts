import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SHARED_FOLDER } from "@/tools/recorded-data";
import type { Sample } from "../samples";
import { ReplayConfig, replayAdapter } from "./replay";

const DATA = join(SHARED_FOLDER, "data");
if (!existsSync(DATA)) process.stderr.write(`SKIPPED: recordings of real plants are not at ${DATA}\n`);

test
  .skipIf(!existsSync(DATA))
  .each<[file: string, column: string, options: Record<string, unknown>, rows: number, firstMs: number, first: number]>(
    [
      ["skab/data/valve1/0.csv", "Pressure", {}, 1_147, Date.UTC(2020, 2, 9, 10, 14, 33), 0.054711],
      [
        "nab/data/realKnownCause/machine_temperature_system_failure.csv",
        "value",
        {},
        22_695,
        Date.UTC(2013, 11, 2, 21, 15),
        73.96732207,
      ],
      ["ai4i2020/ai4i2020.tsv", "Torque [Nm]", { stepMs: 60_000 }, 10_000, 0, 42.8],
      ["air-quality-uci/AirQualityUCI.csv", "T", { missing: [-200] }, 9_357, Date.UTC(2004, 2, 10, 18), 13.6],
    ],
  )("%s plays from its first row to its last, in order", async (file, column, options, rows, firstMs, first) => {
  const adapter = replayAdapter(
    ReplayConfig.parse({
      kind: "replay",
      file: `${DATA}/${file}`,
      columns: { [column]: "m/v" },
      speed: "max",
      time: "capture",
      ...options,
    }),
  );
  const samples: Sample[] = [];
  for await (const item of adapter.run(new AbortController().signal)) if ("values" in item) samples.push(item);
  expect(samples).toHaveLength(rows);
  expect(samples[0]).toEqual({ tsMs: firstMs, values: { "m/v": first } });
  // the machine's clock was once set back: the recording repeats an hour, and it is played as it was written
  const backwards = samples.filter(({ tsMs }, index) => tsMs <= (samples[index - 1]?.tsMs ?? -1)).length;
  expect(backwards).toBe(file.includes("machine_temperature") ? 1 : 0);
  expect(adapter.trouble()).toBeNull();
});
