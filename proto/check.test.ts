import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkFrame, utf8Bytes } from "./check.js";
import { OPS, type OpName } from "./commands.js";

type Fields = Readonly<Record<string, unknown>>;

const long = (length: number): string => "x".repeat(length);
const many = <T>(length: number, item: T): T[] => new Array<T>(length).fill(item);
const resumeOf = (count: number): Fields => Object.fromEntries(many(count, 0).map((_, i) => [`c${i}`, [1, 1]]));
const file = { name: "a.png", mime: "image/png", bytes: 12, url: "/v1/files/a" };
const card = { title: "T", actions: [{ label: "Yes", reply: "yes" }] };
const send = { c: "c", mid: "m", kind: "text", body: { text: "hi" } };

const position = [undefined, [1, 1], [0, 0], [2 ** 53 - 1, 1]];
const noPosition = [null, "1-1", 1, [], [1], [1, 2, 3], [1, -1], [1, 0.5], ["1", 1], [2 ** 53, 1]];
const id = ["x", long(64), "林".repeat(64), "😀".repeat(64), " "];
const noId = [undefined, null, "", long(65), "\ud83d", "x\ude00", 7, {}, ["x"]];
const skills = [undefined, [], ["en"], many(32, "s")];
const noSkills = ["en", [""], [1], many(33, "s"), [long(65)]];
const limit = [undefined, 1, 200, 10_000];
const noLimit = [0, -1, 1.5, "50", null];
const reason = [undefined, "", long(500)];
const noReason = [null, 1, long(501)];

interface Rule {
  /** Fields of a good command. */
  readonly good: Fields;
  /** Per field: what it may also be (undefined: left out), and what it may not. */
  readonly fields: Readonly<Record<string, { readonly yes: readonly unknown[]; readonly no: readonly unknown[] }>>;
}

const c = { yes: id, no: noId };
const onlyC: Rule = { good: { c: "c" }, fields: { c } };

/** PROTOCOL §4 and §5, by hand. */
const RULES: Readonly<Record<OpName, Rule>> = {
  hello: {
    good: { token: "t" },
    fields: {
      token: { yes: [long(8192)], no: [undefined, "", 1, long(8193)] },
      client: { yes: [undefined, "web/1.0"], no: [1, long(101)] },
      resume: {
        yes: [undefined, {}, { c: [1, 1], "😀": [0, 0] }, resumeOf(100)],
        no: [
          [],
          "c",
          resumeOf(101),
          { c: [1] },
          { c: null },
          { "": [1, 1] },
          { [long(65)]: [1, 1] },
          { "a\nb": "junk" },
          { "\ud83d": [1, 1] },
        ],
      },
    },
  },
  refresh: { good: { token: "t" }, fields: { token: { yes: [], no: [undefined, "", {}] } } },
  ping: { good: {}, fields: {} },
  open: {
    good: { c: "c" },
    fields: {
      c: { yes: id, no: noId },
      limit: { yes: limit, no: noLimit },
      ask: { yes: [undefined], no: [{}] },
    },
  },
  leave: onlyC,
  send: {
    good: send,
    fields: {
      c,
      mid: { yes: id, no: noId },
      since: { yes: position, no: noPosition },
      kind: { yes: [], no: [undefined, "", "routing", "system", "toString", 1, null] },
      body: { yes: [{ text: long(16_000) }, { text: "x", more: 1 }], no: [undefined, null, "x", [], {}, { text: "" }, { text: 1 }] },
    },
  },
  mark: { good: { c: "c", got: [1, 1] }, fields: { c, got: { yes: [[0, 0]], no: noPosition }, read: { yes: position, no: noPosition } } },
  typing: { good: { c: "c" }, fields: { c, text: { yes: [undefined, "", long(1000)], no: [1, long(1001)] } } },
  visit: {
    good: { url: "https://a.example/" },
    fields: {
      url: { yes: ["", long(2048)], no: [undefined, 1, long(2049)] },
      title: { yes: [undefined, "", long(1000)], no: [1, null, long(1001)] },
      attributes: { yes: [undefined, {}, { a: { b: [1] } }], no: [[], "a", null] },
    },
  },
  history: {
    good: { c: "c" },
    fields: {
      c,
      before: { yes: position, no: noPosition },
      after: { yes: position, no: noPosition },
      limit: { yes: limit, no: noLimit },
    },
  },
  close: { good: { c: "c" }, fields: { c, reason: { yes: reason, no: noReason } } },
  rate: {
    good: { c: "c", score: 3 },
    fields: { c, score: { yes: [1, 5], no: [undefined, 0, 6, 2.5, "3", null] }, comment: { yes: reason, no: noReason } },
  },
  status: {
    good: { status: "online" },
    fields: {
      status: { yes: ["away", "offline"], no: [undefined, "busy", "", 1] },
      capacity: { yes: [undefined, 0, 500], no: [-1, 1.5, "5", 10_001] },
      skills: { yes: skills, no: noSkills },
    },
  },
  inbox: { good: {}, fields: {} },
  accept: { good: { c: "c", offer: "o" }, fields: { c, offer: { yes: id, no: noId } } },
  decline: { good: { c: "c", offer: "o" }, fields: { c, offer: { yes: id, no: noId }, reason: { yes: reason, no: noReason } } },
  transfer: {
    good: { c: "c", to: { agent: "lin" } },
    fields: {
      c,
      to: {
        yes: [{ topic: "sales" }, { skills: ["zh"] }, { topic: "sales", skills: ["zh"] }],
        no: [undefined, null, {}, "lin", { agent: "" }, { agent: "lin", topic: "sales" }, { agent: "lin", skills: [] }, { skills: "zh" }],
      },
      note: { yes: reason, no: noReason },
    },
  },
  hold: onlyC,
  unhold: onlyC,
  wrapped: onlyC,
  tag: {
    good: { c: "c", add: ["vip"] },
    fields: { c, add: { yes: [undefined, many(50, "t")], no: ["vip", [""], many(51, "t")] }, remove: { yes: [[]], no: [[1]] } },
  },
  assign: { good: { c: "c", agent: "me" }, fields: { c, agent: { yes: id, no: noId } } },
  queue: { good: {}, fields: { watch: { yes: [undefined, true, false], no: ["true", 1, null] } } },
  explain: onlyC,
  ban: {
    good: { user: "u" },
    fields: { user: { yes: id, no: noId }, until: { yes: [undefined, 0, 1_700_000_000_000], no: [-1, 1.5, "x"] } },
  },
};

