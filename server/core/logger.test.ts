import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { openLogger } from "./logger";

test("no secret reaches the log, wherever it hides", () => {
  let written = "";
  const sink = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  const log = openLogger("test", "info", sink);
  const token = "tln_CANARYCANARYCANARY";
  log.info(
    { token, node: { password: "CANARY" }, url: "mqtt://u:CANARY@h" },
    `signing in with ${token} at mqtt://u:CANARY@host:1883`,
  );
  log.info(
    { headers: { authorization: "Bearer CANARY", cookie: "sid=CANARY" }, sid: "CANARY" },
    "GET with tlp_CANARYCANARY",
  );
  log.warn("sent Authorization: Bearer CANARYCANARY.CANARY");
  log.error({ err: new Error("connect postgres://app:CANARY@db/x failed") }, "failed");
  expect(written).not.toContain("CANARY");
  expect(written).toContain("mqtt://u:[hidden]@host:1883");
});
