import { z } from "zod";
import { ask } from "./support/ask";
import { tabTo } from "./support/keys";
import { expect, test } from "./support/people";
import type { Locator, Page } from "@playwright/test";

const CARD = "Cold-store energy";
const Row = z.object({ id: z.string(), version: z.number(), title: z.string(), stage: z.string() });
const Portfolio = z.object({ rows: z.array(Row) });

const column = (page: Page, stage: string): Locator =>
  page.locator("[data-stage]").filter({ has: page.getByRole("heading", { name: stage }) });
const cardIn = (page: Page, stage: string): Locator =>
  column(page, stage).getByRole("listitem").filter({ hasText: CARD });
const said = (page: Page): Locator => page.getByRole("main").getByRole("status", { name: "What moved on the board" });

/** The use case of these journeys, as the server has it. */
async function current(page: Page): Promise<z.infer<typeof Row>> {
  const { rows } = Portfolio.parse(await ask(page, "value.portfolio", null));
  const row = rows.find(({ title }) => title === CARD);
  if (!row) throw new Error("the demo has not written its portfolio");
  return row;
}

/** The board, with the card in S1, once the demo has written its portfolio. */
async function openBoard(page: Page, query = ""): Promise<void> {
  await expect(async () => {
    const row = await current(page);
    if (row.stage !== "frame") await ask(page, "value.move", { id: row.id, version: row.version, to: "frame" });
  }).toPass({ timeout: 60_000 });
  await page.goto(`/portfolio?view=board${query}`);
  await expect(cardIn(page, "S1 Frame")).toBeVisible();
}

async function drag(page: Page, from: Locator, to: Locator): Promise<void> {
  const [start, end] = [await from.boundingBox(), await to.boundingBox()];
  if (!start || !end) throw new Error("nothing to drag");
  await page.mouse.move(start.x + start.width / 2, start.y + start.height - 8);
  await page.mouse.down();
  await page.mouse.move(end.x + end.width / 2, end.y + 60, { steps: 8 });
  await page.mouse.up();
}

test("an executive reads the verdict, drags a use case to another stage, takes it back, and hears why a move is refused", async ({
  page,
  signInAs,
}) => {
  await signInAs("executive");
  await openBoard(page, "&refresh=off");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("committed");

  await drag(page, cardIn(page, "S1 Frame"), column(page, "S3 Prove"));
  await expect(cardIn(page, "S3 Prove")).toBeVisible();
  await expect(said(page)).toHaveText(`${CARD} moved to S3 Prove.`);
  expect((await current(page)).stage).toBe("prove");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(cardIn(page, "S1 Frame")).toBeVisible();
  await expect(said(page)).toHaveText(`${CARD} is back in S1 Frame.`);
  expect((await current(page)).stage).toBe("frame");

  // Somebody else changes it while this page does not look.
  const { id, version } = await current(page);
  await ask(page, "value.move", { id, version, to: "scale" });
  await drag(page, cardIn(page, "S1 Frame"), column(page, "S2 Pilot"));
  await expect(said(page)).toContainText("stays in S1 Frame. Somebody changed this use case meanwhile");
  await expect(cardIn(page, "S4 Scale")).toBeVisible();
  expect((await current(page)).stage).toBe("scale");
});

