import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal } from "../test/support/refusal.js";
import { fittingCount, withinBytes } from "./fitting.js";

const itself = (bytes: number): number => bytes;

test("counts the items that fit together, the limit included", () => {
  assert.equal(fittingCount([4, 4, 2, 1], itself, 10), 3);
  assert.equal(fittingCount([4, 4], itself, 10), 2);
  assert.equal(fittingCount([], itself, 10), 0);
});

test("lets one item through however large it is", () => {
  assert.equal(fittingCount([50, 1], itself, 10), 1);
});

test("what is within its bytes as JSON passes, and one byte more is too_large", () => {
  const tea = { name: "茶" };
  withinBytes("name", tea, 14);
  assert.throws(() => withinBytes("name", tea, 13), refusal("too_large"));
});
