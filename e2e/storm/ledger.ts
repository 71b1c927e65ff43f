import { closeSync, existsSync, openSync, readFileSync, writeSync } from "node:fs";

/**
 * What a sensor remembers of its own readings: the numbers it offered to the device, and those the device said it had
 * kept. The file outlives a SIGKILL of the writer, because a completed write() belongs to the kernel.
 */
export interface Ledger {
  offered(from: number, to: number): void;
  kept(from: number, to: number): void;
  close(): void;
}

export interface LedgerContent {
  offered: Set<number>;
  kept: Set<number>;
  next: number;
}

export function openLedger(path: string): Ledger {
  const file = openSync(path, "a");
  return {
    offered: (from, to) => void writeSync(file, `o ${from} ${to}\n`),
    kept: (from, to) => void writeSync(file, `k ${from} ${to}\n`),
    close: () => closeSync(file),
  };
}

/** Reads a ledger; a last line without its newline was cut by the kill and does not count. */
export function readLedger(path: string): LedgerContent {
  const content: LedgerContent = { offered: new Set(), kept: new Set(), next: 0 };
  if (!existsSync(path)) return content;
  const text = readFileSync(path, "utf8");
  for (const line of text.slice(0, text.lastIndexOf("\n") + 1).split("\n")) {
    const [word, from, to] = line.split(" ");
    if (word !== "o" && word !== "k") continue;
    const numbers = word === "o" ? content.offered : content.kept;
    for (let n = Number(from); n <= Number(to); n++) numbers.add(n);
    content.next = Math.max(content.next, Number(to) + 1);
  }
  return content;
}
