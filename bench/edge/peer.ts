import { LedgerPeer } from "@/sdk/device/testing";

/**
 * A ledger in memory in a process of its own, so that its work does not count as the edge's. At SIGTERM it ends with 1 when a
 * batch was not what it should be.
 */
const url = process.argv[2];
if (!url) throw new Error("say which broker");
const peer = await LedgerPeer.connect(url, "bench-infer-peer");
process.on("SIGTERM", () => {
  for (const fault of [...peer.mismatches, ...peer.faults]) process.stderr.write(`ledger: ${JSON.stringify(fault)}\n`);
  peer.client.end(true);
  process.exit(peer.mismatches.length + peer.faults.length > 0 ? 1 : 0);
});
