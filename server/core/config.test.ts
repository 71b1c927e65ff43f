import { expect, test } from "vitest";
import { ConfigError, readIngestConfig, readJobsConfig } from "./config";

const GOOD = { DATABASE_URL: "postgres://a:b@localhost:5432/x", MQTT_URL: "mqtt://u:p@localhost:1883" };

test("defaults fill what is not set, and an empty variable counts as not set", () => {
  expect(readIngestConfig({ ...GOOD, INGEST_PORT: "", INGEST_REPLICA: "a" })).toMatchObject({
    port: 9101,
    replica: "a",
    logLevel: "info",
  });
  expect(readJobsConfig(GOOD)).toMatchObject({ port: 9102, keepRawDays: 400 });
});

test("every wrong variable is named at once, with what it should be", () => {
  const wrong = () => readIngestConfig({ DATABASE_URL: "mysql://x", INGEST_PORT: "99999" });
  expect(wrong).toThrow(ConfigError);
  expect(wrong).toThrow(/DATABASE_URL must look like postgres:.*MQTT_URL is not set.*INGEST_PORT must be 0 to 65535/);
});

test("F73 the jobs process refuses the secrets that the web process refuses, and needs none", () => {
  expect(readJobsConfig(GOOD).sealKey).toBeNull();
  for (const [secret, why] of [
    ["short", "is shorter than 32 bytes"],
    ["your-secret-key-min-32-chars-long!!", "is a well-known value"],
  ] as const)
    expect(() => readJobsConfig({ ...GOOD, THROUGHLINE_SECRET: secret })).toThrow(`THROUGHLINE_SECRET ${why}`);
});
