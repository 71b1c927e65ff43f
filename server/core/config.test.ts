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
