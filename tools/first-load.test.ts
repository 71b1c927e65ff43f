import { expect, test } from "vitest";
import { scriptsOf } from "./first-load";

test("counts each script once, whether the HTML or a component names it", () => {
  const html = `<script src="/_next/static/chunks/old.js" noModule=""></script><script src="/_next/static/chunks/a1.js" async></script><link rel="preload" as="script" href="/_next/static/chunks/a1.js"/>
    <script>self.__next_f.push([1,"4:I[12,[\\"/_next/static/chunks/b~2.js\\",\\"static/chunks/c.3.js\\"],\\"Home\\"]"])</script>
    <link rel="stylesheet" href="/_next/static/chunks/x.css"/>`;
  expect(scriptsOf(html)).toEqual([
    "/_next/static/chunks/a1.js",
    "/_next/static/chunks/b~2.js",
    "/_next/static/chunks/c.3.js",
  ]);
});
