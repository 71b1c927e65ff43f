import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ArtifactSource, fetchArtifact, findCached, pruneArtifacts } from "./artifacts";

const MODEL = randomBytes(300_000);
const DIGEST = `sha256:${createHash("sha256").update(MODEL).digest("hex")}`;
const LIMIT = 1_000_000;

let folder = "";
let server: Server;
let source: ArtifactSource;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const requests: IncomingMessage["headers"][] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "artifacts-"));
  requests.length = 0;
  server = createServer((request, response) => {
    requests.push(request.headers);
    answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  source = { url: `http://127.0.0.1:${port}`, node: "pump-1", token: "tln_x", dir: join(folder, "artifacts") };
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  await rm(folder, { recursive: true, force: true });
});

const whole = (_request: IncomingMessage, response: ServerResponse) => void response.writeHead(200).end(MODEL);

test("an artifact is fetched once, as the node, and found again without a question", async () => {
  answer = whole;
  const file = await fetchArtifact(source, DIGEST, LIMIT);
  expect((await readFile(file)).equals(MODEL)).toBe(true);
  expect(await fetchArtifact(source, DIGEST, LIMIT)).toBe(file);
  expect(requests.length).toBe(1);
  expect(Buffer.from(String(requests[0]?.authorization).slice(6), "base64").toString()).toBe("pump-1:tln_x");
});

test("a download that broke off goes on where it stopped", async () => {
  answer = (_request, response) => {
    response.writeHead(200, { "content-length": MODEL.length });
    response.write(MODEL.subarray(0, 200_000), () => setTimeout(() => response.destroy(), 50));
  };
  await expect(fetchArtifact(source, DIGEST, LIMIT)).rejects.toMatchObject({ code: "FETCH", isPassing: true });
  const { size } = await stat(join(source.dir, `${DIGEST.slice(7)}.part`));
  expect(size).toBeGreaterThan(0);

  answer = (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1]);
    response
      .writeHead(206, { "content-range": `bytes ${from}-${MODEL.length - 1}/${MODEL.length}` })
      .end(MODEL.subarray(from));
  };
  const file = await fetchArtifact(source, DIGEST, LIMIT);
  expect((await readFile(file)).equals(MODEL)).toBe(true);
  expect(requests[1]).toMatchObject({ range: `bytes=${size}-`, "if-range": `"${DIGEST}"` });
  expect(await readdir(source.dir)).toEqual([DIGEST.slice(7)]);
});

test("a server that sends the whole again is taken at its word", async () => {
  answer = whole;
  await fetchArtifact(source, DIGEST, LIMIT);
  await rm(join(source.dir, DIGEST.slice(7)));
  await writeFile(join(source.dir, `${DIGEST.slice(7)}.part`), MODEL.subarray(0, 1_000));
  expect((await readFile(await fetchArtifact(source, DIGEST, LIMIT))).equals(MODEL)).toBe(true);
});

type Say = (response: ServerResponse) => void;
const status =
  (code: number, headers = {}): Say =>
  (response) =>
    void response.writeHead(code, headers).end();
const body =
  (bytes: Uint8Array): Say =>
  (response) =>
    void response.end(bytes);

test.each<[string, string, boolean, Say]>([
  ["other bytes than were asked for", "HASH", true, body(MODEL.subarray(1))],
  ["more bytes than a model may have", "TOO_LARGE", false, body(Buffer.alloc(LIMIT + 1))],
  ["a refused login", "DENIED", true, status(401)],
  ["what nobody has", "FETCH", true, status(404)],
  ["a redirection to another place", "FETCH", true, status(302, { location: "/x" })],
  ["a range behind the end", "FETCH", true, status(416)],
])("%s is no artifact", async (_name, code, isPassing, say) => {
  answer = (_request, response) => say(response);
  await expect(fetchArtifact(source, DIGEST, LIMIT)).rejects.toMatchObject({ code, isPassing });
  expect(await findCached(source.dir, DIGEST)).toBeNull();
});

test("a control plane that is not there is waited for", async () => {
  const away = { ...source, url: "http://127.0.0.1:1" };
  await expect(fetchArtifact(away, DIGEST, LIMIT)).rejects.toMatchObject({ code: "FETCH", isPassing: true });
});

test("a damaged file is not used but fetched again", async () => {
  answer = whole;
  const file = await fetchArtifact(source, DIGEST, LIMIT);
  await writeFile(file, MODEL.subarray(1));
  expect(await findCached(source.dir, DIGEST)).toBeNull();
  expect((await readFile(await fetchArtifact(source, DIGEST, LIMIT))).equals(MODEL)).toBe(true);
});

test("only what is wanted is kept", async () => {
  answer = whole;
  await fetchArtifact(source, DIGEST, LIMIT);
  await writeFile(join(source.dir, `${"a".repeat(64)}.part`), "x");
  await pruneArtifacts(source.dir, new Set([DIGEST]));
  expect(await readdir(source.dir)).toEqual([DIGEST.slice(7)]);
  await pruneArtifacts(source.dir, new Set());
  expect(await readdir(source.dir)).toEqual([]);
  await pruneArtifacts(join(folder, "nowhere"), new Set());
});
