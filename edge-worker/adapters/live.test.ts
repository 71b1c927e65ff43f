import { createServer } from "node:http";
import { type Server, createServer as createTcp } from "node:net";
import { Aedes } from "aedes";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import type { Adapter, AdapterItem } from "../samples";
import { HttpConfig, httpAdapter } from "./http";
import { MqttConfig, matchTopic, mqttAdapter } from "./mqtt";
import { MessageMapping, at, sampleOf } from "./paths";

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server does not listen");
  return address.port;
}

/** Runs an adapter until `count` items have come. */
async function collect(
  adapter: Adapter,
  count: number,
  act: () => Promise<void> = async () => undefined,
): Promise<AdapterItem[]> {
  const abort = new AbortController();
  const items: AdapterItem[] = [];
  const acting = act();
  for await (const item of adapter.run(abort.signal)) {
    items.push(item);
    if (items.length === count) break;
  }
  abort.abort();
  await acting;
  return items;
}

test("a foreign broker's JSON becomes readings by path, wildcard and scale; what cannot be read is told", async () => {
  const aedes = await Aedes.createBroker();
  const server = createTcp((socket) => aedes.handle(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `mqtt://127.0.0.1:${portOf(server)}`;
  const machine = await connectAsync(url);
  const adapter = mqttAdapter(
    MqttConfig.parse({
      kind: "mqtt",
      url,
      subscriptions: [
        {
          topic: "plant/+/status",
          time: "at",
          values: [
            { path: "axes[0].rms", stream: "{1}/vibration", scale: 1_000 },
            { path: "on", stream: "{1}/running" },
          ],
        },
      ],
    }),
  );
  const items = await collect(adapter, 2, async () => {
    await expect.poll(() => adapter.trouble()).toBeNull();
    await machine.publishAsync(
      "plant/press-1/status",
      JSON.stringify({ at: "2026-01-01T00:00:00Z", axes: [{ rms: 0.0023 }], on: true }),
      { qos: 1 },
    );
    await machine.publishAsync("plant/press-1/status", "half a mess{age", { qos: 1 });
    await machine.publishAsync("plant/press-2/status", JSON.stringify({ at: 1_767_225_601, axes: [{ rms: "0.5" }] }), {
      qos: 1,
    });
  });
  expect(items.map((item) => "values" in item && { tsMs: item.tsMs, values: item.values })).toEqual([
    { tsMs: 1_767_225_600_000, values: { "press-1/vibration": 2.3, "press-1/running": 1 } },
    { tsMs: 1_767_225_601_000, values: { "press-2/vibration": 500 } },
  ]);
  expect(adapter.trouble()).toMatch(/plant\/press-1\/status.*1 message\(s\) skipped/);
  await machine.endAsync();
  await new Promise<void>((resolve) => aedes.close(() => resolve()));
  server.close();
});

/** A broker of a machine, and a client that publishes as the machine does. */
async function machineBroker() {
  const aedes = await Aedes.createBroker();
  const server = createTcp((socket) => aedes.handle(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `mqtt://127.0.0.1:${portOf(server)}`;
  const machine = await connectAsync(url);
  const close = async (): Promise<void> => {
    await machine.endAsync();
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    server.close();
  };
  const config = MqttConfig.parse({
    kind: "mqtt",
    url,
    subscriptions: [{ topic: "v/+", values: [{ stream: "s/{1}" }] }],
  });
  return { config, close, say: (topic: string, text: string) => machine.publishAsync(topic, text, { qos: 1 }) };
}

test("an unreadable message is trouble until its topic is readable again", async () => {
  const { config, close, say } = await machineBroker();
  const adapter = mqttAdapter(config);
  const items = await collect(adapter, 2, async () => {
    await expect.poll(() => adapter.trouble()).toBeNull();
    await say("v/a", "not a number");
    await expect.poll(() => adapter.trouble()).toMatch(/^v\/a: .*1 message\(s\) skipped/);
    await say("v/b", "1");
    await expect.poll(() => adapter.trouble()).toMatch(/^v\/a: /);
    await say("v/a", "2");
  });
  expect(items).toHaveLength(2);
  expect(adapter.trouble()).toBeNull();
  await close();
});

test("messages for which there is no room are counted, told for a minute, and forgotten", async () => {
  const { config, close, say } = await machineBroker();
  let nowMs = 0;
  const adapter = mqttAdapter(config, { now: () => nowMs, maxWaiting: 1 });
  const abort = new AbortController();
  const stream = adapter.run(abort.signal);
  const first = stream.next();
  await expect.poll(() => adapter.trouble()).toBeNull();
  await say("v/a", "1");
  expect((await first).value).toMatchObject({ values: { "s/a": 1 } });
  // nobody takes the next ones: one waits, two are too many
  for (const text of ["2", "3", "4"]) await say("v/a", text);
  await expect.poll(() => adapter.trouble()).toBe("the line is busy: 2 message(s) dropped since the start");
  expect((await stream.next()).value).toMatchObject({ values: { "s/a": 2 } });
  nowMs = 59_999;
  expect(adapter.trouble()).not.toBeNull();
  nowMs = 60_000;
  expect(adapter.trouble()).toBeNull();
  abort.abort();
  await stream.return(undefined);
  await close();
});

test("an address is polled; errors are trouble, not the end, and 304 gives no reading", async () => {
  let asked = 0;
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked += 1;
    seen.push(request.headers["if-none-match"]);
    if (asked === 1) response.writeHead(500).end();
    else if (asked === 3) response.writeHead(304).end();
    else if (asked === 5) response.writeHead(200).end("x".repeat(5_000));
    else
      response.writeHead(200, { etag: `"${asked}"` }).end(asked === 6 ? "21.5" : JSON.stringify({ temp: 20 + asked }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${portOf(server)}/`;
  const adapter = httpAdapter(
    HttpConfig.parse({
      kind: "http",
      url,
      everyMs: 10,
      maxBytes: 1_000,
      values: [{ path: "temp", stream: "s/temp" }, { stream: "s/bare" }],
    }),
    { now: () => 5 },
  );
  expect(await collect(adapter, 3)).toEqual([
    { tsMs: 5, values: { "s/temp": 22 } },
    { tsMs: 5, values: { "s/temp": 24 } },
    { tsMs: 5, values: { "s/bare": 21.5 } },
  ]);
  expect(seen.slice(0, 4)).toEqual([undefined, undefined, '"2"', '"2"']);
  server.closeAllConnections();
  server.close();
});

test("a server that never answers is given up after the timeout", async () => {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${portOf(server)}/`;
  const adapter = httpAdapter(
    HttpConfig.parse({ kind: "http", url, everyMs: 10, timeoutMs: 50, values: [{ stream: "s/v" }] }),
  );
  const abort = new AbortController();
  const ended = adapter.run(abort.signal).next();
  await expect.poll(() => adapter.trouble()).toMatch(/timeout/);
  abort.abort();
  expect((await ended).done).toBe(true);
  server.closeAllConnections();
  server.close();
});

test.each([
  ["a/+/c", "a/b/c", ["b"]],
  ["a/#", "a/b/c", ["b/c"]],
  ["a/+", "a/b/c", null],
  ["+/+", "a/b", ["a", "b"]],
  ["a/b", "a", null],
])("topic filter %s on %s", (filter, topic, expected) => expect(matchTopic(filter, topic)).toEqual(expected));

test("paths follow own properties only", () => {
  expect(at({ a: [{ b: 1 }] }, "a[0].b")).toBe(1);
  expect(at({}, "constructor.name")).toBeUndefined();
  expect(at({}, "__proto__.polluted")).toBeUndefined();
});

test("a message with every value of its mapping gives a row, and messages alike share its keys", () => {
  const mapping = MessageMapping.parse({
    values: [
      { path: "v[0]", stream: "{1}/a", scale: 10 },
      { path: "v[1]", stream: "{1}/b" },
    ],
  });
  const [first, second, other] = ["p-1", "p-1", "p-2"].map((name) => sampleOf('{"v":[1,null]}', mapping, 5, [name]));
  expect(first?.row).toEqual({ keys: ["p-1/a", "p-1/b"], values: [10, null] });
  expect(first?.values).toEqual({ "p-1/a": 10, "p-1/b": null });
  expect(second?.row?.keys).toBe(first?.row?.keys);
  expect(other?.row?.keys).toEqual(["p-2/a", "p-2/b"]);
});

test("a message that lacks a value, or has two for one stream, gives a record", () => {
  const mapping = MessageMapping.parse({ values: ["a", "b"].map((path) => ({ path, stream: path })) });
  expect(sampleOf('{"a":1,"b":"off"}', mapping, 5)).toEqual({ tsMs: 5, values: { a: 1 } });
  const twice = MessageMapping.parse({ values: ["a", "b"].map((path) => ({ path, stream: "s" })) });
  expect(sampleOf('{"a":1,"b":2}', twice, 5)).toEqual({ tsMs: 5, values: { s: 2 } });
});

test("a message without the values names the paths", () => {
  expect(() => sampleOf('{"a":"hot"}', { values: [{ path: "a", stream: "s", scale: 1 }] }, 0)).toThrow(
    'no number at "a"',
  );
  expect(() => sampleOf("1", { values: [{ path: "", stream: "s", scale: 1 }], time: "at" }, 0)).toThrow(
    'no time at "at"',
  );
});
