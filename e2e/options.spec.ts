import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "./support/people";

test("an executive describes another way, estimates it, chooses it, and takes back that one was dropped", async ({
  page,
  signInAs,
}) => {
  test.slow(); // a whole journey, with a look by axe and at the width of a phone
  await signInAs("executive");
  await page.goto("/portfolio?q=Press wear, line 2");
  await page.getByRole("link", { name: "Press wear, line 2" }).click({ timeout: 120_000 });
  const ways = page.getByRole("region", { name: "Ways to do it" }).last();
  await expect(ways).toHaveCount(0);

  await page.getByRole("button", { name: "Describe another way" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("The way it is described so far").fill("Sensors on the press");
  await sheet.getByLabel("The other way").fill("One acoustic camera");
  await sheet.getByLabel("Work, hours by skill").fill("controls 40, data science twelve");
  await sheet.getByRole("button", { name: "Add this way" }).click();
  await expect(sheet.getByRole("alert")).toContainText("Enter hours");
  await sheet.getByLabel("Work, hours by skill").fill("controls 40, data science 12");
  await sheet.getByRole("button", { name: "Add this way" }).click();
  await expect(sheet).toBeHidden();
  const camera = ways.getByRole("row", { name: /One acoustic camera/ });
  await expect(ways.getByRole("row", { name: /Sensors on the press.*chosen/ })).toBeVisible();
  await expect(camera).toContainText("nobody has estimated it");
  await expect(camera).toContainText("controls 40, data science 12");

  await camera.getByRole("button", { name: "Estimate One acoustic camera" }).click();
  const figures = [
    ["Benefit per day", "90", "200", "400"],
    ["One-off cost", "6000", "9000", "14000"],
    ["Run cost per day", "5", "8", "12"],
    ["Share of use", "60", "70", "80"],
    ["Chance that it works", "60", "70", "80"],
  ] as const;
  for (const [name, low, mode, high] of figures) {
    const group = sheet.getByRole("group", { name });
    await group.getByLabel("Low").fill(low);
    await group.getByLabel("Likeliest").fill(mode);
    await group.getByLabel("High").fill(high);
  }
  await sheet.getByRole("button", { name: "Save the estimate" }).click();
  await expect(sheet).toBeHidden();
  await expect(camera).toContainText(/€9\.\d k/);

  await camera.getByRole("button", { name: "Choose One acoustic camera" }).click();
  await expect(camera).toContainText("chosen");
  await expect(page.getByRole("heading", { name: "What it needs: One acoustic camera" })).toBeVisible();
  const sensors = ways.getByRole("row", { name: /Sensors on the press/ });
  await sensors.getByRole("button", { name: "Drop Sensors on the press" }).click();
  await expect(sensors).toContainText("dropped");
  await page.getByRole("button", { name: "Undo" }).first().click();
  await expect(sensors).toContainText("not chosen");
  await expect(page.getByRole("region", { name: "History" })).toContainText("Another way chosen: One acoustic camera");

  expect((await new AxeBuilder({ page }).setLegacyMode().analyze()).violations.map(({ id }) => id)).toEqual([]);
  await page.screenshot({ path: "test-results/ways-desktop.png", fullPage: true });
  await page.setViewportSize({ width: 390, height: 844 });
  await expect
    .poll(() => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth))
    .toBeLessThanOrEqual(0);
  await page.screenshot({ path: "test-results/ways-phone.png", fullPage: true });

  // The others share this demo: it is left as it was found.
  await sensors.getByRole("button", { name: "Choose Sensors on the press" }).click();
  await expect(sensors).toContainText("chosen");
});
