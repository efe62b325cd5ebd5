import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { links } from "./links.js";

const hrefs = (text: string) => links(text).flatMap((part) => part.href ?? []);

test("http, https and mailto addresses become links", () => {
  assert.deepEqual(hrefs("see http://a.example/x and https://b.example or mailto:me@c.example"), [
    "http://a.example/x",
    "https://b.example/",
    "mailto:me@c.example",
  ]);
});

test("no other scheme becomes a link", () => {
  assert.deepEqual(hrefs("javascript:alert(1) data:text/html,x vbscript:x file:///etc/passwd //evil.example javascript://https"), []);
});

test("the end of the sentence is not part of the address", () => {
  assert.deepEqual(links("(see https://a.example/b)."), [
    { text: "(see " },
    { text: "https://a.example/b", href: "https://a.example/b" },
    { text: ")." },
  ]);
  assert.deepEqual(hrefs("https://a.example/wiki/X_(y)!"), ["https://a.example/wiki/X_(y)"]);
  assert.deepEqual(hrefs("请看https://a.example/b。谢谢"), ["https://a.example/b"]);
});

test("markup stays text", () => {
  const text = `<img src=x onerror=alert(1)> https://a.example/"onmouseover="x`;
  assert.deepEqual(hrefs(text), ["https://a.example/"]);
  assert.equal(
    links(text)
      .map((part) => part.text)
      .join(""),
    text,
  );
});

test("the parts joined are the input, for any text", () => {
  const piece = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("http://", "https://a.b/", "mailto:x@y.z", ")", ".", "javascript:", " "),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join("");
      const parts = links(text);
      assert.equal(parts.map((part) => part.text).join(""), text);
      for (const part of parts) assert.match(part.href ?? "http:", /^(https?|mailto):/);
    }),
  );
});
