import assert from "node:assert/strict";
import { test } from "node:test";
import { bareType, isShownInline, judged } from "./file-types.js";

const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const PDF = Buffer.from("%PDF-1.7\n1 0 obj\n");
const HTML = Buffer.from("<!doctype html><script>alert(1)</script>");

/** The bytes that pass, in pieces of this size. */
async function passed(mime: string, content: Uint8Array, piece = 7): Promise<Buffer> {
  async function* pieces(): AsyncIterable<Uint8Array> {
    for (let at = 0; at < content.length; at += piece) yield content.subarray(at, at + piece);
  }
  const out: Uint8Array[] = [];
  for await (const part of judged(mime, pieces())) out.push(part);
  return Buffer.concat(out);
}

test("content that is what it is said to be passes whole, in however many pieces it comes", async () => {
  const long = Buffer.concat([PNG, Buffer.alloc(20_000, 7)]);
  assert.deepEqual(await passed("image/png", long, 1_000), long);
  assert.deepEqual(await passed("image/png", PNG, 1), PNG);
  assert.deepEqual(await passed("application/pdf", PDF), PDF);
  const text = Buffer.from("茶 and 🫖\r\n".repeat(1_000));
  assert.deepEqual(await passed("text/plain", text), text);
});

const LIES: readonly (readonly [mime: string, what: string, content: Uint8Array])[] = [
  ["image/png", "a page", HTML],
  ["image/jpeg", "a png", PNG],
  ["application/pdf", "nothing", Buffer.alloc(0)],
  ["text/plain", "a png", PNG],
  ["text/plain", "broken UTF-8", Buffer.from([0x68, 0xff, 0x69])],
  ["text/plain", "UTF-8 cut in a character", Buffer.from("茶").subarray(0, 2)],
  ["text/plain", "zero bytes", Buffer.from("a\0b")],
];

for (const [mime, what, content] of LIES)
  test(`${what} said to be ${mime} is refused`, async () => {
    await assert.rejects(passed(mime, content), { code: "bad_request", message: `The content is not ${mime}.` });
  });

test("only pictures that carry no script are shown where they stand", () => {
  const shown = ["image/png", "image/webp", "image/svg+xml", "text/html", "text/plain", "application/pdf"].filter(isShownInline);
  assert.deepEqual(shown, ["image/png", "image/webp"]);
});

test("a media type is compared without its parameters", () => {
  assert.equal(bareType(" Text/Plain; charset=UTF-8"), "text/plain");
});
