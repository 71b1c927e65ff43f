import { rmSync } from "node:fs";
import { connectAsync } from "mqtt";
import { describe, expect, test } from "vitest";
import { until } from "./testing";
import { heldBatches, range, settled, sorted, useDevices, writeRows } from "./testing-devices";

const devices = useDevices();
const { newNode, newPeer, open } = devices;

describe("what the broker and the control plane may say", () => {
  test("0x10: with nobody listening the data is kept and one batch probes; all goes out when someone comes", async () => {
    const { start } = await newNode({ seal: { rows: 5 } });
    const device = await start();
    await writeRows(device, 0, 50);
    await until(
      () => device.stats().heldBy === "nobody-listens" || devices.broker.kind === "aedes",
      () => JSON.stringify(device.stats()),
    );
    const sent = device.stats().sentBatches;
    expect(sent).toBeLessThanOrEqual(16);
    const peer = await newPeer();
    await until(
      () => peer.values("1").length === 50,
      () => JSON.stringify(device.stats()),
    );
    expect(sorted(peer.values("1"))).toEqual(range(0, 50));
  });

  test("credit 0 holds a lane, credit opens it again, and never more than the credit is under way", async () => {
    const peer = await newPeer();
    peer.credit = 0;
    const { node, start } = await newNode({ seal: { rows: 5 } });
    const device = await start();
    await writeRows(device, 0, 5);
    await until(
      () => peer.order.length === 1 && heldBatches(device) === 0,
      () => JSON.stringify(device.stats()),
    );
    await writeRows(device, 5, 60);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(peer.order.length).toBe(1);
    peer.isAcking = false;
    peer.credit = 3;
    await peer.ack(node, device.stats().epoch, "telemetry");
    await until(
      () => peer.order.length === 4,
      () => JSON.stringify(device.stats()),
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(peer.order.length).toBe(4);
    peer.isAcking = true;
    await peer.ack(node, device.stats().epoch, "telemetry");
    await settled(device);
    expect(peer.values("1").length).toBe(60);
  });

  test("an ack of another epoch frees nothing", async () => {
    const peer = await newPeer();
    peer.isAcking = false;
    const { node, start } = await newNode();
    const device = await start();
    await writeRows(device, 0, 10);
    await until(
      () => peer.order.length > 0,
      () => JSON.stringify(device.stats()),
    );
    await peer.client.publishAsync(
      `tl/1/${node}/dn/ack/telemetry`,
      JSON.stringify({ v: 1, epoch: "01JDP000000000000000000000", upTo: 0, credit: 16 }),
      { qos: 1 },
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(heldBatches(device)).toBeGreaterThan(0);
  });

  test("M43: two clients with one id do not fight for ever: the device backs off and says so", async () => {
    const problems: string[] = [];
    const { node, token, start } = await newNode({ onProblem: (code) => problems.push(code) });
    const device = await start();
    await until(
      () => device.stats().state === "online",
      () => device.stats().state,
    );
    const thief = await connectAsync(devices.broker.url, {
      protocolVersion: 5,
      clientId: node,
      username: node,
      password: token,
      reconnectPeriod: 20,
    });
    thief.on("error", () => undefined);
    await until(
      () => problems.includes("FLAPPING") || problems.includes("TAKEN_OVER"),
      () => `${problems.join()} ${JSON.stringify(device.stats())}`,
      20_000,
    );
    await thief.endAsync(true);
    await writeRows(device, 0, 5);
    expect(device.stats().lanes.telemetry.nextRow).toBe(5);
  });

  test("wrong credentials are named, tried again slowly, and nothing is lost", async () => {
    const problems: string[] = [];
    const { start } = await newNode({ token: "tln_wrong", onProblem: (code) => problems.push(code) });
    const device = await start();
    await until(
      () => problems.includes("NOT_AUTHORISED"),
      () => problems.join(),
    );
    await writeRows(device, 0, 5);
    expect(device.stats().lanes.telemetry.nextRow).toBe(5);
  });
});

describe("documents and commands", () => {
  test("birth is retained and comes before any batch; state says online, then offline with why", async () => {
    const peer = await newPeer();
    const { node, start } = await newNode();
    const device = await start();
    await writeRows(device, 0, 5);
    await settled(device);
    await device.close();
    open.device.pop();
    await until(
      () => peer.messages.filter(({ topic }) => topic === `tl/1/${node}/up/state`).length >= 2,
      () => JSON.stringify(peer.messages.map(({ topic }) => topic)),
    );
    const own = peer.messages.filter(({ topic }) => topic.startsWith(`tl/1/${node}/`));
    expect(own[0]?.topic).toBe(`tl/1/${node}/up/birth`);
    const birth = JSON.parse(own[0]?.payload.toString() ?? "{}");
    expect(birth).toMatchObject({
      node,
      boot: device.boot,
      epoch: device.stats().epoch,
      streams: [{ alias: 1, key: "pump-1/flow" }],
    });
    const states = own
      .filter(({ topic }) => topic.endsWith("/state"))
      .map(({ payload }) => JSON.parse(payload.toString()));
    expect(states.at(0)).toMatchObject({ online: true, boot: device.boot });
    expect(states.at(-1)).toMatchObject({ online: false, why: "stop" });
  });

  test("a batch of a former start is sent with that start's birth before it", async () => {
    const { node, start } = await newNode({ url: "mqtt://127.0.0.1:9" });
    const first = await start();
    await writeRows(first, 0, 5);
    await first.close();
    open.device.pop();
    const peer = await newPeer();
    const second = await start({ url: devices.broker.url });
    await settled(second);
    const own = peer.messages.filter(({ topic }) => topic.startsWith(`tl/1/${node}/`));
    const births = own.flatMap(({ topic, payload }, index) =>
      topic.endsWith("/birth") ? [{ index, boot: JSON.parse(payload.toString()).boot }] : [],
    );
    const batch = own.findIndex(({ topic }) => topic.includes("/batch/telemetry"));
    expect(peer.batches("telemetry")[0]?.batch.clock.boot).toBe(first.boot);
    expect(births.some(({ index, boot }) => boot === first.boot && index < batch)).toBe(true);
    expect(births.at(-1)?.boot).toBe(second.boot);
  });

  test("a command runs once: its answer is stored and given again, also after a restart", async () => {
    const peer = await newPeer();
    const { node, start } = await newNode();
    let runs = 0;
    const device = await start();
    device.onCommand("snapshot", () => ({ run: (runs += 1) }));
    await until(
      () => device.stats().state === "online",
      () => device.stats().state,
    );
    const correlationData = Buffer.alloc(16, 7);
    const send = (verb: string, responseTopic: string, correlation = correlationData, args = {}) =>
      peer.client.publishAsync(`tl/1/${node}/dn/cmd/${verb}`, JSON.stringify({ v: 1, args }), {
        qos: 1,
        properties: { responseTopic, correlationData: correlation },
      });
    const answers = () =>
      peer.messages
        .filter(({ topic }) => topic === `tl/1/${node}/up/rsp`)
        .map(({ payload }) => JSON.parse(payload.toString()));
    await send("snapshot", `tl/1/${node}/up/rsp`);
    await send("snapshot", `tl/1/${node}/up/rsp`);
    await until(
      () => answers().length === 2,
      () => JSON.stringify(answers()),
    );
    await device.close();
    open.device.pop();
    const again = await start();
    again.onCommand("snapshot", () => ({ run: (runs += 1) }));
    await until(
      () => again.stats().state === "online",
      () => again.stats().state,
    );
    await send("snapshot", `tl/1/${node}/up/rsp`);
    await send("snapshot", "tl/1/someone-else/up/rsp", Buffer.alloc(16, 1));
    await send("explode", `tl/1/${node}/up/rsp`, Buffer.alloc(16, 2));
    await send("snapshot", `tl/1/${node}/up/rsp`, Buffer.alloc(16, 3), { expiresAt: 1 });
    await send("ping", `tl/1/${node}/up/rsp`, Buffer.alloc(16, 4));
    await until(
      () => answers().length === 6,
      () => JSON.stringify(answers()),
    );
    expect(answers().map(({ code }) => code)).toEqual(["done", "done", "done", "unknown-verb", "expired", "done"]);
    expect(
      answers()
        .slice(0, 3)
        .map(({ result }) => result),
    ).toEqual([{ run: 1 }, { run: 1 }, { run: 1 }]);
    expect(runs).toBe(1);
    expect(again.stats().ignoredCommands).toBe(1);
  });

  test("M27: a response topic of another node is never answered to, and the node records the attempt once", async () => {
    const peer = await newPeer();
    const { node, start } = await newNode();
    const device = await start();
    let runs = 0;
    device.onCommand("snapshot", () => void (runs += 1));
    await until(
      () => device.stats().state === "online",
      () => device.stats().state,
    );
    const topics = ["tl/1/neighbour/dn/cmd/restart", "tl/1/neighbour/up/rsp", `tl/1/${node}x/up/rsp`];
    for (const [n, responseTopic] of topics.entries())
      await peer.client.publishAsync(`tl/1/${node}/dn/cmd/snapshot`, JSON.stringify({ v: 1 }), {
        qos: 1,
        properties: { responseTopic, correlationData: Buffer.alloc(16, n) },
      });
    await until(
      () => device.stats().ignoredCommands === 3 && peer.batches("events").length > 0,
      () => JSON.stringify(device.stats()),
    );
    expect(runs).toBe(0);
    expect(peer.messages.filter(({ topic }) => topic.endsWith("/rsp"))).toEqual([]);
    await settled(device);
    const events = peer.batches("events").flatMap(({ batch }) => (batch.lane === "events" ? batch.rows : []));
    expect(events).toMatchObject([
      { kind: "command-ignored", severity: "high", data: { detail: expect.stringContaining("tl/1/neighbour/dn") } },
    ]);
  });

  test("hold keeps what is written on the node, resume lets it go, and both are answered", async () => {
    const peer = await newPeer();
    const { node, start } = await newNode();
    const device = await start();
    await until(
      () => device.stats().state === "online",
      () => device.stats().state,
    );
    const answers = () =>
      peer.messages
        .filter(({ topic }) => topic === `tl/1/${node}/up/rsp`)
        .map(({ payload }): unknown => JSON.parse(payload.toString()));
    const command = async (verb: string, nth: number) => {
      await peer.client.publishAsync(`tl/1/${node}/dn/cmd/${verb}`, JSON.stringify({ v: 1 }), {
        qos: 1,
        properties: { responseTopic: `tl/1/${node}/up/rsp`, correlationData: Buffer.alloc(16, nth) },
      });
      await until(
        () => answers().length === nth,
        () => JSON.stringify(answers()),
      );
    };
    await command("hold", 1);
    expect(device.stats().heldBy).toBe("hold");
    await writeRows(device, 0, 10);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(peer.order).toEqual([]);
    expect(heldBatches(device)).toBeGreaterThan(0);
    await command("resume", 2);
    await settled(device);
    expect(device.stats().heldBy).toBeNull();
    expect(peer.values("1")).toEqual(range(0, 10));
    expect(answers()).toMatchObject([
      { verb: "hold", ok: true, code: "done" },
      { verb: "resume", ok: true, code: "done" },
    ]);
  });

  test("a desired revision that fails in part is reported, and the last good one stays, also for the next start", async () => {
    const peer = await newPeer();
    const { node, start } = await newNode();
    const device = await start();
    const seen: number[] = [];
    await device.onDesired((desired) => {
      seen.push(desired.revision);
      return desired.revision === 2 ? [{ path: "pipelines.x", code: "UNIT_MISMATCH", detail: "mm/s is not Cel" }] : [];
    });
    const reports = () =>
      peer.messages
        .filter(({ topic }) => topic === `tl/1/${node}/up/reported`)
        .map(({ payload }) => JSON.parse(payload.toString()));
    const want = (revision: number) =>
      peer.client.publishAsync(`tl/1/${node}/dn/desired`, JSON.stringify({ v: 1, revision }), { qos: 1, retain: true });
    await until(
      () => device.stats().state === "online",
      () => device.stats().state,
    );
    await want(1);
    await want(2);
    await until(
      () => reports().length === 2,
      () => JSON.stringify(reports()),
    );
    expect(reports()).toMatchObject([
      { revision: 1, applied: 1, errors: [] },
      { revision: 2, applied: 1, errors: [{ code: "UNIT_MISMATCH" }] },
    ]);
    await device.close();
    open.device.pop();
    const next = await start({ url: "mqtt://127.0.0.1:9" });
    const good: number[] = [];
    await next.onDesired((desired) => void good.push(desired.revision));
    expect(good).toEqual([1]);
  });
});

describe("one worker per buffer", () => {
  test("F05: a second worker on the same folder is refused by name of the first", async () => {
    const { start } = await newNode({ url: "mqtt://127.0.0.1:9" });
    await start();
    await expect(start()).rejects.toThrow(`pid ${process.pid}`);
    open.device.splice(1);
  });

  test("new storage is a new epoch; the same storage keeps it over restarts", async () => {
    const { dataDir, start } = await newNode({ url: "mqtt://127.0.0.1:9" });
    const first = await start();
    const { epoch } = first.stats();
    await first.close();
    open.device.pop();
    const second = await start();
    expect(second.stats().epoch).toBe(epoch);
    expect(second.boot).not.toBe(first.boot);
    await second.close();
    open.device.pop();
    rmSync(dataDir, { recursive: true });
    expect((await start()).stats().epoch).not.toBe(epoch);
  });
});
