import assert from "node:assert/strict";
import { test } from "node:test";
import { standingOf } from "./standing.js";

const ada = { id: "ada", role: "agent", name: "Ada" } as const;
const sun = { id: "sun", role: "supervisor", name: "Sun" } as const;
const open = { state: "active", assignee: "ada", attached: true } as const;

test("the one who holds a conversation answers it, a colleague may read it, a supervisor may do everything", () => {
  assert.equal(standingOf(open, ada, true), "mine");
  assert.equal(standingOf({ ...open, assignee: "lin" }, ada, false), "reader");
  assert.equal(standingOf({ ...open, assignee: "lin" }, sun, false), "over");
});

test("what was taken away is gone, until it is opened again to be read", () => {
  assert.equal(standingOf({ state: "queued", assignee: undefined, attached: false }, ada, false), "gone");
  assert.equal(standingOf({ state: "queued", assignee: undefined, attached: true }, ada, false), "reader");
});

test("nothing is offered before it is known where a conversation stands, nor after its end", () => {
  assert.equal(standingOf({ state: undefined, assignee: undefined, attached: false }, ada, true), "opening");
  assert.equal(standingOf({ ...open, state: "closed" }, sun, true), "closed");
});
