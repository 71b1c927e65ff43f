import { join } from "node:path";
import { type Browser, chromium, type Page } from "@playwright/test";
import { findChromium } from "@/cli/programs";

const FOLDER = join(import.meta.dirname, "..", "docs", "screenshots");

const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

type Scheme = "light" | "dark";

interface Picture {
  name: string;
  /** the role's button at the demo's door */
  role: string;
  path: string | ((page: Page) => Promise<string>);
  schemes: readonly Scheme[];
  /** tells of the heading or text that stands there once the page shows what it is about */
  shows?: RegExp;
}

const BOTH = ["light", "dark"] as const;
const LIGHT = ["light"] as const;

/** The address of the first link whose address begins so, on a page. */
const linkOn = (path: string, begins: string) => async (page: Page) => {
  await page.goto(path);
  const link = page.locator(`main a[href^="${begins}"]`).first();
  await link.waitFor();
  return (await link.getAttribute("href")) ?? path;
};

/** A stream of a node by its name, over a range. */
const streamOn = (node: string, name: string, from: string) => async (page: Page) => {
  await page.goto(`/fleet/${node}`);
  const link = page.locator('main a[href^="/streams/"]').filter({ hasText: name }).first();
  await link.waitFor();
  return `${await link.getAttribute("href")}?from=${from}&to=now`;
};

const PICTURES: readonly Picture[] = [
  { name: "home-executive", role: "Executive", path: "/", schemes: LIGHT, shows: /What changed/ },
  { name: "home-technician", role: "Technician", path: "/", schemes: BOTH, shows: /What changed/ },
  { name: "home-data-scientist", role: "Data scientist", path: "/", schemes: LIGHT, shows: /What changed/ },
  { name: "home-council", role: "Council chair", path: "/", schemes: LIGHT, shows: /What changed/ },
  { name: "home-admin", role: "Administrator", path: "/", schemes: LIGHT, shows: /What changed/ },
  { name: "fleet", role: "Administrator", path: "/fleet", schemes: BOTH },
  { name: "node", role: "Administrator", path: "/fleet/edge-lyon-1", schemes: BOTH },
  {
    name: "stream",
    role: "Administrator",
    path: streamOn("edge-lyon-1", "pump-2/vibration-rms", "now-8m"),
    schemes: BOTH,
  },
  { name: "quarantine", role: "Administrator", path: "/inbox/quarantine", schemes: BOTH, shows: /could not be stored/ },
  { name: "portfolio", role: "Executive", path: "/portfolio", schemes: BOTH },
  { name: "portfolio-board", role: "Executive", path: "/portfolio?view=board", schemes: LIGHT, shows: /next gate/ },
  { name: "portfolio-matrix", role: "Executive", path: "/portfolio?view=matrix", schemes: LIGHT, shows: /Worth most/ },
  { name: "use-case", role: "Executive", path: linkOn("/portfolio", "/portfolio/"), schemes: BOTH, shows: /stands on/ },
  { name: "plan", role: "Executive", path: "/portfolio/plan?budget=119000", schemes: LIGHT, shows: /to choose from/ },
  { name: "measured", role: "Executive", path: "/portfolio/measured", schemes: LIGHT },
  { name: "outcomes", role: "Executive", path: "/outcomes", schemes: LIGHT },
  { name: "kpis", role: "Executive", path: "/kpis", schemes: LIGHT },
];

const [url = "http://localhost:3000", ...names] = process.argv.slice(2);

/** Takes the pictures of these names, or every one, of the running demo, at desktop and phone width; the past must be stored already. */
async function main(): Promise<void> {
  const executablePath = findChromium();
  const browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ["--no-sandbox"] });
  try {
    for (const picture of PICTURES)
      if (names.length === 0 || names.includes(picture.name)) await take(browser, picture);
  } finally {
    await browser.close();
  }
}

async function take(browser: Browser, { name, role, path, schemes, shows }: Picture): Promise<void> {
  const context = await browser.newContext({ baseURL: url, reducedMotion: "reduce", viewport: DESKTOP });
  const page = await context.newPage();
  await page.goto("/login");
  await page.getByRole("button", { name: role }).click();
  await page.waitForURL((at) => at.pathname === "/");
  const at = typeof path === "string" ? path : await path(page);
  for (const colorScheme of schemes) {
    for (const viewport of [DESKTOP, PHONE]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      await page.goto(at);
      await page.getByRole("heading", { level: 1 }).waitFor();
      if (shows) await page.getByText(shows).first().waitFor();
      await page.waitForLoadState("load");
      await page.waitForTimeout(1500); // charts draw after their data
      const file = `${name}-${colorScheme}-${viewport.width}x${viewport.height}.png`;
      await page.screenshot({ path: join(FOLDER, file) });
      process.stdout.write(`${file}  ${at}\n`);
    }
  }
  await context.close();
}

await main();
