import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import S3rver from "s3rver";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { buildProcesses, bundlePath } from "@/cli/build";
import { startTestBroker } from "@/cli/embedded/testing";
import { hashToken } from "@/server/core/node-token";
import { systemContext } from "@/server/core/context";
import { setDesired } from "@/server/fabric/desired-verbs";
import { retireNode } from "@/server/fabric/node-verbs";
import { openTestLine, type TestLine, waitFor } from "@/server/ingest/testing";
import { serveArtifact } from "@/server/models/artifact-http";
import type { ObjectStore } from "@/server/models/objects/object";
import { openObjectStore } from "@/server/models/objects/store";
import { sumModel } from "./inference/testing";
import { ioOf, writeModel } from "./inference/testing-files";

/** A model on its whole way: object store → desired document → HTTP → probe → slot → inference rows with its digest. */
let line: TestLine;
let folder = "";
let s3: S3rver;
let stores: Record<string, string> = {};
let web: Server;
let store: ObjectStore;
let isWebUp = false;
let edge: ChildProcess | null = null;

beforeAll(async () => {
  await buildProcesses();
  folder = await mkdtemp(join(tmpdir(), "desired-models-"));
  line = await openTestLine(await startTestBroker());
  await line.start();
  s3 = new S3rver({
    port: 0,
    address: "127.0.0.1",
    silent: true,
    directory: join(folder, "s3"),
    configureBuckets: [{ name: "plant", configs: [] }],
  });
  const { port } = await s3.run();
  stores = {
    folder: pathToFileURL(join(folder, "objects")).href,
    s3: `s3://S3RVER:S3RVER@127.0.0.1:${port}/plant?tls=false`,
  };
  web = createServer((incoming, outgoing) => {
    if (!isWebUp) return void outgoing.writeHead(503).end();
    const { pathname } = new URL(incoming.url ?? "/", "http://web");
    const headers = Object.entries(incoming.headers).flatMap(([name, value]): [string, string][] =>
      typeof value === "string" ? [[name, value]] : [],
    );
    const request = new Request(`http://web${pathname}`, { headers });
    serveArtifact(request, pathname.split("/").at(-1) ?? "", { sql: line.db.pool, store }).then(
      async (response) =>
        outgoing
          .writeHead(response.status, Object.fromEntries(response.headers))
          .end(Buffer.from(await response.arrayBuffer())),
      () => outgoing.writeHead(500).end(),
    );
  });
  await new Promise<void>((listening) => web.listen(0, "127.0.0.1", listening));
});
afterEach(async () => {
  await endEdge();
});
afterAll(async () => {
  await new Promise((closed) => web.close(closed));
  await s3.close();
  await line.close();
  await rm(folder, { recursive: true, force: true });
});

async function endEdge(): Promise<void> {
  const running = edge;
  edge = null;
  if (!running) return;
  const gone = new Promise((exited) => running.once("exit", exited));
  running.kill("SIGKILL");
  await gone;
}

const addressOf = (server: Server): string => {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
};

/** A node with an edge worker that has a slot and no model for it. */
async function newNode(id: string) {
  const { token } = await line.broker.addNode(id);
  await line.db.owner.query("insert into nodes (id, status, trusted, token_hash) values ($1, 'accepted', true, $2)", [
    id,
    hashToken(token),
  ]);
  const home = await mkdtemp(join(folder, "node-"));
  const rows = Array.from({ length: 6_000 }, (_, tenth) => `${1_767_225_600 + tenth / 10},${1 + (tenth % 7)}`);
  await writeFile(join(home, "log.csv"), `timestamp,value\n${rows.join("\n")}\n`);
  const config = join(home, "edge.json");
  await writeFile(
    config,
    JSON.stringify({
      node: id,
      url: line.broker.url,
      controlPlaneUrl: addressOf(web),
      port: 0,
      dataDir: "data",
      streams: [{ key: `${id}/vibration`, quantity: "velocity", unit: "mm/s", rateHz: 10 }],
      adapters: [
        { kind: "replay", file: "log.csv", columns: { value: `${id}/vibration` }, speed: 20, time: "now", loop: true },
      ],
      slots: [{ slot: "health" }],
      pipelines: [
        {
          pipeline: "vib@1",
          in: { v: `${id}/vibration` },
          time: { lateness: "0s", idle: "1s" },
          steps: [{ window: { size: "200ms" } }, { infer: { slot: "health" } }],
        },
      ],
    }),
  );
  const start = (): Promise<number> => {
    const started = spawn(process.execPath, [bundlePath("edge")], {
      env: { NODE_ENV: "production", PATH: process.env["PATH"] ?? "", EDGE_CONFIG: config, EDGE_TOKEN: token },
      stdio: ["ignore", "pipe", "inherit"],
    });
    edge = started;
    let text = "";
    return new Promise((told, failed) => {
      started.once("exit", (code) => failed(new Error(`the worker ended with ${code}: ${text}`)));
      started.stdout?.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        const port = /"port":(\d+)/.exec(text)?.[1];
        if (port) told(Number(port));
      });
    });
  };
  return { id, token, start };
}

async function publishModel(name: string, scale: number): Promise<{ artifact: string; manifest: string }> {
  const file = await writeModel(
    folder,
    name,
    sumModel(1, scale),
    ioOf(1, ["score"], () => "v"),
  );
  const artifact = await store.put(await readFile(file));
  const manifest = await store.put(await readFile(file.replace(".onnx", ".json")));
  return { artifact, manifest };
}

