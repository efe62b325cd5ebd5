import assert from "node:assert/strict";
import { test } from "node:test";
import { fittingCount } from "./fitting.js";

const itself = (bytes: number): number => bytes;

test("counts the items that fit together, the limit included", () => {
  assert.equal(fittingCount([4, 4, 2, 1], itself, 10), 3);
  assert.equal(fittingCount([4, 4], itself, 10), 2);
  assert.equal(fittingCount([], itself, 10), 0);
});

test("lets one item through however large it is", () => {
  assert.equal(fittingCount([50, 1], itself, 10), 1);
});
