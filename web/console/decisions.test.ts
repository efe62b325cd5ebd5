import assert from "node:assert/strict";
import { test } from "node:test";
import { desk } from "../messages/en.js";
import { type Decision, decisionText, givenReason, passedText, waitedBefore } from "./decisions.js";

const nameOf = (user: string) => user.toUpperCase();
const why = (code: string) => `because ${code}`;
const offered: Decision = { id: "d1", at: 0, event: "offered", reason: "longest_idle", agent: "ada" };

test("a decision names what was done and with whom; one this version does not know stands for itself", () => {
  assert.equal(decisionText(desk, offered, nameOf), "Offered to ADA");
  assert.equal(decisionText(desk, { ...offered, event: "beamed" }, nameOf), "beamed");
});

test("everybody who was passed over is named with the reason", () => {
  const passed = [
    { agent: "lin", reason: "away" },
    { agent: "sun", reason: "no_capacity" },
  ];
  assert.equal(passedText({ ...offered, passed }, nameOf, why), "LIN (because away), SUN (because no_capacity)");
  assert.equal(passedText(offered, nameOf, why), "");
});

test("what a person gave as a reason is told, and how long the visitor had waited", () => {
  const decision = { ...offered, detail: { why: "my shift ends", waited_ms: 1_500 } };
  assert.deepEqual([givenReason(decision), waitedBefore(decision)], ["my shift ends", 1_500]);
  assert.deepEqual([givenReason({ ...offered, detail: { why: "" } }), waitedBefore(offered)], [undefined, undefined]);
});
