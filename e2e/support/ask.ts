import type { Page } from "@playwright/test";

/** Asks the server as whoever the browser is signed in as, the way its pages do. @throws {Error} with what it said, when it refuses */
export async function ask(page: Page, path: string, input: unknown): Promise<unknown> {
  const answer = await page.request.post(`/api/trpc/${path}`, {
    headers: { "x-tl": "1", "content-type": "application/json" },
    data: { json: input },
  });
  const text = await answer.text();
  if (!answer.ok()) throw new Error(`${path} answered ${answer.status()}: ${text.slice(0, 400)}`);
  const { result }: { result: { data: { json: unknown } } } = JSON.parse(text);
  return result.data.json;
}
