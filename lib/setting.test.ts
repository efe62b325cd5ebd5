import assert from "node:assert/strict";
import { test } from "node:test";
import { bool, bytes, hostPort, list, ms, networks, origins, rate, whole } from "./setting.js";

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

test("networks are addresses with or without a length; one bad one spoils the list, and none has a name", () => {
  assert.deepEqual(networks.parse("10.0.0.0/8, fd00::/8,203.0.113.7"), ["10.0.0.0/8", "fd00::/8", "203.0.113.7"]);
  assert.deepEqual([networks.parse("none"), networks.format([])], [[], "none"]);
  for (const text of ["10.0.0.0/33", "10.0.0.0/8,", "10.0.0.0/8 fd00::/8", "proxy.example", "none,10.0.0.1"])
    assert.equal(networks.parse(text), undefined, text);
});

test("origins are kept as browsers send them, and have no path", () => {
  assert.deepEqual(origins.parse("HTTPS://Desk.Example:443/, http://desk.example:80, https://bücher.example:8443"), [
    "https://desk.example",
    "http://desk.example",
    "https://xn--bcher-kva.example:8443",
  ]);
  for (const text of ["desk.example", "https://desk.example/console", "null", "*", "https://*", "file:///x", "https://a@b.example"])
    assert.equal(origins.parse(text), undefined, text);
});

test("a rate is a number and a time, with or without a number of its own", () => {
  assert.deepEqual(rate.parse("20/s"), { count: 20, per_ms: 1_000 });
  assert.deepEqual(rate.parse("300 / 10 min"), { count: 300, per_ms: 600_000 });
  assert.deepEqual([rate.format({ count: 20, per_ms: 1_000 }), rate.format({ count: 5, per_ms: 90_000 })], ["20/s", "5/90s"]);
  for (const text of ["20", "20/", "0/s", "/s", "20/0s", "20/s/s", "20/parsec", "1.5/s", "20/-1s"])
    assert.equal(rate.parse(text), undefined, text);
});
