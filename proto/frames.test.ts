import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compiled } from "./check.js";
import { ERRORS, type ErrorCode } from "./codes.js";
import { EVENTS } from "./events.js";
import {
  errorFrame,
  errorShape,
  eventFrame,
  gapFrame,
  hiddenElement,
  messageFrame,
  messageTail,
  pageFrame,
  readMessage,
  replyFrame,
  skipFrame,
} from "./frames.js";
import type { MessageEvent, Role } from "./message.js";
import type { Position } from "./position.js";

/** Quotes, backslashes, line ends, separators of JavaScript, lone surrogates: whatever an encoder may get wrong. */
const odd = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom('"', "\\", "\n", "\u2028", "\u0000", "\u007f", "\ud83d", "\ude00", "é", "林", "a", "/"),
    maxLength: 20,
  }),
);
const id = odd.filter((text) => text.length > 0 && !/\p{Cs}/u.test(text));
const position: fc.Arbitrary<Position> = fc.tuple(fc.maxSafeNat(), fc.maxSafeNat());
const role = fc.constantFrom<Role>("visitor", "agent", "supervisor", "bot", "system");
const body = fc.dictionary(odd, fc.jsonValue()).map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>);
const message: fc.Arbitrary<MessageEvent> = fc.record({
  ...{ ev: fc.constant("message" as const), c: id, pos: position, ts: fc.maxSafeNat(), mid: odd },
  ...{ from: fc.record({ id, role, name: odd }), kind: odd, body },
});

const frameOf = (event: MessageEvent): string => messageFrame(event.c, event.pos, event.ts, messageTail(event));

test("a message reads back as what was said, whatever the text", () => {
  fc.assert(fc.property(message, (event) => assert.equal(JSON.stringify(readMessage(frameOf(event))), JSON.stringify(event))));
});

test("a written message is a message event of the schema", () => {
  const check = compiled(EVENTS.message);
  fc.assert(fc.property(message, (event) => assert.equal(check.fault(JSON.parse(frameOf(event))), undefined)));
});

test("a written message is well-formed UTF-8: its bytes decode to the same frame", () => {
  fc.assert(fc.property(message, (event) => assert.equal(Buffer.from(frameOf(event)).toString(), frameOf(event))));
});

test("skip and gap are events of the schema and keep their conversation and positions", () => {
  const [skips, gaps] = [compiled(EVENTS.skip), compiled(EVENTS.gap)];
  fc.assert(
    fc.property(id, position, position, (c, after, head) => {
      const [skip, gap] = [JSON.parse(skipFrame(c, head)), JSON.parse(gapFrame(c, after, head))];
      assert.deepEqual([skips.fault(skip), gaps.fault(gap)], [undefined, undefined]);
      assert.deepEqual(skip, { ev: "skip", c, pos: head });
      assert.deepEqual(gap, { ev: "gap", c, after, head });
    }),
  );
});

test("a hidden element of a page has its position and no content", () => {
  assert.deepEqual(JSON.parse(hiddenElement([7, 3])), { pos: [7, 3], kind: "hidden" });
});

test("an event without a place is written as it is given", () => {
  const typing = { ev: "typing", c: 'c"1', user: "u", text: "\u2028" };
  assert.deepEqual(JSON.parse(eventFrame(typing)), typing);
});

test("a reply carries its id and the result's fields, also when there are none", () => {
  assert.equal(replyFrame(0, {}), '{"re":0}');
  assert.deepEqual(JSON.parse(replyFrame(4_294_967_295, { now: 5, heads: {} })), { re: 4_294_967_295, now: 5, heads: {} });
});

test("a page carries its messages in the bytes they have, beside the result's fields", () => {
  const frames = [
    frameOf({ ev: "message", c: "c", pos: [1, 1], ts: 2, mid: "m", from: { id: "u", role: "bot", name: "b" }, kind: "x", body: {} }),
  ];
  assert.equal(pageFrame(3, { more: false }, [...frames, ...frames]), `{"re":3,"more":false,"messages":[${frames[0]},${frames[0]}]}`);
  assert.equal(pageFrame(3, {}, []), '{"re":3,"messages":[]}');
});

test("an error says its code and text, whether to try again, and when", () => {
  assert.deepEqual(JSON.parse(errorFrame(7, { code: "rate_limited", message: 'too "fast"', retry_after_ms: 800 })), {
    re: 7,
    error: { code: "rate_limited", message: 'too "fast"', retry: true, retry_after_ms: 800 },
  });
  assert.deepEqual(errorShape({ code: "closed", message: "over" }), { code: "closed", message: "over" });
});

test("the error of every code says retry exactly when its table row does", () => {
  for (const code of Object.keys(ERRORS) as ErrorCode[])
    assert.equal("retry" in errorShape({ code, message: "" }), ERRORS[code].retry, code);
});