test("by keyboard alone: a view is chosen, a card is picked up, put back, moved and taken back, and estimated anew", async ({
  page,
  signInAs,
}) => {
  test.slow(); // many keys, each looked at
  await signInAs("executive");
  await openBoard(page);
  await page.goto("/portfolio?q=Cold-store");
  await expect(page.getByRole("row", { name: CARD })).toBeVisible();
  await tabTo(page, page.getByRole("button", { name: "Board" }));
  await page.keyboard.press("Enter");
  await expect(cardIn(page, "S1 Frame")).toBeVisible();
  await tabTo(page, page.getByRole("button", { name: `Move ${CARD}` }));
  await page.keyboard.press("Space");
  await expect(said(page)).toContainText("is picked up in S1 Frame");
  await page.keyboard.press("ArrowRight");
  await expect(cardIn(page, "S2 Pilot").getByRole("button", { name: `Drop ${CARD} in S2 Pilot` })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(said(page)).toContainText("is put back in S1 Frame");
  const handle = cardIn(page, "S1 Frame").getByRole("button", { name: `Move ${CARD}` });
  await expect(handle).toBeFocused();

  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await expect(said(page)).toHaveText(`${CARD} moved to S0 Idea.`);
  await expect(cardIn(page, "S0 Idea").getByRole("button", { name: `Move ${CARD}` })).toBeFocused();
  await page.keyboard.press("Alt+t"); // the newest messages
  await tabTo(page, page.getByRole("button", { name: "Undo" }));
  await page.keyboard.press("Enter");
  await expect(said(page)).toHaveText(`${CARD} is back in S1 Frame.`);
  await expect(cardIn(page, "S1 Frame")).toBeVisible();

  await page.goto("/portfolio?view=board&q=Cold-store");
  await expect(cardIn(page, "S1 Frame")).toBeVisible();
  await page.keyboard.press("j");
  await expect(page.getByRole("link", { name: CARD })).toBeFocused();
  await page.keyboard.press("e");
  const sheet = page.getByRole("dialog", { name: /brings and costs/ });
  await expect(sheet).toContainText("nobody sets it by hand");
  await expect(sheet.getByRole("group", { name: "One-off cost" }).getByLabel("Low")).not.toHaveValue("");
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
});

test("the points of the matrix are one stop, and arrows go from one to the next", async ({ page, signInAs }) => {
  await signInAs("executive");
  await page.goto("/portfolio?view=matrix");
  await tabTo(page, page.locator("[data-point]").first());
  const first = await page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => page.evaluate(() => document.activeElement?.hasAttribute("data-point"))).toBe(true);
  expect(first).toContain("in a year for");

  // Moved by keys, then let go; moved and dropped: the estimate opens with the figures of that place, and nothing is saved yet.
  const moved = page.getByRole("main").getByRole("status").filter({ hasText: "Enter opens its estimate" });
  await page.keyboard.press("Shift+ArrowUp");
  await expect(moved).toContainText("in a year for");
  await page.keyboard.press("Escape");
  await expect(moved).toHaveCount(0);
  const sheet = page.getByRole("dialog");
  await page.keyboard.press("Shift+ArrowUp");
  await page.keyboard.press("Shift+ArrowUp");
  await page.keyboard.press("Enter");
  await expect(sheet).toContainText("Nothing is saved yet.");
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  // The last one is drawn over the others, where two lie on each other.
  const id = await page.locator("[data-point]").last().getAttribute("data-point");
  const point = page.locator(`[data-point="${id}"]`);
  const before = (await point.getAttribute("aria-label")) ?? "";
  const box = await point.locator("circle").last().boundingBox();
  if (!box) throw new Error("nothing to drag");
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + 40, box.y - 30, { steps: 6 });
  await page.mouse.up();
  await expect(sheet).toContainText("Nothing is saved yet.");
  await sheet.getByLabel("Why these figures").fill("moved in the matrix");
  await sheet.getByRole("button", { name: "Save the estimate" }).click();
  await expect(sheet).toBeHidden();
  await expect.poll(() => point.getAttribute("aria-label")).not.toBe(before);
  await tabTo(page, page.locator("[data-point][tabindex='0']"));
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/portfolio\/[0-9a-f-]{36}/);
});

test("view, filter and order are in the address; the file holds what they leave; who may not move can look", async ({
  page,
  signInAs,
}) => {
  await signInAs("member");
  await page.goto("/portfolio?stage=pilot&sort=title");
  await expect(page.getByRole("link", { name: "Press wear, line 2" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Bearing wear, pump house" })).toHaveCount(0);
  const file = await page.request.get("/api/export/portfolio?stage=pilot");
  expect((await file.text()).trim().split("\r\n").slice(1)).toHaveLength(
    await page.getByRole("table").locator("tbody tr").count(),
  );
  await page.getByRole("button", { name: "Matrix" }).click();
  await expect(page).toHaveURL(/stage=pilot.*view=matrix|view=matrix.*stage=pilot/);
  await page.getByRole("button", { name: "Show as a table" }).click();
  await expect(page.getByRole("region", { name: "The matrix as a table" })).toContainText("Press wear, line 2");
  await page.getByRole("button", { name: "Board" }).click();
  await expect(page.getByText("Only an executive or the chair moves use cases")).toBeVisible();
  await expect(page.getByRole("button", { name: /^Move / })).toHaveCount(0);
});
