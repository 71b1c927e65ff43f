import { expect, test } from "vitest";
import { mayPublish, maySubscribe } from "./broker-acl";
import { hashToken, newNodeToken, tokenMatches } from "@/server/core/node-token";
import { INGEST_USER, parsePasswordFile, renderPasswordFile } from "./credentials";

test("a token matches its own hash and no other", () => {
  const token = newNodeToken();
  expect(token).toMatch(/^tln_[A-Za-z0-9_-]{43}$/);
  expect(tokenMatches(token, hashToken(token))).toBe(true);
  expect(tokenMatches(Buffer.from(token), hashToken(token))).toBe(true);
  expect(tokenMatches(token, hashToken(newNodeToken()))).toBe(false);
});

test("reads what mosquitto_passwd wrote", () => {
  const written =
    "$7$101$EOmzDjsHpfivOEi+$/y6k+ZTyhWLaSMBvcOgszGyreZbls4LpEVpbSzEIBNo852mGEaUEFg9XNKgaU0C/XK/7zW5+Bn4w4SmgFITz9Q==";
  expect(tokenMatches("b", written)).toBe(true);
  expect(tokenMatches("c", written)).toBe(false);
});

test.each(["", "plain", "$6$a$b", "$7$101$$", "$7$0$AAAA$AAAA", "$7$9999999999$AAAA$AAAA", "$7$101$AAAA$AAAA$x"])(
  "an unreadable hash %j lets nobody in",
  (stored) => {
    expect(tokenMatches("", stored)).toBe(false);
  },
);

test("the file of users survives writing and reading", () => {
  const credentials = new Map([
    ["b", hashToken("1")],
    ["a", hashToken("2")],
  ]);
  expect(parsePasswordFile(renderPasswordFile(credentials))).toEqual(credentials);
});

test.each([
  ["press-1", "tl/1/press-1/up/birth", true],
  ["press-1", "tl/1/press-2/up/birth", false],
  ["press-1", "tl/1/press-1/dn/ack/telemetry", false],
  ["press-1", "tl/1/press-1/up", false],
  ["press-1", "uns/1/acme/lyon", false],
  ["press-1", "$SYS/broker", false],
  [INGEST_USER, "tl/1/press-1/dn/ack/telemetry", true],
  [INGEST_USER, "tl/1/press-1/up/birth", false],
  [INGEST_USER, "uns/1/acme/lyon", true],
])("%s publishing to %s: %s", (user, topic, allowed) => {
  expect(mayPublish(user, topic)).toBe(allowed);
});

test.each([
  ["press-1", "tl/1/press-1/dn/#", true],
  ["press-1", "tl/1/press-1/dn/ack/+", true],
  ["press-1", "tl/1/+/dn/#", false],
  ["press-1", "tl/1/press-1/#", false],
  ["press-1", "#", false],
  ["press-1", "tl/1/press-2/dn/#", false],
  [INGEST_USER, "tl/1/+/up/#", true],
  [INGEST_USER, "tl/1/#", false],
])("%s subscribing to %s: %s", (user, filter, allowed) => {
  expect(maySubscribe(user, filter)).toBe(allowed);
});
