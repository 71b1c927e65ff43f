import { LedgerPeer } from "@/sdk/device/testing";

/** A ledger in memory in a process of its own, so that its work does not count as the edge's. */
const url = process.argv[2];
if (!url) throw new Error("say which broker");
const peer = await LedgerPeer.connect(url, "bench-infer-peer");
process.on("SIGTERM", () => {
  peer.client.end(true);
  process.exit(0);
});
