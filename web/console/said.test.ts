import assert from "node:assert/strict";
import { test } from "node:test";
import type { Member, Shown } from "@deskwire/client";
import { lastSaid, saidAtDesk, unansweredSince } from "./said.js";

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

test("only the visitor's marks count, and none of them for a note", () => {
  assert.equal(saidAtDesk(shown(5, true), [member({ read: [1, 5] })]).delivery, "read");
  assert.equal(saidAtDesk(shown(5, true), [{ ...ada, online: true, read: [1, 9] }]).delivery, "sent");
  assert.equal(saidAtDesk(shown(5, true, { kind: "note" }), [member({ read: [1, 9] })]).delivery, "sent");
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