async function scoredWith(node: string, digest: string): Promise<boolean> {
  const { rows } = await line.db.owner.query(
    "select 1 from inference where node_id = $1 and model = $2 and slot = 'health' limit 1",
    [node, digest],
  );
  return rows.length > 0;
}

async function reported(node: string): Promise<{ applied: number; errors: { path: string; code: string }[] } | null> {
  const { rows } = await line.db.owner.query("select reported from node_documents where node_id = $1", [node]);
  return rows[0]?.reported ?? null;
}

const partOf = async (port: number, name: string) => {
  const health: { parts: { name: string; status: string; detail?: string }[] } = await (
    await fetch(`http://127.0.0.1:${port}/health`)
  ).json();
  return health.parts.find((part) => part.name === name);
};

test.each(["folder", "s3"])(
  "a model in an object store in %s is fetched, checked, run, kept over a restart and replaced",
  { timeout: 90_000 },
  async (home) => {
    store = openObjectStore(stores[home] ?? "");
    isWebUp = false;
    const node = await newNode(`models-${home}`);
    const first = await publishModel("first", 1);
    const revision = await setDesired(await systemContext(line.db.pool, "test"), node.id, {
      slots: [{ slot: "health", ...first }],
    });
    expect(
      await setDesired(await systemContext(line.db.pool, "test"), node.id, { slots: [{ slot: "health", ...first }] }),
    ).toBe(revision);

    let port = await node.start();
    await waitFor(async () => (await reported(node.id))?.errors[0]?.code === "FETCH", "the report that it is missing");
    expect(await partOf(port, "slot health")).toMatchObject({ status: "degraded" });

    isWebUp = true;
    await waitFor(() => scoredWith(node.id, first.artifact), "rows scored by the first model", 30_000);
    await waitFor(async () => (await reported(node.id))?.applied === revision, "the report that it runs");
    expect(await partOf(port, "slot health")).toEqual({ name: "slot health", status: "ok" });

    // Without the control plane's pages it starts with what it has.
    await endEdge();
    isWebUp = false;
    port = await node.start();
    expect(await partOf(port, "slot health")).toMatchObject({ status: "ok" });

    isWebUp = true;
    const second = await publishModel("second", 2);
    await setDesired(await systemContext(line.db.pool, "test"), node.id, { slots: [{ slot: "health", ...second }] });
    await waitFor(() => scoredWith(node.id, second.artifact), "rows scored by the second model", 30_000);
    await waitFor(async () => {
      const { rows } = await line.db.owner.query(
        "select document #>> '{slots,0,committed}' as committed from births b join nodes n on n.id = b.node_id and n.boot = b.boot where n.id = $1",
        [node.id],
      );
      return rows[0]?.committed === second.artifact;
    }, "a birth that names the second model");
  },
);

test("only the node that is told to run a model may fetch it, whole or from an offset", async () => {
  store = openObjectStore(stores["folder"] ?? "");
  const [owner, other] = [await newNode("models-owner"), await newNode("models-other")];
  const { artifact, manifest } = await publishModel("private", 3);
  await setDesired(await systemContext(line.db.pool, "test"), owner.id, {
    slots: [{ slot: "health", artifact, manifest }],
  });
  const get = (digest: string, who: { id: string; token: string } | null, headers: Record<string, string> = {}) =>
    serveArtifact(
      new Request("http://web/x", {
        headers: {
          ...(who ? { authorization: `Basic ${Buffer.from(`${who.id}:${who.token}`).toString("base64")}` } : {}),
          ...headers,
        },
      }),
      digest,
      { sql: line.db.pool, store },
    );
  const whole = Buffer.from((await store.get(artifact)) ?? []);

  const full = await get(artifact.slice(7), owner);
  expect(full.status).toBe(200);
  expect(full.headers.get("etag")).toBe(`"${artifact}"`);
  expect(Buffer.from(await full.arrayBuffer()).equals(whole)).toBe(true);
  const rest = await get(artifact, owner, { range: "bytes=10-", "if-range": `"${artifact}"` });
  expect(rest.status).toBe(206);
  expect(rest.headers.get("content-range")).toBe(`bytes 10-${whole.length - 1}/${whole.length}`);
  expect(Buffer.from(await rest.arrayBuffer()).equals(whole.subarray(10))).toBe(true);
  expect((await get(artifact, owner, { range: "bytes=10-", "if-range": '"another"' })).status).toBe(200);
  expect((await get(artifact, owner, { range: `bytes=${whole.length}-` })).status).toBe(416);
  expect((await get(artifact, owner, { "if-none-match": `"${artifact}"` })).status).toBe(304);
  expect((await get(manifest, owner)).status).toBe(200);

  expect((await get(artifact, other)).status).toBe(404);
  expect((await get("0".repeat(64), owner)).status).toBe(404);
  expect((await get("no-digest", owner)).status).toBe(400);
  for (const who of [null, { ...owner, token: "tln_wrong" }, { ...owner, id: "nobody" }, { ...owner, id: "No Node" }]) {
    const refused = await get(artifact, who);
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toBe('Basic realm="nodes"');
  }
  await retireNode(await systemContext(line.db.pool, "test"), { node: owner.id });
  expect((await get(artifact, owner)).status).toBe(401);
});
