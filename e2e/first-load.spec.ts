import { expect, test } from "@playwright/test";
import { FIRST_LOAD_LIMIT_BYTES, scriptsOf, travelBytes } from "@/tools/first-load";
import { addressesOf } from "./support/pages";

/** Ways of looking at one page that load parts of their own. */
const VIEWS = ["/portfolio?view=board", "/portfolio?view=matrix"];

test("no page needs more than 220 KB of scripts before it can be used, and charts come after", async ({ page }) => {
  const weights = new Map<string, { bytes: number; text: string }>();
  const paths = new Map([...(await addressesOf(page)), ...VIEWS.map((view): [string, string] => [view, view])]);
  for (const [route, path] of paths) {
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
        page: route.replace(/\[\w+\]/, "{id}"),
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
