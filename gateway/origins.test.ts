import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { FakeClock } from "../lib/clock-fake.js";
import { TENANT } from "../test/contract/broker/chat.js";
import { directoryBench } from "../test/support/directory-bench.js";
import { OriginError, Origins } from "./origins.js";

const HOST = "desk.example:8080";

async function bench(t: TestContext, own: readonly string[] = []) {
  const { cache, command } = await directoryBench(t, new FakeClock());
  const origins = new Origins(cache, own);
  const allows = (tenant: string, origin: string | undefined, host: string | undefined = HOST) => origins.allows(tenant, { origin, host });
  return { origins, allows, cache, command };
}

test("a page speaks for a tenant when its origin is on the list, exactly", async (t) => {
  const { allows, origins } = await bench(t);
  assert.equal(await allows(TENANT, "https://shop.example"), true);
  for (const origin of [
    "http://shop.example",
    "https://shop.example:8443",
    "https://www.shop.example",
    "https://shop.example.evil",
    "https://SHOP.example",
    "https://shop.example/",
    "null",
    "",
  ])
    assert.equal(await allows(TENANT, origin), false, origin);
  await assert.rejects(origins.admit(TENANT, { origin: "null", host: HOST }), OriginError);
});

test("a list is read as browsers send it: lower case, no default port, no path, and never null", async (t) => {
  const { cache } = await bench(t);
  const listed = [
    "HTTPS://Shop.Example:443",
    "http://Old.example:80/",
    "https://bücher.example",
    "https://shop.example:8443",
    "null",
    "file:///x",
  ];
  const site = { name: "Shop", origins: listed, default_topic: "support", languages: ["en"] };
  const rows = { get: async () => site, list: async () => [] } as unknown as typeof cache;
  const origins = new Origins(rows);
  for (const origin of ["https://shop.example", "http://old.example", "https://xn--bcher-kva.example", "https://shop.example:8443"])
    assert.equal(await origins.allows(TENANT, { origin, host: HOST }), true, origin);
  for (const origin of ["null", "file://", "HTTPS://Shop.Example:443", "https://shop.example:443"])
    assert.equal(await origins.allows(TENANT, { origin, host: HOST }), false, origin);
});

test("who is no browser has no origin and is let through", async (t) => {
  const { allows, origins } = await bench(t);
  assert.equal(await allows(TENANT, undefined), true);
  assert.equal(await origins.known({ origin: undefined, host: HOST }), true);
});

test("our own pages speak for everybody: those that the setting names, of localhost and of plain addresses", async (t) => {
  const { allows, origins } = await bench(t, ["https://desk.example"]);
  assert.equal(await allows(TENANT, "https://desk.example"), true);
  assert.equal(await origins.known({ origin: "https://desk.example", host: "gateway:8080" }), true);
  for (const host of ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "192.0.2.7"])
    for (const origin of [`http://${host}`, `https://${host}`]) assert.equal(await allows(TENANT, origin, host), true, origin);
  assert.equal(await allows(TENANT, "http://127.0.0.1:9999", "127.0.0.1:8080"), false);
});

test("a page is not ours for being served from the name it asks for: anybody can let a name lead here", async (t) => {
  const { allows, origins } = await bench(t, ["https://desk.example"]);
  for (const host of ["evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example:80", "desk.example:8080"])
    for (const origin of [`http://${host}`, `https://${host}`]) assert.equal(await allows(TENANT, origin, host), false, origin);
  assert.equal(await origins.known({ origin: "http://evil.example", host: "evil.example" }), false);
  assert.equal(await origins.allows(TENANT, { origin: "http://undefined", host: undefined }), false);
});

test("one tenant's page does not speak for another, and a preflight asks only whether somebody knows it", async (t) => {
  const { allows, origins, command } = await bench(t);
  const known = (origin: string) => origins.known({ origin, host: HOST });
  await command("tenant", "add", "other", "--origin", "https://other.example");
  assert.equal(await allows(TENANT, "https://other.example"), false);
  assert.equal(await known("https://other.example"), true);
  assert.equal(await known("https://nobody.example"), false);
  await command("tenant", "disable", "other");
  assert.equal(await known("https://other.example"), false);
});
