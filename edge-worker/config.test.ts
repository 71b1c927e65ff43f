import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { simulatorStreams } from "./adapters/simulator/simulator";
import { ConfigError, loadConfig, readConfig } from "./config";
import { explain } from "./explain";

function fileOf(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "edge-config-")), "edge.yaml");
  writeFileSync(file, text);
  return file;
}

const GOOD = `
node: press-line-1
token: tln_x
streams:
  - {key: press-1/vibration, quantity: velocity, unit: mm/s, device: press-1, rateHz: 10}
adapters:
  - {kind: http, url: "http://10.0.0.5/status", values: [{path: vib, stream: press-1/vibration}]}
`;

const faultsOf = (text: string, env: Record<string, string> = {}) => {
  try {
    loadConfig(env, fileOf(text));
    return [];
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    return cause.faults;
  }
};

test("YAML and JSON give the same configuration, the environment goes before the file", () => {
  const fromYaml = loadConfig({ EDGE_PORT: "0", EDGE_SITE: "lyon" }, fileOf(GOOD));
  expect(fromYaml.config).toMatchObject({
    node: "press-line-1",
    port: 0,
    site: "lyon",
    quotaMb: 512,
    adapters: [{ kind: "http", everyMs: 1_000 }],
  });
  expect(fromYaml.sources.get("port")).toEqual({ kind: "environment", name: "EDGE_PORT" });
  expect(loadConfig({}, fileOf('{"node":"a","token":"t"}')).config.node).toBe("a");
});

test("a node can live from the environment alone", () => {
  expect(loadConfig({ EDGE_NODE: "n", EDGE_TOKEN: "t", EDGE_DATA_DIR: "/data" }).config).toMatchObject({
    node: "n",
    dataDir: "/data",
  });
});

