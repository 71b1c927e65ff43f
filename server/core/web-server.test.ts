import { once } from "node:events";
import { createServer } from "node:http";
import { expect, test } from "vitest";
import { clientAddress, guardWebServer, PEER_HEADER } from "./web-server";

test("T29 a server of this process waits fifteen seconds for headers, and learns who is at the other end", async () => {
  guardWebServer();
  const server = createServer((request, response) => response.end(String(request.headers[PEER_HEADER])));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { [PEER_HEADER]: "203.0.113.5" } });
  expect([await answer.text(), server.headersTimeout, server.requestTimeout]).toEqual(["127.0.0.1", 15_000, 60_000]);
  server.close();
});

const headers = (forwarded: string | null) =>
  new Headers({ [PEER_HEADER]: "10.0.0.9", ...(forwarded === null ? {} : { "x-forwarded-for": forwarded }) });

test.each([
  ["nobody before us: what the client claims counts nothing", "203.0.113.5", 0, "10.0.0.9"],
  ["one proxy: what it saw", "203.0.113.5", 1, "203.0.113.5"],
  ["one proxy, and a client that made up an address before it", "198.51.100.1, 203.0.113.5", 1, "203.0.113.5"],
  ["two proxies", "198.51.100.1, 203.0.113.5, 10.0.0.1", 2, "203.0.113.5"],
  ["a proxy that says nothing", null, 1, "10.0.0.9"],
])("T27 %s", (_name, forwarded, proxies, address) => {
  expect(clientAddress(headers(forwarded), proxies)).toBe(address);
});
