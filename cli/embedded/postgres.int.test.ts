import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { afterEach, expect, test } from "vitest";
import { removePostgresData, startPostgres, type RunningPostgres } from "./postgres";
import { preparePostgresHome } from "./postgres-home";

const password = "a password with spaces & signs";
const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function makeFolder(mode: number): string {
  const folder = mkdtempSync(join(tmpdir(), "tl-postgres-"));
  chmodSync(folder, mode);
  cleanups.push(() => {
    removePostgresData(join(folder, "postgres"));
    rmSync(folder, { recursive: true, force: true });
  });
  return join(folder, "postgres");
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server does not listen");
  return address.port;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((listening) => probe.once("listening", listening));
  const port = portOf(probe);
  await new Promise((closed) => probe.close(closed));
  return port;
}

async function ask(server: RunningPostgres, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  const { rows } = await client.query({ text: sql, rowMode: "array" });
  await client.end();
  return rows.flat();
}

test("makes, stops and starts again with what was stored, as root too", async () => {
  const options = { dataDir: makeFolder(0o755), port: await freePort(), password, settings: { fsync: "off" } };
  const first = await startPostgres(options);
  await ask(first, "create table kept as select 42 as answer");
  expect(
    await ask(first, "select current_setting('jit'), datcollate from pg_database where datname = current_database()"),
  ).toEqual(["off", "C"]);
  await first.stop();
  const second = await startPostgres(options);
  expect(await ask(second, "select answer from kept")).toEqual([42]);
  await second.stop();
});

test("a private parent folder is no obstacle", async () => {
  const dataDir = makeFolder(0o700);
  const server = await startPostgres({ dataDir, port: await freePort(), password, settings: { fsync: "off" } });
  expect(await ask(server, "select 1")).toEqual([1]);
  if (process.getuid?.() === 0) expect(lstatSync(dataDir).isSymbolicLink()).toBe(true);
  await server.stop();
});

test("a busy port is named with the fix", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await new Promise((listening) => holder.once("listening", listening));
  cleanups.push(() => new Promise<void>((closed) => holder.close(() => closed())));
  const port = portOf(holder);
  await expect(startPostgres({ dataDir: makeFolder(0o755), port, password })).rejects.toMatchObject({
    code: "port_busy",
    message: `Port ${port} is used by another program, so PostgreSQL cannot listen there. Stop that program, or set POSTGRES_PORT to a free port.`,
  });
});

test("a crash of the server loses nothing committed and the next start succeeds", async () => {
  const options = { dataDir: makeFolder(0o755), port: await freePort(), password };
  const first = await startPostgres(options);
  await ask(first, "create table kept as select 42 as answer");
  await first.kill();
  const second = await startPostgres(options);
  expect(await ask(second, "select answer from kept")).toEqual([42]);
  await second.stop();
});

test("a server left behind by a killed supervisor is replaced; one in use is not", async () => {
  const options = { dataDir: makeFolder(0o755), port: await freePort(), password, settings: { fsync: "off" } };
  const script = `import(${JSON.stringify(new URL("./postgres.ts", import.meta.url).href)}).then(async ({ startPostgres }) => {
    const server = await startPostgres(${JSON.stringify(options)});
    console.log("ready " + server.pid);
    setInterval(() => {}, 1000);
  });`;
  const supervisor = spawn(process.execPath, ["--import", "tsx", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const orphanPid = await new Promise<number>((found, failed) => {
    supervisor.stdout.on("data", (chunk: Buffer) => {
      const pid = /ready (\d+)/.exec(chunk.toString())?.[1];
      if (pid) found(Number(pid));
    });
    supervisor.once("exit", () => failed(new Error("the supervisor ended early")));
  });

  await expect(startPostgres(options)).rejects.toMatchObject({ code: "in_use" });
  supervisor.kill("SIGKILL");
  await new Promise((ended) => supervisor.once("close", ended));
  const server = await startPostgres(options);
  expect(server.pid).not.toBe(orphanPid);
  expect(readFileSync(join(server.dataDir, "postmaster.pid"), "utf8")).toContain(String(server.pid));
  await server.stop();
});

test("a changed password says which file to put back", async () => {
  const options = { dataDir: makeFolder(0o755), port: await freePort(), password, settings: { fsync: "off" } };
  await (await startPostgres(options)).stop();
  await expect(startPostgres({ ...options, password: "another" })).rejects.toThrow("Put the old secrets.json back");
});

const asRoot = process.getuid?.() === 0;

test.runIf(asRoot)("a new project where a moved one stood takes a place of its own and leaves the other's data", () => {
  const promised = makeFolder(0o700);
  const first = preparePostgresHome(promised);
  writeFileSync(join(first.dataDir, "PG_VERSION"), "18\n");
  const moved = makeFolder(0o700);
  renameSync(promised, moved);

  const second = preparePostgresHome(promised);
  expect(second.dataDir).not.toBe(first.dataDir);
  expect(preparePostgresHome(moved).dataDir).toBe(first.dataDir);
  expect(readFileSync(`${first.dataDir}.owner`, "utf8")).toBe(`${moved}\n`);

  removePostgresData(promised);
  expect(existsSync(second.dataDir)).toBe(false);
  expect(existsSync(join(first.dataDir, "PG_VERSION"))).toBe(true);
});

test.runIf(asRoot)("beginning anew in a copy of a project takes the copy's link and not the data", () => {
  const promised = makeFolder(0o700);
  const first = preparePostgresHome(promised);
  const copy = makeFolder(0o700);
  symlinkSync(first.dataDir, copy);
  removePostgresData(copy);
  expect(existsSync(copy)).toBe(false);
  expect(existsSync(first.dataDir)).toBe(true);
});

test.runIf(asRoot)(
  "data made where the server's user could reach it goes along when the folder becomes private",
  () => {
    const promised = makeFolder(0o755);
    mkdirSync(join(preparePostgresHome(promised).dataDir, "base"));
    writeFileSync(join(promised, "base", "1"), "kept");
    chmodSync(dirname(promised), 0o700);
    const { dataDir, runAs } = preparePostgresHome(promised);
    expect(dataDir).not.toBe(promised);
    expect(readFileSync(join(promised, "base", "1"), "utf8")).toBe("kept");
    expect(lstatSync(join(dataDir, "base", "1")).uid).toBe(runAs?.uid);
  },
);
