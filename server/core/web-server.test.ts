import { expect, test } from "vitest";
import { clientAddress, PEER_HEADER } from "./web-server";

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
