import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Networks } from "../lib/address.js";
import { clientAddress, type Hops } from "./client-address.js";

const TRUSTED = new Networks(["10.0.0.0/8", "fd00::/8"]);

function from(hops: Partial<Hops>): string {
  return clientAddress({ peer: "10.0.0.1", proxied: "", forwarded: [], ...hops }, TRUSTED);
}

test("nobody but a trusted proxy says where a client is", () => {
  assert.equal(from({ peer: "198.51.100.1", proxied: "1.1.1.1", forwarded: ["2.2.2.2"] }), "198.51.100.1");
  assert.equal(from({}), "10.0.0.1");
  assert.equal(from({ proxied: "203.0.113.7" }), "203.0.113.7");
  assert.equal(from({ forwarded: ["203.0.113.7"] }), "203.0.113.7");
});

test("the walk goes from the right to the first hop that is none of ours: what the client wrote in front is not read", () => {
  assert.equal(from({ forwarded: ["1.1.1.1, 203.0.113.7"] }), "203.0.113.7");
  assert.equal(from({ forwarded: ["1.1.1.1, 203.0.113.7, 10.0.0.9"] }), "203.0.113.7");
  assert.equal(from({ forwarded: ["1.1.1.1", "203.0.113.7"] }), "203.0.113.7");
  assert.equal(from({ forwarded: ["10.0.0.7, 203.0.113.7"] }), "203.0.113.7");
});

test("behind a proxy that speaks PROXY protocol only, the client's own header is not read", () => {
  assert.equal(from({ proxied: "203.0.113.7", forwarded: ["1.1.1.1"] }), "203.0.113.7");
  assert.equal(from({ proxied: "10.0.0.2", forwarded: ["1.1.1.1, 203.0.113.7"] }), "203.0.113.7");
});

test("what is no address ends the walk at the last good one", () => {
  assert.equal(from({ forwarded: ["203.0.113.7, unknown"] }), "10.0.0.1");
  assert.equal(from({ forwarded: ["203.0.113.7, nonsense, 10.0.0.9"] }), "10.0.0.9");
  assert.equal(from({ forwarded: ["203.0.113.7,"] }), "10.0.0.1");
  assert.equal(from({ proxied: "nonsense", forwarded: ["203.0.113.7"] }), "10.0.0.1");
});

test("ports, brackets and mapped addresses are read as proxies write them", () => {
  assert.equal(from({ forwarded: ["203.0.113.7:4711"] }), "203.0.113.7");
  assert.equal(from({ forwarded: ["[2001:DB8::7]:4711"] }), "2001:db8::7");
  assert.equal(from({ peer: "0000:0000:0000:0000:0000:ffff:0a00:0001", forwarded: ["::ffff:203.0.113.7"] }), "203.0.113.7");
  assert.equal(from({ peer: "fd00:0000:0000:0000:0000:0000:0000:0001", forwarded: ["203.0.113.7"] }), "203.0.113.7");
});

test("whatever a client writes in front of what its proxies say of it, it stays where it is", () => {
  const outside = fc.oneof(fc.ipV4(), fc.ipV6()).filter((address) => !TRUSTED.has(address));
  const ours = fc.tuple(fc.nat(255), fc.nat(255)).map(([a, b]) => `10.1.${a}.${b}`);
  const own = fc.array(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), ours), { maxLength: 4 });
  fc.assert(
    fc.property(outside, own, fc.array(ours, { maxLength: 3 }), fc.nat(6), (client, forged, hops, split) => {
      const entries = [...forged, client, ...hops];
      const lines = [entries.slice(0, split), entries.slice(split)].filter((line) => line.length > 0).map((line) => line.join(", "));
      assert.equal(from({ forwarded: lines }), from({ forwarded: [client] }));
      assert.equal(from({ peer: client, forwarded: forged, proxied: forged[0] ?? "" }), from({ peer: client }));
    }),
  );
});
