import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../lib/clock-fake.js";
import { TENANT } from "../test/contract/broker/chat.js";
import { directoryBench } from "../test/support/directory-bench.js";
import { Origins } from "./origins.js";

const HOST = "desk.example:8080";

test("a page speaks for a tenant when its origin is on the list, exactly", async (t) => {
  const origins = new Origins((await directoryBench(t, new FakeClock())).cache);
  assert.equal(await origins.allows(TENANT, "https://shop.example", HOST), true);
  for (const origin of [
    "http://shop.example",
    "https://shop.example:8443",
    "https://www.shop.example",
    "https://shop.example.evil",
    "null",
    "",
  ])
    assert.equal(await origins.allows(TENANT, origin, HOST), false, origin);
});

test("who is no browser has no origin and is let through; our own pages speak for everybody", async (t) => {
  const origins = new Origins((await directoryBench(t, new FakeClock())).cache);
  for (const origin of [undefined, `http://${HOST}`, `https://${HOST}`])
    assert.equal(await origins.allows(TENANT, origin, HOST), true, origin);
  assert.equal(await origins.allows(TENANT, "http://desk.example", HOST), false);
  assert.equal(await origins.allows(TENANT, "http://undefined", undefined), false);
});

test("one tenant's page does not speak for another, and a preflight asks only whether somebody knows it", async (t) => {
  const { cache, command } = await directoryBench(t, new FakeClock());
  const origins = new Origins(cache);
  await command("tenant", "add", "other", "--origin", "https://other.example");
  assert.equal(await origins.allows(TENANT, "https://other.example", HOST), false);
  assert.equal(await origins.known("https://other.example", HOST), true);
  assert.equal(await origins.known("https://nobody.example", HOST), false);
  await command("tenant", "disable", "other");
  assert.equal(await origins.known("https://other.example", HOST), false);
});
