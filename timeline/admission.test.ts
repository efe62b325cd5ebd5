import assert from "node:assert/strict";
import { test } from "node:test";
import type { Role } from "../proto/message.js";
import { admit, type Known, type Standing } from "./admission.js";
import type { Append } from "./broker.js";
import type { Authority } from "./entry.js";

const VISITOR = { id: "v_1", role: "visitor", name: "Wei" } as const;
const ADA = { id: "ada", role: "agent", name: "Ada" } as const;
const AUTHORITY: Authority = { version: 4, state: "active", topic: "support", visitor: VISITOR, assignee: "ada", members: [VISITOR, ADA] };
const UNSETTLED_MAX = 3;

/** A life of 40 entries, of which the window holds the last 20; something came before it. */
const LIFE: Standing = { tenant: "shop", epoch: 7, head: 40, first: 21, newborn: false, authority: AUTHORITY, unsettled: 0 };

/** The visitor's text, who had read everything. */
const TEXT: Append = {
  ...{ E: 1, node: "n1", tenant: "shop", c: "c_1", from: VISITOR, mid: "m1", kind: "text", hash: "h1" },
  ...{ audience: "all", tail: "}", since: [7, 40] },
};

const judged = (append: Partial<Append> = {}, life: Partial<Standing> | undefined = {}, known?: Known) =>
  admit({ ...TEXT, ...append }, life && { ...LIFE, ...life }, known, UNSETTLED_MAX);
const by = (role: Role, id: string) => ({ from: { id, role, name: id } });
const CLOSED = { authority: { ...AUTHORITY, state: "closed" } } as const;
const change = (expect: number | "asserts") => ({
  ...by("system", "deskwire"),
  kind: "routing",
  routing: { expect, authority: AUTHORITY },
});
const WITHOUT_LIFE = (append: Partial<Append>) => admit({ ...TEXT, ...append }, undefined, undefined, UNSETTLED_MAX);

test("whoever may write, and has read what the window reaches back to, is admitted", () => {
  for (const from of [by("visitor", "v_1"), by("agent", "ada"), by("supervisor", "sun"), by("bot", "ada"), by("system", "deskwire")])
    assert.deepEqual(judged(from), { at: "admit" });
});

test("another tenant's conversation is not_found before anything else is told of it", () => {
  const foreign = { tenant: "rival" };
  const notFound = { at: "refused", code: "not_found" };
  assert.deepEqual(judged(foreign, {}, { n: 30, hash: "h1" }), notFound);
  assert.deepEqual(judged({ ...foreign, begins: "barrier" }), notFound);
  assert.deepEqual(judged({ ...foreign, ...change(4) }), notFound);
  assert.deepEqual(judged({ ...foreign, since: [0, 0] }), notFound);
});

test("what was said before is answered with its place before every other check", () => {
  const known = { n: 30, hash: "h1" };
  const duplicate = { at: "duplicate", n: 30 };
  assert.deepEqual(judged({}, CLOSED, known), duplicate);
  assert.deepEqual(judged(by("agent", "lin"), {}, known), duplicate);
  assert.deepEqual(judged({}, { unsettled: UNSETTLED_MAX }, known), duplicate);
  assert.deepEqual(judged({ since: [0, 0] }, {}, known), duplicate);
  assert.deepEqual(judged({}, { authority: undefined }, known), duplicate);
  assert.deepEqual(judged({ ...change(1) }, {}, known), duplicate);
  assert.deepEqual(judged({ begins: "barrier" }, {}, known), duplicate);
});

test("a mid that was said with other content is a conflict", () => {
  assert.deepEqual(judged({}, {}, { n: 30, hash: "h2" }), { at: "refused", code: "conflict" });
});

test("a mid that was refused gets the same refusal, whatever stands by then and whatever it says", () => {
  for (const refused of ["not_assigned", "closed"] as const) {
    assert.deepEqual(judged({}, {}, { refused }), { at: "refused", code: refused });
    assert.deepEqual(judged({ hash: "h2", since: [0, 0] }, CLOSED, { refused }), { at: "refused", code: refused });
  }
});