test.each<[string, string, Record<string, string>, string, RegExp]>([
  ["no node", "token: t", {}, "node", /is missing/],
  ["no token", "node: n", {}, "token", /throughline node add n/],
  ["a token file that is not there", "{node: n, tokenFile: nowhere}", {}, "tokenFile", /there is no file/],
  ["a port in words", GOOD, { EDGE_PORT: "http" }, "EDGE_PORT (port)", /number/],
  ["an unknown variable", GOOD, { EDGE_TOKN: "t" }, "EDGE_TOKN", /EDGE_TOKEN/],
  ["an unknown setting", `${GOOD}\ncolour: blue`, {}, "", /colour/],
  ["an adapter of an unknown kind", `${GOOD}  - {kind: opcua}`, {}, "adapters[1].kind", /Correct/],
  [
    "a stream nobody declared",
    GOOD.replace("stream: press-1/vibration", "stream: press-1/vib"),
    {},
    "adapters[0].values[0].stream",
    /Add it under streams/,
  ],
  [
    "a stream twice",
    GOOD.replace("adapters:", "  - {key: press-1/vibration, quantity: q, unit: mm/s}\nadapters:"),
    {},
    "streams[1]",
    /own name/,
  ],
  [
    "a recording that is not there",
    `${GOOD}  - {kind: replay, file: x.csv, columns: {a: press-1/vibration}}`,
    {},
    "adapters[1].file",
    /relative to the configuration/,
  ],
  [
    "a loop at capture time",
    `${GOOD}  - {kind: replay, file: x.csv, loop: true, time: capture, columns: {a: press-1/vibration}}`,
    {},
    "adapters[1].loop",
    /time: now/,
  ],
  ["a model that is not there", `${GOOD}\nslots: [{slot: a, model: a.onnx}]`, {}, "slots[0].model", /there is no file/],
  ["a slot without any model", `${GOOD}\nslots: [{slot: a}]`, {}, "slots[0].model", /set controlPlaneUrl/],
  [
    "limits the wrong way round",
    GOOD.replace("rateHz: 10", "limits: {low: 5, high: 2}"),
    {},
    "streams[0].limits",
    /low lies above high/,
  ],
  ["a wait that is none", `${GOOD}\nsealMs: 5`, {}, "sealMs", /20 to 60000 ms/],
  ["a wait in the environment that is none", GOOD, { EDGE_SEAL_MS: "soon" }, "EDGE_SEAL_MS (sealMs)", /20 to 60000 ms/],
  ["an address that is none", `${GOOD}\nurl: broker.local`, {}, "url", /mqtt:\/\//],
])("%s", (_, text, env, path, says) => {
  const fault = faultsOf(text, env).find((one) => one.path === path);
  expect(fault, JSON.stringify(faultsOf(text, env))).toBeDefined();
  expect(`${fault?.message} ${fault?.fix}`).toMatch(says);
});

test("a file that is neither YAML nor there is one plain fault", () => {
  expect(faultsOf("node: [")).toMatchObject([{ message: expect.stringMatching(/neither YAML nor JSON/) }]);
  expect(() => loadConfig({ EDGE_CONFIG: "/nowhere/edge.yaml" })).toThrow(/there is no such file/);
});

test("--explain shows what was given, defaults and faults of a configuration that is not whole", () => {
  const read = readConfig({ EDGE_SITE: "lyon" });
  expect(read.config).toBeNull();
  expect(read.faults).toMatchObject([{ path: "node", message: "is missing" }]);
  expect(explain(read)).toMatch(/site = "lyon"[\s\S]*quotaMb = 512/);
});

test("--explain shows no secret of an adapter or an address, and still what it reaches", () => {
  const text = explain(
    readConfig(
      { EDGE_URL: "mqtts://anna:pw-broker@broker.local:8883" },
      fileOf(`
node: n
token: tln_x
streams: [{key: a/b, quantity: q, unit: "1"}]
adapters:
  - {kind: mqtt, url: "mqtt://user:pw-machine@10.0.0.7:1883", subscriptions: [{topic: t, values: [{stream: a/b}]}]}
  - kind: http
    url: "https://bob:pw-http@meter.local/v?apikey=pw-query"
    headers: {authorization: Bearer pw-header, x-anything: pw-other}
    values: [{stream: a/b}]
`),
    ),
  );
  expect(text).not.toMatch(/pw-|anna|bob|tln_x/);
  expect(text).toContain("mqtts://broker.local:8883 (user and password hidden)");
  expect(text).toContain("https://meter.local/v (user and password, query hidden)");
  expect(text).toContain('"authorization":"(hidden)"');
});

test("a simulated plant's own streams may be read into; with one, undeclared streams of others are still refused", () => {
  const simulated = "{kind: simulator, plant: press-line}";
  const [own] = simulatorStreams({ plant: "press-line", seed: 1, scale: 1 });
  const withMqtt = (stream: string) =>
    `{node: n, token: t, adapters: [${simulated}, {kind: mqtt, url: "mqtt://h", subscriptions: [{topic: t, values: [{stream: ${stream}}]}]}]}`;
  expect(faultsOf(withMqtt(own?.key ?? ""))).toEqual([]);
  expect(faultsOf(withMqtt("nobody/declared-it"))).toMatchObject([
    { path: "adapters[1].subscriptions[0].values[0].stream", message: 'no stream "nobody/declared-it" is declared' },
  ]);
});

test("explain names every setting once and hides the token", () => {
  const text = explain(readConfig({}, fileOf(GOOD)));
  expect(text.match(/^ {4}from: /gm)).toHaveLength(21);
  expect(text).not.toMatch(/tln_x/);
});

test("readings wait 350 ms while there is a connection, or as long as the file or the environment says", () => {
  expect(loadConfig({}, fileOf(GOOD)).config.sealMs).toBe(350);
  expect(loadConfig({ EDGE_SEAL_MS: "800" }, fileOf(GOOD)).config.sealMs).toBe(800);
  expect(loadConfig({}, fileOf(`${GOOD}\nsealMs: {telemetry: 1000}`)).config.sealMs).toEqual({ telemetry: 1_000 });
});
