import assert from "node:assert/strict";
import { test } from "node:test";
import { ERRORS } from "../proto/codes.js";
import { DeskError, refuse } from "./errors.js";

test("a refusal without a text says what its code means", () => {
  assert.equal(new DeskError("busy").message, ERRORS.busy.meaning);
  assert.equal(new DeskError("busy", "Not today.").message, "Not today.");
});

test("whether a refusal may be tried again is its code's to say", () => {
  assert.deepEqual([new DeskError("pending").retry, new DeskError("closed").retry], [true, false]);
});

test("to refuse is to throw, with the time after which it may be tried again", () => {
  assert.throws(() => refuse("rate_limited", undefined, 800), { code: "rate_limited", retry_after_ms: 800 });
});
