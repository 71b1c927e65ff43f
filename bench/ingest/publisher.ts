import { createInterface } from "node:readline";
import { ulid } from "ulid";
import { type Prepared, publishPacket, RawNode } from "./raw-node";
import { batchOf, birthOfNode, nodeName, type Shape } from "./workload";

/**
 * All nodes of a benchmark in one process of its own. Reads one JSON command per line, answers each with one JSON line.
 * `connect`: sign in and send births. `prepare`: make the packets of a round. `run`: send them and answer when every batch has
 * its durable ack. Modes: `window` keeps 16 batches under way per node, `paced` sends at a rate, `flood` sends regardless.
 */
interface Command {
  do: "connect" | "prepare" | "run" | "end";
  shape: Shape;
  urls: string[];
  mode: "window" | "paced" | "flood";
  readingsPerS: number;
  seconds: number;
}

const WINDOW = 16;
const boot = ulid();
let epoch = ulid();
let nodes: RawNode[] = [];
let packets: Prepared[][] = [];
let sent: number[] = [];
let acked: number[] = [];
let credit: number[] = [];
let sentAtMs: Float64Array[] = [];
let latencies: number[] = [];
let onAcked: (node: number) => void = () => undefined;

function takeAck(node: number, text: string): void {
  const ack = JSON.parse(text) as { epoch: string; upTo: number; credit: number }; // our own ingest wrote it
  if (ack.epoch !== epoch) return;
  credit[node] = ack.credit;
  const now = performance.now();
  for (let batch = acked[node] ?? 0; batch <= ack.upTo; batch++) latencies.push(now - (sentAtMs[node]?.[batch] ?? now));
  acked[node] = Math.max(acked[node] ?? 0, ack.upTo + 1);
  onAcked(node);
}

function prepare(shape: Shape): void {
  epoch = ulid();
  packets = nodes.map((_, node) =>
    Array.from({ length: shape.messagesPerNode }, (__, message) =>
      publishPacket(`tl/1/${nodeName(node)}/up/batch/telemetry`, batchOf(shape, node, message, epoch, boot), {
        epoch,
        batch: String(message),
      }),
    ),
  );
  sent = nodes.map(() => 0);
  acked = nodes.map(() => 0);
  credit = nodes.map(() => WINDOW);
  sentAtMs = nodes.map(() => new Float64Array(shape.messagesPerNode));
  latencies = [];
}

function sendNext(node: number): boolean {
  const at = sent[node] ?? 0;
  const prepared = packets[node]?.[at];
  if (!prepared) return false;
  const times = sentAtMs[node];
  if (times) times[at] = performance.now();
  sent[node] = at + 1;
  nodes[node]?.publish(prepared);
  return true;
}

function fill(node: number): void {
  while ((sent[node] ?? 0) - (acked[node] ?? 0) < Math.min(WINDOW, credit[node] ?? WINDOW) && sendNext(node));
}

async function run({ shape, mode, readingsPerS, seconds }: Command): Promise<object> {
  const started = performance.now();
  let stopFlood = (): void => undefined;
  if (mode === "paced") {
    const perMessage = shape.streams * shape.rows;
    let n = 0;
    const timer = setInterval(() => {
      const due = Math.floor((((performance.now() - started) / 1000) * readingsPerS) / perMessage);
      for (; n < due; n++) sendNext(n % nodes.length);
      // Not at the first node that has sent everything: one that had to send again is behind the others.
      if (sent.every((count) => count >= shape.messagesPerNode)) clearInterval(timer);
    }, 2);
  } else if (mode === "flood") {
    // Ten times what a node may have under way, again and again: no window, no credit.
    const timer = setInterval(() => {
      for (const [node, connection] of nodes.entries()) {
        if (connection.queuedBytes > 1 << 20) continue;
        for (let i = 0; i < WINDOW * 10; i++) {
          if ((sent[node] ?? 0) >= shape.messagesPerNode) sent[node] = acked[node] ?? 0;
          sendNext(node);
        }
      }
    }, 5);
    stopFlood = () => clearInterval(timer);
    await new Promise((done) => setTimeout(done, seconds * 1000));
    stopFlood();
    return { acked: acked.reduce((sum, n) => sum + n, 0) };
  } else nodes.forEach((_, node) => fill(node));

  await new Promise<void>((done) => {
    // A batch that ingest did not take is sent again, as a node does when its ack stays away.
    const resend = setInterval(
      () =>
        nodes.forEach((_, node) => {
          const oldest = acked[node] ?? 0;
          if (oldest < (sent[node] ?? 0) && performance.now() - (sentAtMs[node]?.[oldest] ?? 0) > 3_000) {
            sent[node] = oldest;
            fill(node);
          }
        }),
      1_000,
    );
    onAcked = (node) => {
      if (mode === "window") fill(node);
      if (acked.every((n) => n >= shape.messagesPerNode)) {
        clearInterval(resend);
        done();
      }
    };
  });
  latencies.sort((a, b) => a - b);
  const at = (q: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * q))];
  return { ms: performance.now() - started, batches: latencies.length, p50: at(0.5), p99: at(0.99) };
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as Command; // written by the benchmark that started us
  let answer: object = {};
  if (command.do === "connect") {
    for (const node of nodes) node.close();
    nodes = await Promise.all(command.urls.map((url, i) => RawNode.connect(url, (text) => takeAck(i, text))));
    for (const [i, node] of nodes.entries())
      node.publish(publishPacket(`tl/1/${nodeName(i)}/up/birth`, birthOfNode(command.shape, i, epoch, boot)));
  } else if (command.do === "prepare") {
    prepare(command.shape);
    for (const [i, node] of nodes.entries())
      node.publish(publishPacket(`tl/1/${nodeName(i)}/up/birth`, birthOfNode(command.shape, i, epoch, ulid())));
    answer = { epoch };
  } else if (command.do === "run") answer = await run(command);
  else process.exit(0);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
