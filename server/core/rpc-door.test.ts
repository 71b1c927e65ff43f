import { expect, test } from "vitest";
import { enterRpc } from "./rpc-door";

const JSON_HEADERS = { host: "localhost:3000", "content-type": "application/json", "x-tl": "1" };

function post(body: BodyInit, path = "fleet.list", headers: Record<string, string> = {}): Request {
  return new Request(`http://localhost:3000/api/trpc/${path}`, {
    method: "POST",
    headers: { ...JSON_HEADERS, ...headers },
    body,
  });
}

const deep = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
const many = (count: number) => Array.from({ length: count }, () => "fleet.list").join(",");

test.each([
  ["T01 no JSON", post("{"), 400, "E_JSON"],
  ["T01 nothing", post(""), 400, "E_JSON"],
  ["T01 a byte order mark", post("\uFEFF{}"), 400, "E_JSON"],
  ["T01 not UTF-8", post(new Uint8Array([0x22, 0xff, 0x22])), 400, "E_JSON"],
  ["T02 text", post("{}", undefined, { "content-type": "text/plain" }), 415, "E_CONTENT_TYPE"],
  ["T03 a read by GET", new Request("http://localhost:3000/api/trpc/fleet.list"), 405, "E_METHOD"],
  ["T09 a parameter that nobody asked for", post("{}", "fleet.list?input=1"), 400, "E_UNKNOWN_FIELD"],
  ["T14 a batch of two", post("{}", "fleet.list?batch=2"), 400, "E_VALUE"],
  ["I14 a parameter twice", post("{}", "fleet.list?batch=1&batch=1"), 400, "E_ID"],
  ["A34 a token in the address", post("{}", "fleet.list?batch=1&key=tlp_x"), 400, "E_TOKEN_IN_URL"],
  ["T04 eleven procedures", post("{}", many(11)), 400, "E_BATCH"],
  ["T05 two thousand commas", post("{}", ",".repeat(2_000)), 400, "E_BATCH"],
  ["T05 an empty name among others", post("{}", "fleet.list,,fleet.list"), 400, "E_BATCH"],
  ["T07 one byte over 1 MiB", post(`"${" ".repeat(1_048_575)}"`), 413, "E_TOO_LARGE"],
  ["T08 ten thousand levels", post(deep(10_000)), 400, "E_DEPTH"],
  ["T07 more arrays than anything here asks for", post(`[${"[],".repeat(300_000)}0]`), 413, "E_TOO_LARGE"],
  ["T10 a key of JavaScript's own", post('{"__proto__":{"polluted":1}}'), 400, "E_KEY"],
  ["T10 the same key twice", post('{"a":1,"a":2}'), 400, "E_KEY"],
  ["T11 an array for the object", post("[]"), 400, "E_TYPE"],
  ["A19 another origin", post("{}", undefined, { origin: "https://evil.example" }), 403, "E_CSRF"],
  ["A22 without our header", post("{}", undefined, { "x-tl": "" }), 403, "E_CSRF"],
])("%s is refused", async (_name, request, status, code) => {
  const entry = await enterRpc(request);
  expect("refusal" in entry ? [entry.refusal.status, entry.refusal.code] : "was let in").toEqual([status, code]);
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
});

test("ten procedures, and a body of as much as is allowed, go in unchanged", async () => {
  const body = JSON.stringify({ 0: { json: " ".repeat(1_048_560 - 16) } });
  const entry = await enterRpc(post(body, many(10)));
  if (!("request" in entry)) throw new Error(entry.refusal.message);
  expect(await entry.request.text()).toBe(body);
});
