import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { stringify } from "yaml";
import { z } from "zod";
import { parseSkab, skabAlarms, trainSkab } from "@/server/models/domain/skab";
import { readSkab, trainSkabModel } from "@/server/models/train-skab";
import { SKAB_RECORDINGS } from "@/tools/recorded-data";
import { skabReplayConfig } from "@/tools/skab-replay";
import { ask } from "./support/ask";
import { addNode, startEdge } from "./support/command";

const RECORDING = join(SKAB_RECORDINGS, "valve1/9.csv");

test.skip(!existsSync(RECORDING), "the recorded plant data is missing: set THROUGHLINE_SHARED to its folder");

const Marks = z.object({
  events: z.array(z.object({ tsMs: z.number(), kind: z.string(), severity: z.string().nullable() })),
});

/** First and last capture time of the recording, epoch ms (its stamps are UTC), and how many rows it has. */
function spanOf(file: string): { fromMs: number; toMs: number; rows: number } {
  const lines = readFileSync(file, "utf8").trim().split("\n");
  const at = (line: string | undefined) => Date.parse(`${line?.split(";")[0]?.replace(" ", "T")}Z`);
  return { fromMs: at(lines[1]), toMs: at(lines.at(-1)), rows: lines.length - 1 };
}

test("a recorded valve fault, replayed through edge, broker, ingest and store, is on the page with the events the model found", async ({
  page,
}) => {
  test.setTimeout(240_000);
  const node = "skab-e2e";
  const folder = mkdtempSync(join(process.env.TL_E2E_DATA ?? ".", "skab-"));
  const { file: model } = await trainSkabModel(SKAB_RECORDINGS, folder);
  const { token, mqttUrl } = await addNode(node);
  const configFile = join(folder, "edge.yaml");
  const dataDir = join(folder, "edge");
  writeFileSync(
    configFile,
    stringify(skabReplayConfig({ node, url: mqttUrl, token, dataDir, file: RECORDING, model, speed: 60 })),
  );
  const edge = startEdge(configFile);
  try {
    const { fromMs, toMs, rows } = spanOf(RECORDING);
    await expect(async () => {
      await page.goto(`/streams?q=${encodeURIComponent(`${node} loop/flow`)}`);
      await expect(page.getByRole("link", { name: "loop/flow", exact: true })).toBeVisible({ timeout: 1_000 });
    }, edge.output()).toPass({ timeout: 60_000 });
    const href = await page.getByRole("link", { name: "loop/flow", exact: true }).getAttribute("href");

    // the recording takes about 20 s to play; the page shows every row, the truth labels and what the model's threshold raised
    await expect(async () => {
      await page.goto(`${href}?from=${fromMs - 10_000}&to=${toMs + 10_000}`);
      const lanes = page.getByRole("img", { name: /anomaly/ });
      await expect(lanes).toBeVisible({ timeout: 5_000 });
      await expect(lanes).toHaveAttribute("aria-label", /truth\.anomaly/, { timeout: 1_000 });
      await expect(lanes).toHaveAttribute("aria-label", /(?<!truth\.)anomaly/, { timeout: 1_000 });
      await expect(page.getByText(rows.toLocaleString("en-GB"), { exact: true })).toBeVisible({ timeout: 1_000 });
    }, edge.output()).toPass({ timeout: 120_000, intervals: [2_000] });
    // What is stored is what the file alone gives: raised at the same window, as often.
    const offline = skabAlarms(
      parseSkab("valve1/9.csv", readFileSync(RECORDING, "utf8")),
      trainSkab(readSkab(SKAB_RECORDINGS, ["valve1"])),
    );
    expect(offline.length).toBeGreaterThan(0);
    const id = Number(href?.split("/").at(-1));
    await expect(async () => {
      const marks = await ask(page, "streams.marks", { id, fromMs, toMs: toMs + 10_000, maxPoints: 1_000 });
      const raised = Marks.parse(marks).events.filter(
        ({ kind, severity }) => kind === "anomaly" && severity !== "info",
      );
      expect(raised.map(({ tsMs }) => tsMs)).toEqual(offline.map((alarm) => alarm.fromMs));
    }).toPass({ timeout: 30_000 });
    await expect(page.getByText(/% of [\d,]+ expected/)).toBeVisible(); // one reading a second is declared
    await expect(page.getByRole("slider").locator(".recharts-line path").first()).toBeVisible();
    await page.screenshot({ path: ".cache/tests/skab-replay.png", fullPage: true });
  } finally {
    await edge.stop();
  }
});