test("a life begins only where there is none", () => {
  assert.deepEqual(WITHOUT_LIFE({ begins: "new" }), { at: "begin" });
  assert.deepEqual(WITHOUT_LIFE({ begins: "barrier" }), { at: "begin" });
  assert.deepEqual(judged({ begins: "barrier" }), { at: "alive" });
  assert.deepEqual(judged({ begins: "new", ...change(0) }), { at: "alive" });
  assert.deepEqual(judged({ begins: "barrier" }, { authority: undefined }), { at: "alive" });
});

test("without a life everything else is cold", () => {
  assert.deepEqual(WITHOUT_LIFE({}), { at: "cold" });
  assert.deepEqual(WITHOUT_LIFE(change(4)), { at: "cold" });
  assert.deepEqual(WITHOUT_LIFE(change("asserts")), { at: "cold" });
});

test("a change of the assignment is admitted when it expects what stands, and is stale otherwise", () => {
  assert.deepEqual(judged(change(4)), { at: "admit" });
  for (const expect of [3, 5, "asserts"] as const) assert.deepEqual(judged(change(expect)), { at: "stale" });
});

test("a change is neither looked up nor held back: its version says whether it is the first", () => {
  assert.deepEqual(judged({ ...change(4), since: [0, 0] }, { ...CLOSED, unsettled: 900 }), { at: "admit" });
});

test("a barrier alone takes an asserted entry and nothing else", () => {
  const barrier = { authority: undefined, head: 1, first: 1 };
  assert.deepEqual(judged(change("asserts"), barrier), { at: "admit" });
  assert.deepEqual(judged(change(0), barrier), { at: "stale" });
  for (const from of [by("visitor", "v_1"), by("agent", "ada"), by("system", "deskwire")])
    assert.deepEqual(judged(from, barrier), { at: "cold" });
});

test("a sender who says it read what is not there yet is looked up: nobody can know that this mid is new", () => {
  const { head } = LIFE;
  assert.deepEqual(judged({ since: [7, head] }), { at: "admit" });
  assert.deepEqual(judged({ since: [7, head + 1] }), { at: "lookup" });
});

test("a sender who read less than the window reaches back is looked up, also one who would then be refused", () => {
  assert.deepEqual(judged({ since: [7, 20] }), { at: "admit" });
  assert.deepEqual(judged({ since: [7, 19] }), { at: "lookup" });
  for (const since of [
    [0, 0],
    [6, 900],
    [8, 0],
  ] as const)
    assert.deepEqual(judged({ since }), { at: "lookup" });
  assert.deepEqual(judged({ since: [7, 19] }, CLOSED), { at: "lookup" });
  assert.deepEqual(judged({ ...by("agent", "lin"), since: [7, 19] }), { at: "lookup" });
  assert.deepEqual(judged({ since: [7, 19] }, { unsettled: UNSETTLED_MAX }), { at: "lookup" });
});

test("a first life that is whole proves every mid new, whatever the sender has read; one that was trimmed does not", () => {
  assert.deepEqual(judged({ since: [0, 0] }, { newborn: true, first: 1 }), { at: "admit" });
  assert.deepEqual(judged({ since: [0, 0] }, { newborn: true, first: 2 }), { at: "lookup" });
  assert.deepEqual(judged({ since: [0, 0] }, { newborn: false, first: 1 }), { at: "lookup" });
});

test("another visitor's message is not_found, and not remembered", () => {
  assert.deepEqual(judged(by("visitor", "v_2")), { at: "refused", code: "not_found" });
  assert.deepEqual(judged(by("visitor", "v_2"), CLOSED), { at: "refused", code: "not_found" });
});

test("a visitor that was somebody else before is admitted as both, but not as an agent who is a member", () => {
  const vera = { id: "customer-42", role: "visitor", name: "Vera" } as const;
  const known = { authority: { ...AUTHORITY, visitor: vera, members: [VISITOR, ADA, vera] } };
  for (const id of ["customer-42", "v_1"]) assert.deepEqual(judged(by("visitor", id), known), { at: "admit" });
  for (const id of ["ada", "v_2"]) assert.deepEqual(judged(by("visitor", id), known), { at: "refused", code: "not_found" });
});

