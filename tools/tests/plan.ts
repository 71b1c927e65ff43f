/** One run of the integration tests. */
export interface Combination {
  name: string;
  database: "plain" | "timescale";
  broker: "aedes" | "mosquitto";
}

const DATABASES = { plain: "PostgreSQL with segments", timescale: "TimescaleDB" } as const;
const BROKERS = { aedes: "embedded broker", mosquitto: "Mosquitto" } as const;

/**
 * Every database and every broker that is here is met at least once: the plain pair first, then what remains. Where one of the
 * others is missing, the other still runs, beside the plain half.
 */
export function planCombinations(here: { timescale: boolean; mosquitto: boolean }): Combination[] {
  const pair = (database: Combination["database"], broker: Combination["broker"]): Combination => ({
    name: `${DATABASES[database]}, ${BROKERS[broker]}`,
    database,
    broker,
  });
  const first = pair("plain", "aedes");
  if (!here.timescale && !here.mosquitto) return [first];
  return [first, pair(here.timescale ? "timescale" : "plain", here.mosquitto ? "mosquitto" : "aedes")];
}

/** What a skipped test waited for, told by its file or title. */
const NEEDS: readonly [where: RegExp, need: string][] = [
  [/skab|replay-real/, "needs the recorded plant data; set THROUGHLINE_SHARED to its folder"],
  [/mosquitto-pub/, "needs mosquitto_pub"],
  [/buffer\/kill/, "needs strace, and the right to trace"],
  [/full disk/, "needs unshare and the right to mount, as root"],
  [/without a network/, "needs unshare and the right to make a network of its own, as root"],
  [/up\.int|postgres\.int/, "needs root"],
];

/** @param skipped file and title of a test that did not run */
export function whySkipped(skipped: string): string {
  return NEEDS.find(([where]) => where.test(skipped))?.[1] ?? "its own condition does not hold on this machine";
}
