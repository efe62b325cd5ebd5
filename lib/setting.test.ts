import assert from "node:assert/strict";
import { test } from "node:test";
import { bool, bytes, hostPort, list, ms, whole } from "./setting.js";

test("a number with sign, fraction, exponent or foreign unit is no value", () => {
  for (const text of ["-1", "1.5", "1e3", "0x10", "10 parsecs", ""]) assert.equal(bytes.parse(text), undefined, text);
});

test("a number outside its bounds is no value", () => {
  const type = whole(1, 5);
  assert.deepEqual([type.parse("0"), type.parse("1"), type.parse("5"), type.parse("6")], [undefined, 1, 5, undefined]);
});

test("a time beyond what a host timer can count is no value", () => {
  assert.equal(ms.parse("24d"), 24 * 86_400_000);
  assert.equal(ms.parse("25d"), undefined);
});

test("an amount is shown in the largest unit that divides it", () => {
  assert.deepEqual([ms.format(90_000), ms.format(120_000), bytes.format(1536), bytes.format(2 ** 20)], ["90 s", "2 min", "1536", "1 MiB"]);
});

test("a list is trimmed and has no empty places", () => {
  assert.deepEqual(list.parse("a, b"), ["a", "b"]);
  assert.equal(list.parse("a,,b"), undefined);
});

test("yes and no have two spellings each", () => {
  assert.deepEqual(
    [bool.parse("1"), bool.parse("true"), bool.parse("0"), bool.parse("false"), bool.parse("yes")],
    [true, true, false, false, undefined],
  );
});

test("host and port are split at the last colon, with brackets for IPv6", () => {
  assert.deepEqual(hostPort.parse("redis:6379"), { host: "redis", port: 6379 });
  assert.deepEqual(hostPort.parse("[::1]:6379"), { host: "::1", port: 6379 });
  assert.equal(hostPort.format({ host: "::1", port: 1 }), "[::1]:1");
  for (const text of ["redis", "redis:", "::1:6379", "redis:65536"]) assert.equal(hostPort.parse(text), undefined, text);
});
