/**
 * The worker thread that reads batches: digest, decompression, JSON and shape cost ingest as much as all the rest, and the
 * memory they leave behind is collected here beside the thread that writes. Answers in the order asked.
 */
import { parentPort } from "node:worker_threads";
import { readPayload } from "./read-payload";
import { packReads } from "./reader-pack";
import type { ReadRequest } from "./reader";

const port = parentPort;
if (!port) throw new Error("ingest/reader-thread is started as a worker thread by ingest");
port.on("message", ({ bytes, batches }: ReadRequest) => {
  const packed = packReads(
    batches.map(({ at, length, ...batch }) =>
      readPayload({ ...batch, payload: Buffer.from(bytes.buffer, at, length) }),
    ),
  );
  port.postMessage(packed, [packed.numbers.buffer, packed.digests.buffer]);
});
