import { expect, test } from "vitest";
import { loginState, loginsVerdict } from "./node-login-verdict";

test("nodes that may not come in are named beside those that may", () => {
  expect(loginsVerdict({ all: 0, withLogin: 0, withoutLogin: 0, retired: 0 })).toBe("No node is registered yet");
  expect(loginsVerdict({ all: 3, withLogin: 3, withoutLogin: 0, retired: 0 })).toBe("3 nodes may sign in");
  expect(loginsVerdict({ all: 3, withLogin: 1, withoutLogin: 1, retired: 1 })).toBe("1 node may sign in, 1 may not");
});

test.each([
  [{ status: "accepted", loginSetMs: 1, online: true }, "ok", "signed in"],
  [{ status: "accepted", loginSetMs: 1, online: false }, "unknown", "not connected"],
  [{ status: "accepted", loginSetMs: null, online: false }, "watch", "no login, refused"],
  [{ status: "retired", loginSetMs: 1, online: false }, "unknown", "retired, refused"],
])("%o is %s: %s", (node, status, says) => {
  expect(loginState(node)).toEqual({ status, says });
});
