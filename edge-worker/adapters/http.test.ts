import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { afterEach, expect, test } from "vitest";
import { HttpConfig, httpAdapter } from "./http";
import { openAdapters } from "./open";

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

/** host:port of a machine that answers as told. */
async function machine(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

const adapterOf = (url: string, more: Record<string, unknown> = {}) =>
  httpAdapter(HttpConfig.parse({ kind: "http", url, everyMs: 10, values: [{ stream: "s/v" }], ...more }));

/** Takes what comes until `done` says so. */
async function runUntil(adapter: ReturnType<typeof httpAdapter>, done: () => boolean): Promise<unknown[]> {
  const abort = new AbortController();
  const items: unknown[] = [];
  const running = (async () => {
    for await (const item of adapter.run(abort.signal)) items.push(item);
  })();
  await expect.poll(done, { timeout: 5_000 }).toBe(true);
  abort.abort();
  await running;
  return items;
}

test("name and trouble show the address without user, password and query", async () => {
  const host = await machine((_, response) => response.writeHead(500).end());
  const adapter = adapterOf(`http://anna:pw@${host}/meter?apikey=pw`);
  expect(adapter.name).toBe(`http http://${host}/meter`);
  await runUntil(adapter, () => adapter.trouble() !== null);
  expect(adapter.trouble()).toBe(`http://${host}/meter: it answers 500`);
});

test("two queries at one address, of which nobody is shown the query, are two names in health and log", () => {
  const config = (query: string) =>
    HttpConfig.parse({ kind: "http", url: `http://press.lan/state?key=${query}`, values: [{ stream: "s/v" }] });
  const other = HttpConfig.parse({ kind: "http", url: "http://oven.lan/state", values: [{ stream: "s/t" }] });
  expect(openAdapters([config("one"), other, config("two")]).map(({ adapter }) => adapter.name)).toEqual([
    "http http://press.lan/state (1)",
    "http http://oven.lan/state",
    "http http://press.lan/state (2)",
  ]);
});

test("user and password of the address go as basic authorization; a header of the configuration goes before", async () => {
  const seen: unknown[] = [];
  const host = await machine((request, response) => {
    seen.push(request.headers.authorization);
    response.end("1");
  });
  const adapter = adapterOf(`http://anna%40x:p%3Aw@${host}/`);
  expect((await runUntil(adapter, () => seen.length > 0)).length).toBeGreaterThan(0);
  expect(seen[0]).toBe(`Basic ${Buffer.from("anna@x:p:w").toString("base64")}`);
  // A request of the first may still be under way.
  const own = adapterOf(`http://a:b@${host}/`, { headers: { Authorization: "Bearer t" } });
  await runUntil(own, () => seen.includes("Bearer t"));
  expect(seen).not.toContain(`Basic ${Buffer.from("a:b").toString("base64")}`);
});

test("an answer that cannot be read is not taken for known: it stays trouble until a readable one comes", async () => {
  const asked: (string | undefined)[] = [];
  const host = await machine((request, response) => {
    const known = request.headers["if-none-match"];
    asked.push(known);
    if (known === '"bad"') response.writeHead(304).end();
    else response.writeHead(200, { etag: '"bad"' }).end("half a mess{age");
  });
  const adapter = adapterOf(`http://${host}/`);
  expect(await runUntil(adapter, () => asked.length >= 3)).toEqual([]);
  expect(asked.slice(0, 3)).toEqual([undefined, undefined, undefined]);
  expect(adapter.trouble()).not.toBeNull();
});

test("a request that fails says why", async () => {
  const adapter = adapterOf("http://127.0.0.1:9/");
  await runUntil(adapter, () => adapter.trouble() !== null);
  expect(adapter.trouble()).toMatch(/^http:\/\/127\.0\.0\.1:9: .*(ECONNREFUSED|bad port)/);
});