test("a closed conversation refuses everyone but the system, and remembers it", () => {
  const closed = { at: "refused", code: "closed", remember: "closed" };
  for (const from of [by("visitor", "v_1"), by("agent", "ada"), by("agent", "lin"), by("supervisor", "sun"), by("bot", "b")])
    assert.deepEqual(judged(from, CLOSED), closed);
  assert.deepEqual(judged({ ...by("agent", "lin"), kind: "note", reader: true }, CLOSED), closed);
  assert.deepEqual(judged(by("system", "deskwire"), CLOSED), { at: "admit" });
});

test("an agent or bot who does not hold the conversation is not_assigned, and it is remembered", () => {
  const refused = { at: "refused", code: "not_assigned", remember: "not_assigned" };
  const { assignee: _, ...nobody } = AUTHORITY;
  for (const from of [by("agent", "lin"), by("bot", "helper")]) assert.deepEqual(judged(from), refused);
  assert.deepEqual(judged(by("agent", "ada"), { authority: nobody }), refused);
  assert.deepEqual(judged({ ...by("agent", "lin"), kind: "note" }), refused);
  assert.deepEqual(judged({ ...by("agent", "lin"), reader: true }), refused);
});

test("a reader whose right is vouched for may post a note", () => {
  assert.deepEqual(judged({ ...by("agent", "lin"), kind: "note", reader: true }), { at: "admit" });
});

test("busy is the last word: only who may write hears it, and it is not remembered", () => {
  const full = { unsettled: UNSETTLED_MAX };
  assert.deepEqual(judged({}, full), { at: "refused", code: "busy" });
  assert.deepEqual(judged({}, { unsettled: UNSETTLED_MAX - 1 }), { at: "admit" });
  assert.deepEqual(judged(by("agent", "lin"), full), { at: "refused", code: "not_assigned", remember: "not_assigned" });
  assert.deepEqual(judged(by("system", "deskwire"), full), { at: "admit" });
});

test("a sender who may write takes back what is settled, for as long as it says", () => {
  const recalls = { recalls: { pos: [7, 30], ts: 1, within_ms: 100 } } as const;
  const target = (age_ms: number, unsettled = false) => ({ target: { age_ms, unsettled } });
  assert.deepEqual(judged(recalls, target(100)), { at: "admit" });
  assert.deepEqual(judged(recalls, target(101)), { at: "refused", code: "forbidden" });
  assert.deepEqual(judged(recalls, target(0, true)), { at: "refused", code: "pending" });
  assert.deepEqual(judged(recalls, {}), { at: "refused", code: "pending" });
});

test("a recall that was said before is its duplicate, and one that may not be said at all is refused as anything else is", () => {
  const late = { target: { age_ms: 9_999, unsettled: true } };
  const recalls = { recalls: { pos: [7, 30], ts: 1, within_ms: 100 } } as const;
  assert.deepEqual(judged(recalls, late, { n: 31, hash: "h1" }), { at: "duplicate", n: 31 });
  assert.deepEqual(judged(recalls, { ...late, ...CLOSED }), { at: "refused", code: "closed", remember: "closed" });
  assert.deepEqual(judged({ ...recalls, ...by("agent", "lin") }, late), { at: "refused", code: "not_assigned", remember: "not_assigned" });
  assert.deepEqual(judged({ ...recalls, since: [0, 0] }, late), { at: "lookup" });
});

test("a bot that serves the topic may post without holding the conversation, and no other bot", () => {
  assert.deepEqual(judged({ ...by("bot", "helper"), reader: true }), { at: "admit" });
  const refused = { at: "refused", code: "not_assigned", remember: "not_assigned" };
  assert.deepEqual(judged({ ...by("bot", "helper"), reader: false }), refused);
});
