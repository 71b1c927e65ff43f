import { createInterface } from "node:readline";
import { ulid } from "ulid";
import { Lane } from "./lane";
import { type Prepared, publishPacket, RawNode } from "./raw-node";
import { type AckSignal, drain, runFlood, runPaced, runWindow } from "./runs";
import { batchesWithTheValuesOf, batchOf, birthOfNode, nodeName, readingsPerMessage, type Shape } from "./workload";

/**
 * All nodes of a benchmark in one process of its own. Reads one JSON command per line, answers each with one JSON line.
 * `connect`: sign in and send births. `prepare`: a new epoch, and the packets of a round unless it has no end. `run`: send them as
 * the mode says (see runs.ts). `flood`: send for a time, whatever comes back. `drain`: after a flood, until all that was sent has its durable ack.
 */
type Command =
  | { do: "connect"; shape: Shape; urls: string[] }
  | { do: "prepare"; shape: Shape }
  | { do: "run"; shape: Shape; mode: "window" }
  | { do: "run"; shape: Shape; mode: "paced"; readingsPerS: number }
  | { do: "flood"; shape: Shape; readingsPerS: number; seconds: number }
  | { do: "drain" };

const boot = ulid();
let epoch = ulid();
let nodes: RawNode[] = [];
let lanes: Lane[] = [];
const acks: AckSignal = { onAcked: () => undefined };

function takeAck(node: number, text: string): void {
  const ack = JSON.parse(text) as { epoch: string; upTo: number; credit: number }; // our own ingest wrote it
  const lane = lanes[node];
  if (ack.epoch !== epoch || !lane) return;
  lane.takeAck(ack);
  acks.onAcked(lane);
}

function sendBirths(shape: Shape, bootOf: () => string): void {
  for (const [i, node] of nodes.entries())
    node.publish(publishPacket(`tl/1/${nodeName(i)}/up/birth`, birthOfNode(shape, i, epoch, bootOf())));
}

function prepare(shape: Shape): void {
  epoch = ulid();
  lanes = nodes.map((node, i) => {
    const send = (packet: Prepared) => node.publish(packet);
    const seal = (payload: Buffer, batch: number) =>
      publishPacket(`tl/1/${nodeName(i)}/up/batch/telemetry`, payload, { epoch, batch: String(batch) });
    if (shape.messagesPerNode === null) {
      const payloadOf = batchesWithTheValuesOf(shape, i, epoch, boot);
      return new Lane(Infinity, (batch) => seal(payloadOf(batch), batch), send);
    }
    const packets = Array.from({ length: shape.messagesPerNode }, (_, batch) =>
      seal(batchOf(shape, i, batch, epoch, boot), batch),
    );
    return new Lane(packets.length, (batch) => at(packets, batch), send);
  });
  sendBirths(shape, ulid);
}

async function answer(command: Command): Promise<object> {
  switch (command.do) {
    case "connect":
      for (const node of nodes) node.close();
      nodes = await Promise.all(command.urls.map((url, i) => RawNode.connect(url, (text) => takeAck(i, text))));
      sendBirths(command.shape, () => boot);
      return {};
    case "prepare":
      prepare(command.shape);
      return {};
    case "drain":
      return drain(lanes, acks);
    case "flood":
      return runFlood(nodes, lanes, { batchesPerS: paceOf(command), seconds: command.seconds });
    case "run":
      return command.mode === "window" ? runWindow(lanes, acks) : runPaced(lanes, acks, paceOf(command));
  }
}

/** Messages per second. */
function paceOf({ shape, readingsPerS }: { shape: Shape; readingsPerS: number }): number {
  return readingsPerS / readingsPerMessage(shape);
}

function at(packets: readonly Prepared[], batch: number): Prepared {
  const packet = packets[batch];
  if (!packet) throw new RangeError(`there is no batch ${batch}`);
  return packet;
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as Command; // written by the benchmark that started us
  process.stdout.write(`${JSON.stringify(await answer(command))}\n`);
}
