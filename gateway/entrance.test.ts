import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../lib/clock-fake.js";
import { loadConfig } from "../lib/config.js";
import { Metrics } from "../lib/metrics.js";
import { Entrance, type Stay } from "./entrance.js";

function entrance(env: Readonly<Record<string, string>>, clock = new FakeClock(), metrics = new Metrics()): Entrance {
  return new Entrance(
    loadConfig(env, () => ""),
    { clock, metrics },
  );
}

/** Those of so many that were let in, and the waits of the others. */
function come(to: Entrance, count: number, address = "203.0.113.7"): { readonly stays: Stay[]; readonly waits_ms: number[] } {
  const answers = Array.from({ length: count }, () => to.enter(address));
  return {
    stays: answers.filter((answer) => typeof answer !== "number"),
    waits_ms: answers.filter((answer) => typeof answer === "number"),
  };
}

test("an address has so many sockets open, others have their own, and who leaves makes room", () => {
  const at = entrance({ DESKWIRE_SOCKETS_PER_ADDRESS: "3" });
  const { stays, waits_ms } = come(at, 5);
  assert.deepEqual([stays.length, waits_ms], [3, [5_000, 5_000]]);
  assert.equal(come(at, 3, "203.0.113.8").stays.length, 3);
  stays[0]?.left();
  assert.equal(come(at, 2).stays.length, 1);
});

test("a socket that has not said who it is counts by itself until it has, and left or greeted it counts once", () => {
  const at = entrance({ DESKWIRE_GREETING_PER_ADDRESS: "2" });
  const { stays } = come(at, 4);
  assert.equal(stays.length, 2);
  for (const stay of stays) stay.greeted();
  for (const stay of stays) stay.left();
  assert.equal(come(at, 4).stays.length, 2);
});

test("new sockets of an address have a rate, and two addresses of one /64 share it", async () => {
  const clock = new FakeClock();
  const at = entrance({ DESKWIRE_CONNECTS_PER_ADDRESS: "6/min" }, clock);
  for (const { left } of come(at, 6, "2001:db8::1").stays) left();
  assert.deepEqual(come(at, 1, "2001:db8::2").waits_ms, [10_000]);
  assert.equal(come(at, 1, "2001:db8:0:1::1").stays.length, 1);
  await clock.advance(10_000);
  assert.equal(come(at, 2, "2001:db8::2").stays.length, 1);
});

test("when all are too many each is given a time of its own, as fast as they can be taken, and what one address is refused costs no slot", async () => {
  const clock = new FakeClock();
  const at = entrance(
    { DESKWIRE_CONNECTS_PER_NODE: "4/s", DESKWIRE_CONNECTS_PER_ADDRESS: "2/s", DESKWIRE_EXEMPT_ADDRESSES: "none" },
    clock,
  );
  come(at, 100, "198.51.100.1");
  assert.equal(come(at, 1, "203.0.113.1").stays.length + come(at, 1, "203.0.113.2").stays.length, 2);
  const waits = Array.from({ length: 4 }, (_, i) => come(at, 1, `203.0.113.${10 + i}`).waits_ms[0]);
  assert.deepEqual(waits, [250, 500, 750, 1_000]);
  await clock.advance(1_000);
  assert.equal(
    Array.from({ length: 4 }, (_, i) => come(at, 1, `203.0.113.${10 + i}`).stays.length).reduce((sum, n) => sum + n),
    4,
  );
});

test("nobody is sent away for longer than half a minute, however many come", () => {
  const at = entrance({ DESKWIRE_CONNECTS_PER_NODE: "1/s" });
  const waits = Array.from({ length: 100 }, (_, i) => come(at, 1, `10.0.0.${i}`).waits_ms[0] ?? 0);
  assert.equal(Math.max(...waits), 30_000);
  assert.ok(waits.filter((wait_ms) => wait_ms === 1_000).length > 2);
});

test("a full node takes nobody, an exempt address is only counted in all, and each limit counts its refusals", async () => {
  const metrics = new Metrics();
  const at = entrance({ DESKWIRE_SOCKETS_PER_NODE: "5", DESKWIRE_SOCKETS_PER_ADDRESS: "2" }, new FakeClock(), metrics);
  assert.equal(come(at, 4, "127.0.0.1").stays.length, 4);
  assert.equal(come(at, 3).stays.length, 1);
  come(entrance({ DESKWIRE_GREETING_PER_NODE: "1" }, new FakeClock(), metrics), 2);
  const text = await metrics.text();
  assert.match(text, /limited_total\{limit="sockets_per_node"\} 2/);
  assert.match(text, /limited_total\{limit="greeting_per_node"\} 1/);
});
