import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestBroker } from "@/cli/embedded/testing";
import { acceptNode, acceptStreams } from "@/server/fabric/verbs";
import { systemContext } from "@/server/core/context";
import { countReadings, openTestLine, type TestLine, waitFor } from "./testing";

/** The README's first step with a device of one's own, done with the very program it names. */
const isPresent = spawnSync("mosquitto_pub", ["--help"]).error === undefined;
let line: TestLine;
beforeAll(async () => {
  line = await openTestLine(await startTestBroker());
  await line.start();
});
afterAll(() => line.close());

/** `mosquitto_pub` as MQTT 5 and as 3.1.1, which is what it speaks unless told. */
async function publisher(node: string) {
  const { token } = await line.broker.addNode(node);
  const port = new URL(line.broker.url).port;
  return (name: string, message: string, version: "mqttv5" | "mqttv311" = "mqttv5") =>
    promisify(execFile)("mosquitto_pub", [
      ...["-V", version, "-h", "127.0.0.1", "-p", port, "-u", node, "-P", token, "-q", "1"],
      ...["-t", `tl/1/${node}/up/plain/${name}`, "-m", message],
    ]);
}
const values = async (key: string) =>
  (
    await line.db.owner.query<{ value: number }>(
      "select r.value from readings r join streams s on s.id = r.stream_id where s.key = $1 order by r.value",
      [key],
    )
  ).rows.map(({ value }) => value);

test.skipIf(!isPresent)("what mosquitto_pub sends for a trusted node is stored", async () => {
  await line.db.owner.query("insert into nodes (id, status, trusted) values ('boiler-7', 'accepted', true)");
  const send = await publisher("boiler-7");
  await send("water/temp", "61.5");
  await send("water/temp", JSON.stringify({ value: 62.25, ts: Date.now() - 1_000 }));
  await send("water/temp", "63", "mqttv311");
  await waitFor(async () => (await countReadings(line.db, "water/temp")) === 3, "three readings");
  expect(await values("water/temp")).toEqual([61.5, 62.25, 63]);
});

test.skipIf(!isPresent)(
  "what it sends for an unknown node waits in quarantine and is stored once it is accepted",
  async () => {
    const send = await publisher("kiln-3");
    await send("shell/temp", "812");
    await send("shell/temp", "815");
    const held = async () =>
      (
        await line.db.owner.query<{ reason: string; status: string }>(
          "select reason, status from quarantine where node_id = 'kiln-3' order by id",
        )
      ).rows;
    await waitFor(async () => (await held()).length === 2, "both to be kept");
    expect(await held()).toEqual([
      { reason: "PROPOSED", status: "held" },
      { reason: "PROPOSED", status: "held" },
    ]);
    expect(await countReadings(line.db, "shell/temp")).toBe(0);

    const ctx = await systemContext(line.db.pool, "tester");
    await acceptNode(ctx, { node: "kiln-3", withStreams: false });
    const { rows } = await line.db.owner.query<{ id: number }>("select id from streams where key = 'shell/temp'");
    await acceptStreams(ctx, { streamIds: rows.map(({ id }) => id), units: { [rows[0]?.id ?? 0]: "Cel" } });
    await waitFor(async () => (await countReadings(line.db, "shell/temp")) === 2, "the replay");
    expect(await values("shell/temp")).toEqual([812, 815]);
    await waitFor(async () => (await held()).every(({ status }) => status === "replayed"), "both to be settled");
    await send("shell/temp", "818");
    await waitFor(async () => (await countReadings(line.db, "shell/temp")) === 3, "the next one");
  },
);
