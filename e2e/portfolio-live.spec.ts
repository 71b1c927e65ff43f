import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ask } from "./support/ask";
import { addNode, startEdge } from "./support/command";
import { expect, test } from "./support/people";

const Things = z.array(z.object({ label: z.string(), streamId: z.number().nullable() }));
const Proposed = z.object({ id: z.string() });
const NODE = "e2e-mortal";

test("a simulated sensor that is killed lowers the readiness of its use case on the open page within 10 s, without a reload", async ({
  page,
  signInAs,
}) => {
  await signInAs("executive");
  const { token, mqttUrl } = await addNode(NODE);
  const folder = mkdtempSync(join(process.env.TL_E2E_DATA ?? ".", "mortal-"));
  const configFile = join(folder, "edge.json");
  const adapters = [{ kind: "simulator", plant: "pump-house", seed: 7 }];
  const config = { node: NODE, url: mqttUrl, token, port: 0, dataDir: join(folder, "buffer"), adapters };
  writeFileSync(configFile, JSON.stringify(config));
  const edge = startEdge(configFile);
  try {
    let streamId: number | null = null;
    await expect(async () => {
      const found = Things.parse(await ask(page, "value.things", { q: `${NODE} vibration` }));
      streamId = found.find((thing) => thing.streamId !== null)?.streamId ?? null;
      expect(streamId, edge.output()).not.toBeNull();
    }).toPass({ timeout: 60_000 });
    const title = `Mortal sensor ${Date.now()}`;
    const { id } = Proposed.parse(await ask(page, "value.propose", { title }));
    await ask(page, "value.setNeeds", { id, version: 1, needs: [{ capability: "vibration", streamId }] });

    await page.goto(`/portfolio?q=${encodeURIComponent(title)}`);
    const row = page.getByRole("row", { name: title });
    await expect(row.getByRole("meter", { name: "Readiness" })).toHaveAttribute("aria-valuenow", "100");
    await page.evaluate(() => Reflect.set(window, "sameDocument", true));
    edge.kill();
    const killedMs = Date.now();
    await expect(row.getByRole("meter", { name: "Readiness" })).toHaveAttribute("aria-valuenow", "0", {
      timeout: 10_000,
    });
    console.log(
      JSON.stringify({
        ...{ area: "value", figure: "value.dead_sensor_seen_s", unit: "s", goal: "<= 10" },
        value: Math.round((Date.now() - killedMs) / 100) / 10,
      }),
    );
    await expect(row).toContainText(/vibration: (silent|its node is offline)/);
    expect(await page.evaluate(() => Reflect.get(window, "sameDocument"))).toBe(true);
  } finally {
    await edge.stop();
  }
});
