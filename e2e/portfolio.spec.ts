import { readFile } from "node:fs/promises";
import { AxeBuilder } from "@axe-core/playwright";
import { FEED } from "./support/feed";
import { expect, test } from "./support/people";

test("a use case is proposed by form, refused at the field, accepted by somebody else, and follows the plant", async ({
  page,
  signInAs,
}) => {
  test.slow(); // three people and a look by axe in both themes
  const title = `Bearing wear ${Date.now()}`;
  await signInAs("executive");
  await page.goto("/");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Portfolio" }).click();
  await page.getByRole("button", { name: "Propose a use case" }).first().click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("Title").fill(title);
  const figures: readonly [string, readonly [string, string, string]][] = [
    ["Benefit per day", ["200", "400", "700"]],
    ["One-off cost", ["20000", "12000", "20000"]],
    ["Run cost per day", ["5", "10", "20"]],
    ["Share of use", ["50", "80", "95"]],
    ["Chance that it works", ["60", "80", "90"]],
  ];
  for (const [name, [low, mode, high]] of figures) {
    const group = sheet.getByRole("group", { name });
    await group.getByLabel("Low").fill(low);
    await group.getByLabel("Likeliest").fill(mode);
    await group.getByLabel("High").fill(high);
  }
  await sheet.getByRole("button", { name: "Propose it" }).click();
  await expect(sheet.getByRole("alert")).toHaveText("Enter at least the low estimate.");
  await expect(sheet.getByLabel("Title")).toHaveValue(title);
  await sheet.getByRole("group", { name: "One-off cost" }).getByLabel("Low").fill("9000");
  await sheet.getByRole("button", { name: "Propose it" }).click();
  await expect(sheet).toBeHidden();
  await expect(page.getByRole("row", { name: title }).getByRole("img")).toHaveAccessibleName(
    /^90-day return .* median/,
  );

  await page.getByRole("link", { name: title }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("No owner is named");
  await page.getByRole("button", { name: "Change what it needs" }).click();
  await page.getByLabel("Find a stream, a device, a node or a model").fill(`${FEED.node} ${FEED.wave}`);
  await page.getByRole("button", { name: `Add ${FEED.node} / ${FEED.wave}`, exact: true }).click();
  await page.getByRole("button", { name: "Save what it needs" }).click();
  await expect(page.getByRole("region", { name: "What it needs" })).toContainText("sending");

  const line = page.getByRole("region", { name: /^From the outcome down to the plant/ });
  await expect(line.getByRole("link", { name: `${FEED.node} / ${FEED.wave}` })).toContainText(
    `, sending; stands on ${FEED.node} / pump-1`,
  );
  await expect(line.getByRole("group", { name: "node" }).getByRole("link")).toContainText(", connected");

  const address = page.url();
  await signInAs("chair");
  await page.goto(address);
  await page.getByRole("button", { name: `Decide on ${title}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Decide" }).click();
  await expect(page.getByText("S0 Idea")).toBeVisible();
  await expect(page.getByRole("region", { name: "History" })).toContainText("Decided accepted");

  await page.goto("/portfolio");
  await page.getByRole("button", { name: "Policy" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("Budget").fill("500000");
  await form.getByLabel(/^Readiness/).fill("35");
  await expect(form.getByRole("status")).toHaveText("The weights add up to 110; make them 100.");
  await form.getByLabel(/^90-day return/).fill("30");
  await expect(form.getByRole("status")).toContainText(`${title} `);
  await form.getByLabel("Why it changes").fill("what is ready comes first");
  await form.getByRole("button", { name: "Save as a new version" }).click();
  await expect(form).toBeHidden();
  await signInAs("executive");
  await page.goto(address);
  await page.getByRole("button", { name: `Commit money to ${title}` }).click();
  await form.getByLabel("Amount, EUR").fill("600000");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form.getByRole("alert")).toHaveText(/of the budget are left/);
  await form.getByLabel("Amount, EUR").fill("12000");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form).toBeHidden();
  await page.goto("/portfolio");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("of €500 k is committed");

  // What access.spec.ts cannot look at by its address: the page of one use case.
  await page.goto(address);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expect(page.locator("html")).toHaveAttribute("data-theme", colorScheme);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations.map(({ id, nodes }) => `${colorScheme} ${id}: ${nodes[0]?.html}`)).toEqual([]);
  }
  await page.setViewportSize({ width: 320, height: 640 });
  await expect
    .poll(() => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth))
    .toBeLessThanOrEqual(0);
});

test("use cases go out as CSV and come back; a wrong cell is named, and the good rows go in alone", async ({
  page,
  signInAs,
}) => {
  const title = `From a file ${Date.now()}`;
  await signInAs("executive");
  await page.goto("/portfolio?q=Cold-store");
  await expect(page.getByRole("link", { name: "Cold-store energy" })).toBeVisible(); // the demo writes it once its plant is up
  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: "These rows as CSV" }).click(),
  ]);
  const [header = "", row = ""] = (await readFile(await download.path(), "utf8")).split("\r\n");
  const good = row.replace(/^[^,]*/, title);
  await page.getByRole("button", { name: "Import CSV" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("File").setInputFiles({
    ...{ name: "use-cases.csv", mimeType: "text/csv" },
    buffer: Buffer.from([header, good, good.replace(title, `${title} wrong`).replace("EUR", "euro")].join("\r\n")),
  });
  await sheet.getByRole("button", { name: "Import", exact: true }).click();
  await expect(sheet.getByRole("alert")).toContainText("Nothing was imported");
  await expect(sheet.getByRole("row", { name: /currency/ })).toContainText("three-letter currency code");
  await sheet.getByRole("button", { name: "Import the 1 good row alone" }).click();
  await expect(sheet.getByRole("status")).toHaveText("Imported: 1 proposed");
  await page.keyboard.press("Escape");
  await page.goto(`/portfolio?q=${encodeURIComponent(title)}`);
  await expect(page.getByRole("link", { name: title, exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: `${title} wrong` })).toBeHidden();
});
