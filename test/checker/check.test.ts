import assert from "node:assert/strict";
import { test } from "node:test";
import { check } from "./check.js";
import { describe } from "./finding.js";
import { contentOf, type History, read, type Seen, TAKEN_BACK, write } from "./history.js";
import { C, LATER, pos, routed, Story, said } from "./story.js";

/** The findings, each by its name. */
const names = (history: History): string[] => [...new Set(check(history).map(({ name }) => name))];

/** A visitor and an agent who talk, as it should be. */
function talk(): Story {
  return new Story()
    .reads("vera", 2, routed(3, "assigned", 3, "ada"))
    .reads("ada", 3)
    .sends("vera", "m1", 4)
    .gets("vera", said(4, "vera", "m1"))
    .gets("ada", said(4, "vera", "m1"))
    .sends("ada", "a1", 5)
    .gets("ada", said(5, "ada", "a1", "agent"))
    .gets("vera", said(5, "ada", "a1", "agent"));
}

const ROUTING = [routed(1, "queued", 1), routed(2, "offered", 2), routed(3, "assigned", 3, "ada")];
const TALKED = [...ROUTING, said(4, "vera", "m1"), said(5, "ada", "a1", "agent")];

test("a talk as it should be is clean", () => {
  assert.equal(describe(check(talk().ends(...TALKED))), "");
});

test("a message that was seen live, was not acknowledged, and stands at a higher place after a restart is clean", () => {
  const again = said(3, "vera", "m2", "visitor", LATER);
  const life = [{ pos: pos(1, LATER) }, { pos: pos(2, LATER) }, again];
  const history = talk()
    .tells({ t: "send", who: "vera", user: "vera", c: C, mid: "m2", content: "m2" })
    .gets("vera", said(6, "vera", "m2"))
    .tells({ t: "close", who: "vera", code: 1006 }, { t: "close", who: "ada", code: 1006 }, { t: "kill" })
    .tells({ t: "attach", who: "vera", c: C, head: pos(2, LATER), from: pos(6) })
    .gets("vera", ...life.slice(0, 2))
    .tells({ t: "gap", who: "vera", c: C, after: pos(6), head: pos(2, LATER) })
    .sends("vera", "m2", 3, LATER)
    .gets("vera", again)
    .ends(...TALKED, ...life);
  assert.equal(describe(check(history)), "");
});

test("an acknowledged message that history does not have is lost", () => {
  assert.deepEqual(names(talk().ends(...TALKED.slice(0, -1))), ["lost"]);
});

test("a message that was acknowledged before a crash and is gone after it was acknowledged falsely", () => {
  const history = talk()
    .tells({ t: "kill" })
    .ends(...TALKED.slice(0, -1));
  assert.deepEqual(names(history), ["false ack"]);
});

test("an acknowledgement that names another place than history was false", () => {
  const history = talk()
    .tells({ t: "send", who: "vera", user: "vera", c: C, mid: "m2", content: "m2" })
    .tells({ t: "ack", who: "vera", user: "vera", c: C, mid: "m2", pos: pos(7), dup: true })
    .ends(...TALKED, said(6, "vera", "m2"));
  assert.deepEqual(names(history), ["false ack"]);
});

test("one mid with two rows is there twice", () => {
  const history = talk().ends(...TALKED, said(6, "vera", "m1"));
  assert.deepEqual(names(history), ["twice"]);
});

test("one mid at two places of one life is there twice, also when history shows one of them", () => {
  assert.deepEqual(
    names(
      talk()
        .gets("vera", said(6, "vera", "m1"))
        .ends(...TALKED),
    ),
    ["twice"],
  );
});

test("a client that draws a message two times shows it twice", () => {
  const shown = [said(4, "vera", "m1"), said(5, "ada", "a1", "agent"), said(6, "vera", "m1", "visitor", LATER)];
  const history = talk()
    .tells({ t: "view", who: "vera", c: C, shown })
    .ends(...TALKED);
  assert.deepEqual(names(history), ["twice"]);
});

