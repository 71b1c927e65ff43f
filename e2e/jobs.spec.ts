import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { FEED } from "./support/feed";
import { expect, test } from "./support/people";

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Starts an export of the stream's readings of this range from its page. */
async function startExport(page: Page, fromMs: number, toMs: number): Promise<void> {
  await page.goto(`/streams?q=${FEED.node}`);
  const href = await page.getByRole("link", { name: FEED.wave, exact: true }).getAttribute("href");
  await page.goto(`${href}?from=${fromMs}&to=${toMs}&refresh=off`);
  // By keyboard: the chart moves all the time, and a busy machine never calls that stable.
  await page.getByRole("button", { name: "Export" }).press("Enter");
  await page.getByRole("menuitem", { name: "As a file, in the background" }).press("Enter");
  await expect(page.getByText("Started. You are told when it is done.")).toBeVisible();
}

test("a data scientist starts an export, is told live when it is done, and downloads it", async ({
  page,
  signInAs,
}) => {
  await signInAs("data-scientist");
  const now = Date.now();
  await page.goto("/fleet");
  await expect(page.getByTestId("live")).toHaveText("Live");
  await startExport(page, now - 5 * MINUTE, now);
  // Nobody loads the page again: the count and the tray come over the live line.
  await expect(page.getByRole("link", { name: /Notifications.*unread/ }).first()).toBeVisible();
  await expect(page.getByRole("button", { name: /Your jobs: Done/ })).toBeVisible();

  await page
    .getByRole("link", { name: /Notifications.*unread/ })
    .first()
    .click();
  await page
    .getByRole("link", { name: /^Done: Export / })
    .first()
    .click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("done, took");
  await expect(page.getByRole("list", { name: "Log" })).toContainText("readings in");
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download the file" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^readings_\d+_\d{8}_\d{8}\.csv\.gz$/);
  const lines = gunzipSync(readFileSync(await download.path()))
    .toString("utf8")
    .trimEnd()
    .split("\n");
  expect(lines[0]).toBe("stream_id,ts,value,quality");
  expect(lines.length).toBeGreaterThan(10);

  await page.goto("/inbox/notifications?show=unread");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("link", { name: /^Done: Export / })).toHaveCount(0);
});

test("a long one shows how far it is, ends when it is cancelled, and the administrator sees who did", async ({
  page,
  signInAs,
}) => {
  await signInAs("data-scientist");
  await page.goto("/streams");
  await expect(page.getByRole("link", { name: FEED.wave, exact: true })).toBeVisible();
  const hrefs = await page
    .locator('main a[href^="/streams/"]')
    .evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
  const streamIds = [...new Set(hrefs.map((href) => Number(href.split("/").at(-1))))]
    .filter(Number.isInteger)
    .slice(0, 10);
  expect(streamIds.length).toBeGreaterThan(5);
  const now = Date.now();
  // Ten years of every stream: it has to last until somebody has seen it, and that somebody is on the page already.
  const input = { streamIds, fromMs: now - 3_650 * DAY, toMs: now };
  await page.goto("/jobs");
  await expect(page.getByTestId("live")).toHaveText("Live");
  const status = await page.evaluate(async (json) => {
    const headers = { "content-type": "application/json", "x-tl": "1" };
    const body = JSON.stringify({ json });
    return (await fetch("/api/trpc/jobs.exportReadings", { method: "POST", headers, body })).status;
  }, input);
  expect(status).toBe(200);
  const job = page.getByRole("article").first();
  await expect(job.getByRole("progressbar")).toHaveAttribute("aria-valuenow", /^[1-9]\d?$/);
  await job.getByRole("button", { name: "Cancel" }).click();
  await expect(job).toContainText("cancelled");
  await expect(job.getByRole("progressbar")).toHaveCount(0);

  await signInAs("admin");
  await page.goto("/admin/jobs?state=cancelled");
  await page
    .getByRole("region", { name: "Runs" })
    .getByRole("link", { name: /^Export / })
    .first()
    .click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("cancelled");
  await expect(page.getByText("Cancelled by")).toBeVisible();
  await page.goto("/admin/jobs");
  await expect(page.getByRole("region", { name: "Schedules" })).toContainText("anchor-audit");
  // Who administers does not verify what they did themselves.
  await page.goto("/admin/audit");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("button", { name: "Verify the audit log" })).toHaveCount(0);
  await signInAs("chair");
  await page.goto("/admin/audit");
  await page.getByRole("button", { name: "Verify the audit log" }).click();
  await expect(page.getByText("The audit log is being verified")).toBeVisible();
  await page.goto("/jobs");
  await expect(page.getByRole("article").filter({ hasText: "Verify the audit log" }).first()).toContainText("done");
});

test("all read at once can be taken back", async ({ page, signInAs }) => {
  await signInAs("chair");
  await page.goto("/admin/audit");
  await page.getByRole("button", { name: "Verify the audit log" }).click();
  await expect(page.getByRole("link", { name: /Notifications.*unread/ }).first()).toBeVisible();
  await page.goto("/inbox/notifications");
  const mark = page.getByRole("button", { name: "Mark all read" });
  await mark.click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("You have read everything");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("for you");
});
