import assert from "node:assert/strict";
import { test } from "node:test";
import { REASONS } from "../../router/reasons.js";
import { reasons as en } from "./en.js";
import { reasons as zhCN } from "./zh-CN.js";

test("every reason of the router has words for agents, in each language", () => {
  const codes = Object.keys(REASONS).sort();
  assert.deepEqual(Object.keys(en).sort(), codes);
  assert.deepEqual(Object.keys(zhCN).sort(), codes);
});
