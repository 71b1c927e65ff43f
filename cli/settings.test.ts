import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { networkAddress } from "./embedded/broker-address";
import { findInstance, takeInstance, type InstanceNote } from "./instance";
import { demandFreePorts } from "./ports";
import { isSameProcess, readPidFile, startOf, writePidFile } from "./processes";
import { loadSecrets } from "./secrets";
import { readSettings } from "./settings";

const env = (given: Record<string, string>) => ({ NODE_ENV: "test", ...given }) as const;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tl-cli-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("settings", () => {
  test("everything is embedded unless the environment says otherwise; empty means not set", () => {
    expect(readSettings(env({ DATABASE_URL: "", PORT: "" }))).toMatchObject({
      databaseUrl: null,
      mqttUrl: null,
      ports: { web: 3000, mqtt: 1883, postgres: 5433 },
    });
    expect(readSettings(env({ DATABASE_URL: "postgres://a:b@h/d", MQTT_URL: "mqtt://h" }))).toMatchObject({
      databaseUrl: "postgres://a:b@h/d",
      databaseOwnerUrl: "postgres://a:b@h/d",
      mqttUrl: "mqtt://h",
    });
  });

  test.each([
    ["PORT", "80x"],
    ["PORT", "0"],
    ["MQTT_PORT", "70000"],
    ["DATABASE_URL", "mysql://x:secret@h"],
    ["MQTT_URL", "h:1883"],
    ["BROKER", "emqx"],
    ["MQTT_HOST", "everywhere"],
    ["WEB_HOST", "0.0.0.0"],
    ["WEB_HOST", "192.168.1.10"],
  ])("refuses %s=%s by name, with exit code 78, without repeating it", (name, value) => {
    try {
      readSettings(env({ [name]: value }));
      expect.unreachable();
    } catch (cause) {
      expect(cause).toMatchObject({ exitCode: 78 });
      expect(String(cause)).toContain(name);
      expect(String(cause)).not.toContain("secret");
    }
  });
});

test("a device elsewhere is told an address that it can reach", () => {
  const lan = { address: "192.168.1.10", netmask: "", mac: "", cidr: null, internal: false, family: "IPv4" } as const;
  const lo = { ...lan, address: "127.0.0.1", internal: true };
  expect(networkAddress("0.0.0.0", { lo: [lo], eth0: [{ ...lan, address: "169.254.3.1" }, lan] })).toBe("192.168.1.10");
  expect(networkAddress("0.0.0.0", { lo: [lo] })).toBe("127.0.0.1");
  expect(networkAddress("10.0.0.4")).toBe("10.0.0.4");
  expect(readSettings(env({})).mqttHost).toBe("127.0.0.1");
});

describe("secrets", () => {
  test("are made once, for the owner's eyes only", () => {
    const made = loadSecrets(folder);
    expect(loadSecrets(folder)).toEqual(made);
    expect(statSync(join(folder, "secrets.json")).mode & 0o777).toBe(0o600);
  });

  test("a damaged file is refused, not replaced: the data was made with what it held", () => {
    writeFileSync(join(folder, "secrets.json"), "{");
    expect(() => loadSecrets(folder)).toThrow("is damaged");
    expect(readFileSync(join(folder, "secrets.json"), "utf8")).toBe("{");
  });
});

describe("processes", () => {
  test("a process id that now belongs to another program is not the one noted", () => {
    const path = join(folder, "a.pid");
    writePidFile(path, process.pid);
    const noted = readPidFile(path);
    expect(noted && isSameProcess(noted)).toBe(true);
    expect(isSameProcess({ pid: process.pid, started: "1" })).toBe(false);
    expect(startOf(process.pid)).not.toBe("");
  });

  test.each(["", "{", "null", '{"pid":0,"started":""}', '{"pid":"1"}'])("a damaged note %j is no note", (text) => {
    writeFileSync(join(folder, "a.pid"), text);
    expect(readPidFile(join(folder, "a.pid"))).toBeNull();
  });
});

describe("one instance per data folder", () => {
  const note: InstanceNote = {
    startedAt: "",
    ready: false,
    web: "",
    mqtt: null,
    broker: null,
    postgresPort: null,
    health: {},
  };

  test("a second one is refused by the first one's process id, and welcome after its end", () => {
    const first = takeInstance(folder, note);
    expect(() => takeInstance(folder, note)).toThrow(`process ${process.pid}`);
    first.update({ ready: true });
    expect(findInstance(folder)).toMatchObject({ ready: true, pid: process.pid });
    first.release();
    expect(findInstance(folder)).toBeNull();
    takeInstance(folder, note).release();
  });

  test("the note of a killed one does not stand in the way", () => {
    takeInstance(folder, note);
    const path = join(folder, "run", "up.json");
    writeFileSync(path, readFileSync(path, "utf8").replace(/"started":"\d+"/, '"started":"1"'));
    expect(findInstance(folder)).toBeNull();
    takeInstance(folder, note);
    expect(findInstance(folder)).not.toBeNull();
  });
});

test("busy ports are named all at once, with the variables that move them", async () => {
  const holders = await Promise.all(
    [0, 0].map(
      () =>
        new Promise<ReturnType<typeof createServer>>((listening) => {
          const server = createServer().listen(0, "127.0.0.1", () => listening(server));
        }),
    ),
  );
  const [a = 0, b = 0] = holders.map((holder) => {
    const address = holder.address();
    return typeof address === "object" ? (address?.port ?? 0) : 0;
  });
  const refused = demandFreePorts([
    { port: a, label: "web", variable: "PORT" },
    { port: b, label: "MQTT", variable: "MQTT_PORT" },
  ]);
  await expect(refused).rejects.toThrow(`Another program uses ports ${a} (web), ${b} (MQTT).`);
  await expect(refused).rejects.toMatchObject({ fix: expect.stringMatching(/PORT=\d+ MQTT_PORT=\d+ npm start/) });
  await Promise.all(holders.map((holder) => new Promise((closed) => holder.close(closed))));
  await expect(
    demandFreePorts([
      { port: a, label: "web", variable: "PORT" },
      { port: a, label: "MQTT", variable: "MQTT_PORT" },
    ]),
  ).rejects.toThrow("wanted twice");
});
