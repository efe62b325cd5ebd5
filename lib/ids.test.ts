import assert from "node:assert/strict";
import { test } from "node:test";
import { randomId } from "./ids.js";

test("an id has its prefix, fits a URL and does not come twice", () => {
  const ids = Array.from({ length: 1000 }, () => randomId("c"));
  for (const id of ids) assert.match(id, /^c_[A-Za-z0-9_-]{22}$/);
  assert.equal(new Set(ids).size, ids.length);
});