test("the same mid of two senders is two messages", () => {
  const history = talk()
    .sends("ada", "m1", 6)
    .gets("vera", said(6, "ada", "m1", "agent"))
    .gets("ada", said(6, "ada", "m1", "agent"))
    .ends(...TALKED, said(6, "ada", "m1", "agent"));
  assert.equal(describe(check(history)), "");
});

test("two readers who see different messages at one place disagree about the order", () => {
  const history = talk()
    .gets("vera", said(6, "vera", "m2"))
    .gets("ada", said(6, "vera", "m3"))
    .ends(...TALKED, said(6, "vera", "m2"));
  assert.deepEqual(names(history), ["order"]);
});

test("a page that does not ascend is out of order", () => {
  const [queued, offered, assigned, ...rest] = TALKED as [Seen, Seen, Seen, ...Seen[]];
  const page = { t: "page", who: "vera", c: C, seen: [offered, queued, assigned, ...rest], more: false, incomplete: [] } as const;
  const found = check(
    talk()
      .tells(page)
      .ends(...TALKED),
  );
  assert.match(describe(found), /order .* vera read 16777217-2 before 16777217-1 in one page/);
});

test("an entry that appears in a past already read is out of order", () => {
  const barrier = { pos: pos(1, LATER) };
  const page = { t: "page", who: "ada", c: C, seen: [...TALKED, barrier], more: false, incomplete: [] } as const;
  const history = talk()
    .tells(page)
    .ends(...TALKED, said(6, "vera", "late"), barrier);
  assert.deepEqual(names(history), ["order"]);
});

test("what a page called incomplete may appear later", () => {
  const barrier = { pos: pos(1, LATER) };
  const page = { t: "page", who: "ada", c: C, seen: [...TALKED, barrier], more: false, incomplete: [[pos(5), pos(0, LATER)]] } as const;
  const history = talk()
    .tells(page)
    .ends(...TALKED, said(6, "vera", "late"), barrier);
  assert.equal(describe(check(history)), "");
});

test("a hole between two events that nobody tells of is a silent gap once it is ten seconds old", () => {
  const jump = (): Story => talk().gets("vera", said(7, "vera", "m3"));
  const rows = [...TALKED, said(6, "vera", "m2"), said(7, "vera", "m3")];
  assert.deepEqual(
    names(
      jump()
        .passes(9_000)
        .ends(...rows),
    ),
    [],
  );
  assert.ok(
    names(
      jump()
        .passes(11_000)
        .ends(...rows),
    ).includes("silent gap"),
  );
});

test("a hole that is told of by a gap, or read in time, is not silent", () => {
  const rows = [...TALKED, said(6, "vera", "m2"), said(7, "vera", "m3")];
  const jump = (): Story =>
    talk()
      .tells({ t: "close", who: "ada", code: 1000 })
      .gets("vera", said(7, "vera", "m3"));
  const told = jump().tells({ t: "gap", who: "vera", c: C, after: pos(5), head: pos(7) });
  const page = { t: "page", who: "vera", c: C, after: pos(5), seen: rows.slice(5), more: false, incomplete: [] } as const;
  assert.equal(describe(check(told.passes(11_000).ends(...rows))), "");
  assert.equal(
    describe(
      check(
        jump()
          .tells(page)
          .passes(11_000)
          .ends(...rows),
      ),
    ),
    "",
  );
});

test("the last message is a silent gap too, for a reader who listened and was not given it", () => {
  const history = talk()
    .sends("vera", "m2", 6)
    .gets("vera", said(6, "vera", "m2"))
    .passes(11_000)
    .ends(...TALKED, said(6, "vera", "m2"));
  assert.deepEqual(
    check(history).map(({ name, text }) => [name, text.startsWith("ada")]),
    [["silent gap", true]],
  );
});

test("a reader who was away is not expected to know", () => {
  const history = talk()
    .tells({ t: "close", who: "ada", code: 1006 })
    .sends("vera", "m2", 6)
    .gets("vera", said(6, "vera", "m2"))
    .passes(11_000)
    .ends(...TALKED, said(6, "vera", "m2"));
  assert.equal(describe(check(history)), "");
});

