import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  BEGINNING,
  compare,
  conversationEpoch,
  follows,
  formatPosition,
  isPosition,
  LIVES_PER_EPOCH,
  later,
  type Position,
  parsePosition,
} from "./position.js";

const part = fc.oneof(fc.nat(3), fc.maxSafeNat());
const position: fc.Arbitrary<Position> = fc.tuple(part, part);

test("positions are in one total order: the epoch decides, then n", () => {
  fc.assert(
    fc.property(position, position, position, (a, b, c) => {
      assert.equal(Math.sign(compare(a, b)), -Math.sign(compare(b, a)) + 0);
      assert.equal(compare(a, b) === 0, a[0] === b[0] && a[1] === b[1]);
      assert.ok(compare(a, b) > 0 || compare(b, c) > 0 || compare(a, c) <= 0);
      assert.ok(a[0] >= b[0] || compare(a, b) < 0);
    }),
    {
      examples: [
        [
          [1, 9],
          [2, 1],
          [2, 1],
        ],
      ],
    },
  );
});

test("nothing stands before the beginning", () => {
  fc.assert(fc.property(position, (pos) => compare(BEGINNING, pos) <= 0));
});

test("the later of two positions is one of them and before neither", () => {
  fc.assert(
    fc.property(position, position, (a, b) => {
      const last = later(a, b);
      assert.ok(last === a || last === b);
      assert.ok(compare(last, a) >= 0 && compare(last, b) >= 0);
    }),
  );
});

test("an entry follows another when nothing fits between the two inside their epoch", () => {
  fc.assert(fc.property(fc.nat(5), fc.nat(5), fc.nat(5), fc.nat(5), (e, n, f, m) => follows([e, n], [f, m]) === (e === f && m === n + 1)));
});

test("a position written for a URL reads back as itself", () => {
  fc.assert(fc.property(position, (pos) => assert.deepEqual(parsePosition(formatPosition(pos)), pos)));
});

test("text that is not two safe whole numbers is no position", () => {
  for (const text of [
    "",
    "1",
    "1-",
    "-1",
    "1-2-3",
    "1.5-2",
    "a-b",
    " 1-2",
    "1-2\n",
    "+1-2",
    "9007199254740992-1",
    "1-99999999999999999",
    "1e3-1",
  ])
    assert.equal(parsePosition(text), undefined, text);
});

test("a value is a position only when it is a pair of safe whole numbers that are not negative", () => {
  fc.assert(fc.property(position, (pos) => isPosition(pos)));
  for (const value of [
    undefined,
    null,
    "1-2",
    7,
    {},
    [],
    [1],
    [1, 2, 3],
    [1, -1],
    [1, 1.5],
    [1, "2"],
    [1, Number.NaN],
    [2 ** 53, 1],
    [null, 1],
  ])
    assert.equal(isPosition(value), false, JSON.stringify(value));
});

test("epochs of one storage epoch differ, and those of a later one are greater", () => {
  const storageEpoch = fc.integer({ min: 0, max: 2 ** 29 - 2 });
  const life = fc.integer({ min: 0, max: LIVES_PER_EPOCH - 1 });
  fc.assert(
    fc.property(storageEpoch, life, life, (E, g, h) => {
      const epoch = conversationEpoch(E, g);
      assert.ok(Number.isSafeInteger(epoch));
      assert.equal(conversationEpoch(E, h) - epoch, h - g);
      assert.ok(conversationEpoch(E + 1, h) > epoch);
    }),
  );
});
