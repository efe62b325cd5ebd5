import assert from "node:assert/strict";
import { test } from "node:test";
import { Anteroom } from "./anteroom.js";

const frame = (bytes: number) => ({ bytes: new Uint8Array(bytes), binary: false });

/** How many frames of this size are kept. */
function kept(anteroom: Anteroom, bytes: number): number {
  let count = 0;
  while (count < 10_000 && anteroom.keep(frame(bytes))) count++;
  return count;
}

test("frames wait up to the bytes they occupy, and leave in the order they came", () => {
  const anteroom = new Anteroom(32 * 1_024);
  assert.equal(kept(anteroom, 8 * 1_024), 3);
  assert.deepEqual(
    anteroom.leave().map(({ bytes }) => bytes.byteLength),
    [8, 8, 8].map((kib) => kib * 1_024),
  );
  assert.deepEqual(anteroom.leave(), []);
});

test("a frame without a byte in it takes room all the same", () => {
  assert.equal(kept(new Anteroom(32 * 1_024), 0), 128);
});