test("a page with a hole that it does not name is a silent gap", () => {
  const page = { t: "page", who: "vera", c: C, seen: TALKED.filter((_, i) => i !== 3), more: false } as const;
  const silent = talk().tells({ ...page, incomplete: [] });
  const honest = talk().tells({ ...page, incomplete: [[pos(3), pos(4)]] });
  assert.match(describe(check(silent.ends(...TALKED))), /silent gap .* vera read 16777217-5 right after 16777217-3 in a page/);
  assert.equal(describe(check(honest.ends(...TALKED))), "");
});

test("a client that shows less than history has a silent gap", () => {
  const history = talk()
    .tells({ t: "view", who: "vera", c: C, shown: [said(4, "vera", "m1")] })
    .ends(...TALKED);
  assert.deepEqual(names(history), ["silent gap"]);
});

test("a conversation that is given to a second agent while the first one holds it has two assignees", () => {
  assert.deepEqual(names(talk().ends(...TALKED, routed(6, "assigned", 4, "lin"))), ["double"]);
});

test("an agent who writes after the conversation was handed over is a second assignee", () => {
  const handed = [routed(6, "transferred", 4), routed(7, "offered", 5), routed(8, "assigned", 6, "lin")];
  assert.deepEqual(names(talk().ends(...TALKED, ...handed)), []);
  assert.deepEqual(names(talk().ends(...TALKED, ...handed, said(9, "ada", "late", "agent"))), ["double"]);
});

test("an agent whose accept succeeded and who was never given the conversation is a second assignee", () => {
  const history = talk()
    .tells({ t: "accept", who: "lin", user: "lin", c: C, offer: "o1" })
    .ends(...TALKED);
  assert.deepEqual(names(history), ["double"]);
});

test("two routing entries with one version are two assignments at once", () => {
  assert.deepEqual(names(talk().ends(...TALKED, routed(6, "held", 3, "ada"))), ["double"]);
});

/** Vera's `m1` without its content, and the recall that took it. */
const TAKEN = { ...said(4, "vera", "m1"), content: TAKEN_BACK };
const RECALL: Seen = { ...said(6, "vera", "r1"), kind: "recall" };

test("a message that its sender took back is clean, with its content before and without it after", () => {
  const history = talk()
    .tells({ t: "send", who: "vera", user: "vera", c: C, mid: "r1", content: "r1", takes: "m1" })
    .gets("vera", RECALL)
    .gets("ada", RECALL)
    .ends(...ROUTING, TAKEN, said(5, "ada", "a1", "agent"), RECALL);
  assert.equal(describe(check(history)), "");
});

test("a message without its content that nobody took back, or somebody else, is altered", () => {
  const taken = [...ROUTING, TAKEN, said(5, "ada", "a1", "agent")];
  assert.deepEqual(names(talk().ends(...taken)), ["altered"]);
  const others = talk().tells({ t: "send", who: "ada", user: "ada", c: C, mid: "r1", content: "r1", takes: "m1" });
  assert.deepEqual(names(others.ends(...taken)), ["altered"]);
});

test("content that was never sent is altered", () => {
  const spoiled = { ...said(4, "vera", "m1"), content: "other" };
  const history = talk().ends(...TALKED.map((each) => (each.mid === "m1" ? spoiled : each)));
  assert.deepEqual(names(history), ["altered"]);
});

test("content is the same whatever the order of its fields, and another one by a single letter", () => {
  assert.equal(contentOf("file", { name: "a", bytes: 1 }), contentOf("file", { bytes: 1, name: "a" }));
  assert.notEqual(contentOf("text", { text: "a" }), contentOf("text", { text: "b" }));
  assert.notEqual(contentOf("text", { text: "a" }), contentOf("note", { text: "a" }));
});

test("a history is the same after it was written to a file and read", () => {
  const history = talk().ends(...TALKED);
  assert.deepEqual(read(write(history)), history);
});
