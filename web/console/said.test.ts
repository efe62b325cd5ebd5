import assert from "node:assert/strict";
import { test } from "node:test";
import type { Member, Shown } from "@deskwire/client";
import { lastSaid, saidOf, unansweredSince } from "./said.js";

const vera = { id: "v1", role: "visitor", name: "Vera" } as const;
const ada = { id: "ada", role: "agent", name: "Ada" } as const;

function shown(n: number, mine: boolean, fields: Partial<Shown> = {}): Shown {
  const from = mine ? ada : vera;
  return {
    key: `m${n}`,
    mid: `m${n}`,
    from,
    mine,
    kind: "text",
    body: {},
    ts: n * 1_000,
    pos: [1, n],
    status: "sent",
    recalled: false,
    ...fields,
  };
}

const member = (marks: Partial<Member>): Member => ({ ...vera, online: true, ...marks });

test("an own message says how far it came: on its way, durable, received, read", () => {
  const message = shown(5, true);
  assert.equal(saidOf(shown(5, true, { status: "shown" }), [member({ read: [1, 9] })]).delivery, "sending");
  assert.equal(saidOf(message, [member({ got: [1, 4] })]).delivery, "sent");
  assert.equal(saidOf(message, [member({ got: [1, 5], read: [1, 4] })]).delivery, "got");
  assert.equal(saidOf(message, [member({ got: [1, 5], read: [2, 1] })]).delivery, "read");
});

test("only the visitor's marks count, and none of them for a note", () => {
  assert.equal(saidOf(shown(5, true), [{ ...ada, online: true, read: [1, 9] }]).delivery, "sent");
  assert.equal(saidOf(shown(5, true, { kind: "note" }), [member({ read: [1, 9] })]).delivery, "sent");
});

test("somebody else's message has no delivery", () => {
  assert.equal(saidOf(shown(5, false), []).delivery, undefined);
});

test("the visitor waits since the first message after the last answer; a note and routing are no answer", () => {
  const note = shown(5, true, { kind: "note" });
  assert.equal(unansweredSince([shown(1, false), shown(2, true), shown(3, false), shown(4, false), note]), 3_000);
  assert.equal(unansweredSince([shown(1, false), shown(2, true), shown(3, true, { kind: "routing" })]), undefined);
  assert.equal(unansweredSince([]), undefined);
});

test("the last thing said is not an entry about routing", () => {
  assert.equal(lastSaid([shown(1, false), shown(2, true), shown(3, true, { kind: "routing" })])?.mid, "m2");
});