const QUIET: readonly string[] = ["mark", "typing", "visit"];
const frame = (op: string, fields: Fields): string => JSON.stringify({ op, id: 7, ...fields });
const verdict = (text: string): string => {
  const checked = checkFrame(text);
  return "code" in checked ? checked.code : checked.at;
};

test("the protocol's commands are all there, and no others", () => {
  assert.deepEqual(new Set(Object.keys(OPS)), new Set(Object.keys(RULES)));
});

for (const [op, { good, fields }] of Object.entries(RULES)) {
  test(`${op} is taken when its fields are what the protocol says, and unknown fields are ignored`, () => {
    assert.deepEqual(checkFrame(frame(op, good)), { at: "command", id: 7, command: { op, fields: { op, id: 7, ...good } } });
    assert.equal(verdict(frame(op, { ...good, unheard_of: { of: [null] } })), "command");
    for (const [field, { yes }] of Object.entries(fields))
      for (const value of yes)
        assert.equal(verdict(frame(op, { ...good, [field]: value })), "command", `${field} ${JSON.stringify(value)}`);
  });

  test(`${op} is a bad request when a field is missing, of a wrong type or out of range, and the reason names the field`, () => {
    for (const [field, { no }] of Object.entries(fields))
      for (const value of no) {
        const checked = checkFrame(frame(op, { ...good, [field]: value }));
        const said = `${field} ${JSON.stringify(value)?.slice(0, 60)}: ${JSON.stringify(checked)}`;
        assert.ok(checked.at === "refused" && checked.code === "bad_request" && checked.id === 7, said);
        assert.ok(checked.message.includes(field), said);
      }
  });
}

test("a visitor's open asks for a topic, skills, a priority and attributes, or for nothing in particular", () => {
  for (const ask of [{}, { topic: "sales" }, { skills: ["zh"] }, { priority: -1000 }, { attributes: { plan: "gold" } }, { more: 1 }])
    assert.equal(verdict(frame("open", { ask })), "command", JSON.stringify(ask));
  for (const ask of [null, [], "sales", { topic: "" }, { skills: [""] }, { priority: 0.5 }, { priority: 1001 }, { attributes: [] }])
    assert.equal(verdict(frame("open", { ask })), "bad_request", JSON.stringify(ask));
});

test("what contradicts itself is a bad request: open without a target, history both ways, a mark of nothing", () => {
  assert.equal(verdict(frame("open", {})), "bad_request");
  assert.equal(verdict(frame("history", { c: "c", before: [1, 9], after: [1, 1] })), "bad_request");
  assert.equal(verdict(frame("mark", { c: "c" })), "bad_request");
});

