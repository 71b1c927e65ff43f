import { expect, test } from "@playwright/test";
import { FIRST_LOAD_LIMIT_BYTES, scriptsOf, travelBytes } from "@/tools/first-load";
import { FEED } from "./support/feed";

test("no page needs more than 220 KB of scripts before it can be used, and charts come after", async ({ page }) => {
  await page.goto(`/streams?q=${FEED.node}`);
  const stream = await page.getByRole("link", { name: FEED.wave, exact: true }).getAttribute("href");
  await page.goto("/portfolio?q=Press wear, line 2");
  const useCase = page.getByRole("link", { name: "Press wear, line 2", exact: true });
  await expect(useCase).toBeVisible({ timeout: 120_000 });
  const weights = new Map<string, { bytes: number; text: string }>();
  for (const path of [
    "/",
    "/fleet",
    `/fleet/${FEED.node}`,
    "/portfolio",
    ((await useCase.getAttribute("href")) ?? "").replace(/[?].*/, ""),
    "/portfolio/measured",
    "/portfolio/plan",
    "/outcomes",
    "/kpis",
    "/streams",
    stream ?? "",
    "/inbox/quarantine",
    "/admin/people",
    "/admin/tokens",
    "/admin/audit",
    "/account/tokens",
  ]) {
    const scripts = scriptsOf(await (await page.request.get(path)).text());
    expect(scripts.length, path).toBeGreaterThan(3);
    for (const script of scripts) {
      if (weights.has(script)) continue;
      const answer = await page.request.get(script);
      expect(answer.ok(), script).toBe(true);
      const body = await answer.body();
      weights.set(script, { bytes: travelBytes(body), text: body.toString("utf8") });
    }
    const bytes = scripts.reduce((sum, script) => sum + (weights.get(script)?.bytes ?? 0), 0);
    console.log(
      JSON.stringify({
        area: "web",
        figure: "first_load_kb",
        page: path.replace(/\d+.*/, "{id}"),
        value: Math.round(bytes / 102.4) / 10,
        unit: "KB",
      }),
    );
    expect(bytes, `${path} needs ${Math.round(bytes / 1_024)} KB`).toBeLessThanOrEqual(FIRST_LOAD_LIMIT_BYTES);
    expect(
      scripts.filter((script) => weights.get(script)?.text.includes("recharts")),
      `${path} loads charts first`,
    ).toEqual([]);
  }
});
