import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Networks, networkOf, parseAddress, parseNetwork } from "./address.js";

test("an address has one form, however it is written: short, long, mapped, in brackets, with a port", () => {
  for (const [written, canonical] of [
    ["203.0.113.7", "203.0.113.7"],
    [" 203.0.113.7:4711 ", "203.0.113.7"],
    ["2001:0DB8:0000:0000:0000:0000:0000:0001", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["[2001:db8::1]:443", "2001:db8::1"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["0000:0000:0000:0000:0000:ffff:cb00:7107", "203.0.113.7"],
    ["[::ffff:203.0.113.7]:80", "203.0.113.7"],
    ["::1", "::1"],
  ])
    assert.equal(parseAddress(written as string), canonical, written);
});

test("what is no address is none", () => {
  for (const text of ["", "unknown", "_hidden", "203.0.113", "203.0.113.256", "0203.0.113.7", "203.0.113.7:", "203.0.113.7:123456"])
    assert.equal(parseAddress(text), undefined, text);
  for (const text of ["fe80::1%eth0", "[2001:db8::1", "2001:db8::1]", "1:2:3:4:5:6:7:8:9", "[203.0.113.7]x", "https://203.0.113.7"])
    assert.equal(parseAddress(text), undefined, text);
});

test("the canonical form of any IPv6 address parses to itself, and its eight groups are those that were written", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }), (groups) => {
      fc.pre(!(groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff));
      const written = groups.map((group) => group.toString(16).padStart(4, "0")).join(":");
      const canonical = parseAddress(written) as string;
      assert.equal(parseAddress(canonical), canonical);
      const last = groups.map((group) => group.toString(16)).join(":");
      assert.ok(new Networks([`${canonical}/128`]).has(parseAddress(last) as string));
    }),
  );
});

test("two addresses are one party exactly when they share a /64; IPv4 addresses are apart, also behind NAT64", () => {
  const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
  const half = fc.array(group, { minLength: 4, maxLength: 4 }).map((groups) => groups.join(":"));
  fc.assert(
    fc.property(half, half, half, half, (net, other, host, another) => {
      const at = (upper: string, lower: string): string =>
        networkOf(parseAddress(`2001:${upper.slice(upper.indexOf(":") + 1)}:${lower}`) as string);
      assert.equal(at(net, host), at(net, another));
      assert.equal(at(net, host) === at(other, host), at(net, another) === at(other, another));
    }),
  );
  assert.equal(networkOf("2001:db8::1"), "2001:db8:0:0::/64");
  assert.notEqual(networkOf("2001:db8:0:1::1"), networkOf("2001:db8::1"));
  assert.equal(networkOf("203.0.113.7"), "203.0.113.7");
  assert.equal(networkOf("64:ff9b::cb00:7107"), "203.0.113.7");
});

test("a network is an address with a length, or one address alone", () => {
  assert.deepEqual(parseNetwork("10.0.0.0/8"), { address: "10.0.0.0", prefix: 8 });
  assert.deepEqual(parseNetwork("203.0.113.7"), { address: "203.0.113.7", prefix: 32 });
  assert.deepEqual(parseNetwork("FD00::/8"), { address: "fd00::", prefix: 8 });
  assert.deepEqual(parseNetwork("::ffff:10.0.0.0/104"), { address: "10.0.0.0", prefix: 8 });
  for (const text of [
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "10.0.0/8",
    "fd00::/129",
    "::ffff:10.0.0.0/8",
    "[fd00::]/8",
    "any",
  ])
    assert.equal(parseNetwork(text), undefined, text);
});

test("networks hold what lies inside them and nothing else; none hold nothing", () => {
  const networks = new Networks(["10.0.0.0/8", "127.0.0.1", "fd00::/8"]);
  for (const inside of ["10.255.0.1", "127.0.0.1", "fd12:3456::1"]) assert.equal(networks.has(inside), true, inside);
  for (const outside of ["11.0.0.1", "127.0.0.2", "fc00::1", "::1", "nonsense"]) assert.equal(networks.has(outside), false, outside);
  assert.equal(new Networks([]).has("10.0.0.1"), false);
  assert.throws(() => new Networks(["10.0.0.0/33"]), TypeError);
});