const BODIES: Readonly<Record<string, { readonly yes: readonly unknown[]; readonly no: readonly unknown[] }>> = {
  text: { yes: [{ text: "a" }], no: [{ text: "" }, { note: "a" }, file] },
  note: { yes: [{ text: "a" }], no: [{}, { text: 1 }] },
  file: {
    yes: [file, { ...file, url: "https://cdn.example/a", bytes: 0 }],
    no: [
      { ...file, url: "javascript:alert(1)" },
      { ...file, url: "data:text/html,x" },
      { ...file, bytes: -1 },
      { ...file, name: "" },
      { text: "a" },
    ],
  },
  card: {
    yes: [
      card,
      { ...card, text: "t", image: "https://cdn.example/i", actions: [] },
      { title: "T", actions: [{ label: "L", url: "https://a.example" }] },
    ],
    no: [
      { title: "T" },
      { ...card, actions: [{ label: "L", url: "javascript:0" }] },
      { ...card, actions: [{}] },
      { ...card, actions: many(11, card.actions[0]) },
    ],
  },
  recall: { yes: [{ mid: "m" }], no: [{}, { mid: "" }, { mid: long(65) }] },
};

for (const [kind, { yes, no }] of Object.entries(BODIES))
  test(`a ${kind} has its own body and no other kind's`, () => {
    for (const body of yes) assert.equal(verdict(frame("send", { ...send, kind, body })), "command", JSON.stringify(body));
    for (const body of no) assert.equal(verdict(frame("send", { ...send, kind, body })), "bad_request", JSON.stringify(body));
  });

test("a command is nested up to 32 levels, and a bad request beyond that", () => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
  const checked = (levels: number): string => {
    const { at } = checkFrame(JSON.stringify({ op: "open", id: 1, ask: { attributes: { deep: nested(levels) } } }));
    return at;
  };
  assert.deepEqual([checked(29), checked(30), checked(900)], ["command", "refused", "refused"]);
  const body = { text: "hi", more: nested(31) };
  assert.equal(checkFrame(JSON.stringify({ op: "send", id: 1, ...send, body })).at, "refused");
});

test("text that is not one JSON object is no frame", () => {
  for (const text of [
    "",
    " ",
    "null",
    "1",
    '"ping"',
    "[]",
    '[{"op":"ping","id":1}]',
    "{",
    '{"op":"ping","id":1}{}',
    "{'op':'ping'}",
    "\u0000",
  ])
    assert.equal(verdict(text), "bad_frame", text);
});

test("an id that is not a uint32 is no frame; the least and the greatest are good", () => {
  for (const id of ["1", null, -1, 1.5, 4_294_967_296, true, [1], {}])
    assert.equal(verdict(JSON.stringify({ op: "ping", id })), "bad_frame", String(id));
  for (const id of [0, 4_294_967_295]) assert.equal(verdict(JSON.stringify({ op: "ping", id })), "command", String(id));
});

test("only mark, typing and visit may come without an id", () => {
  for (const [op, { good }] of Object.entries(RULES))
    assert.equal(verdict(JSON.stringify({ op, ...good })), QUIET.includes(op) ? "command" : "bad_frame", op);
});

test("an op nobody knows is unsupported, whatever it is called", () => {
  for (const op of ["nope", "", "toString", "__proto__", "constructor", "HELLO", long(10_000)])
    assert.equal(verdict(frame(op, {})), "unsupported", op);
});

test("a frame without an op is a bad request", () => {
  for (const op of [undefined, null, 1, {}, ["ping"]])
    assert.equal(verdict(JSON.stringify({ id: 7, op })), "bad_request", JSON.stringify(op));
});

test("no text makes the check throw, and what it answers has the id that was given", () => {
  const value = fc.object({ key: fc.constantFrom("op", "id", "c", "body", "kind", "resume", "__proto__"), withNullPrototype: false });
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    value.map((object) => JSON.stringify(object)),
  );
  fc.assert(fc.property(text, (any) => ["command", "refused", "bad_frame"].includes(checkFrame(any).at)));
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(RULES)), fc.nat(4_294_967_295), fc.jsonValue(), (op, id, c) => {
      const checked = checkFrame(JSON.stringify({ op, id, c }));
      assert.ok(checked.at !== "bad_frame" && checked.id === id);
    }),
  );
});

test("a text is counted by the bytes it has in UTF-8, lone surrogates as their replacement", () => {
  const odd = fc.string({
    unit: fc.constantFrom("a", "\u007f", "\u0080", "é", "\u07ff", "\u0800", "林", "\ud83d", "\ude00", "😀", "\uffff"),
  });
  fc.assert(fc.property(fc.oneof(odd, fc.string({ unit: "binary" })), (text) => assert.equal(utf8Bytes(text), Buffer.byteLength(text))));
});

test("a body is counted as JSON.stringify writes it, where lone surrogates are escapes", () => {
  const body = fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom("\ud800", "a", "林", '"', "\n") }));
  fc.assert(fc.property(body, (value) => assert.equal(utf8Bytes(JSON.stringify(value)), Buffer.byteLength(JSON.stringify(value)))));
});
