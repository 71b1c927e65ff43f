import { closeSync, existsSync, openSync, readFileSync, writeSync } from "node:fs";

/**
 * What a sensor remembers of its own readings: the numbers it offered to the device, those the device refused for now, and
 * those it said it had kept; and the row numbers of the device's buffer, so that each reading can be told by its row. The file
 * outlives a SIGKILL of the writer, because a completed write() belongs to the kernel.
 */
export interface Ledger {
  /** a start of the sensor; the next row that its buffer logs gets this number */
  started(nextRow: number): void;
  offered(from: number, to: number): void;
  /** the buffer had no room for it; it is offered again, behind the others */
  refused(n: number): void;
  kept(from: number, to: number, nextRow: number): void;
  close(): void;
}

export interface LedgerContent {
  offered: Set<number>;
  kept: Set<number>;
  /** the reading behind each row that the buffer has logged, whether or not it could still answer */
  rows: number[];
  /** offered last and never answered: rows that may have been logged, in this order */
  open: number[];
  next: number;
}

export function openLedger(path: string): Ledger {
  const file = openSync(path, "a");
  return {
    started: (nextRow) => void writeSync(file, `s ${nextRow}\n`),
    offered: (from, to) => void writeSync(file, `o ${from} ${to}\n`),
    refused: (n) => void writeSync(file, `r ${n}\n`),
    kept: (from, to, nextRow) => void writeSync(file, `k ${from} ${to} ${nextRow}\n`),
    close: () => closeSync(file),
  };
}

/** Reads a ledger file; an empty one when there is none. @throws as `parseLedger` */
export function readLedger(path: string): LedgerContent {
  return parseLedger(existsSync(path) ? readFileSync(path, "utf8") : "");
}

/**
 * Reads a ledger; a last line without its newline was cut by the kill and does not count. Readings are logged in the order in
 * which they are offered, so after a kill the number of the next row says how many of those that were under way got in.
 *
 * @throws {RangeError} when the buffer numbers its rows otherwise than it was given readings: it forgot some, or made some up
 */
export function parseLedger(text: string): LedgerContent {
  const content: LedgerContent = { offered: new Set(), kept: new Set(), rows: [], open: [], next: 0 };
  /** Moves the readings that got in from those under way to the rows. */
  const logged = (nextRow: number, line: string): void => {
    const count = nextRow - content.rows.length;
    if (count < 0 || count > content.open.length)
      throw new RangeError(
        `"${line}": ${content.rows.length} rows were logged and ${content.open.length} readings were under way`,
      );
    for (const n of content.open.splice(0, count)) content.rows.push(n);
  };
  for (const line of text.slice(0, text.lastIndexOf("\n") + 1).split("\n")) {
    const [word, ...numbers] = line.split(" ");
    const [from = 0, to = 0, nextRow = 0] = numbers.map(Number);
    if (word === "s") {
      logged(from, line);
      content.open = [];
    } else if (word === "r") {
      content.open = [...content.open.filter((n) => n !== from), from];
    } else if (word === "o") {
      for (let n = from; n <= to; n++) {
        content.offered.add(n);
        content.open.push(n);
      }
      content.next = Math.max(content.next, to + 1);
    } else if (word === "k") {
      for (let n = from; n <= to; n++) content.kept.add(n);
      logged(nextRow, line);
      if (content.open.length > 0) throw new RangeError(`"${line}": kept, but ${content.open.length} were not logged`);
    }
  }
  return content;
}
