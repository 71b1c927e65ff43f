import { expect, test } from "vitest";
import { Password, SignIn } from "./schema";

test("a password has at least twelve characters, and is told so in a sentence", () => {
  expect(Password.safeParse("elevenchars").error?.issues[0]?.message).toMatch(/^Use at least 12 characters/);
  expect(Password.safeParse("twelve chars").success).toBe(true);
});

test("a password may have 256 characters, and not one more", () => {
  expect(Password.safeParse("x".repeat(256)).success).toBe(true);
  expect(SignIn.safeParse({ email: "a@b.c", password: "x".repeat(256) }).success).toBe(true);
  expect(Password.safeParse("x".repeat(257)).error?.issues[0]?.message).toMatch(/at most 256/);
});
