import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../lib/clock-fake.js";
import { TENANT } from "../test/contract/broker/chat.js";
import { directoryBench } from "../test/support/directory-bench.js";
import { type KeyServer, keyServer } from "../test/support/key-server.js";
import { log } from "../test/support/log.js";
import { refusal } from "../test/support/refusal.js";
import { claimsAt, edKey, ISSUER, jwkOf, rsaKey, signed, tokensOver } from "../test/support/site.js";
import { until } from "../test/support/until.js";
import { Jwks } from "./jwks.js";

const [OLD, NEW, RSA] = [edKey(), edKey(), rsaKey()];
const MAX_AGE = 600_000;
const COOLDOWN = 30_000;
const STALE = 3_600_000;

interface Reader {
  readonly clock: FakeClock;
  /** The names of the keys that are found. */
  find(site: Pick<KeyServer, "url">, algorithm: "EdDSA" | "RS256" | "HS256", kid?: string): Promise<unknown[]>;
}

function reader(): Reader {
  const clock = new FakeClock();
  const jwks = new Jwks({ clock, log, jwksMaxAgeMs: MAX_AGE, jwksCooldownMs: COOLDOWN, jwksStaleMs: STALE });
  return { clock, find: async ({ url }, algorithm, kid) => (await jwks.find(url, algorithm, kid)).map(({ id }) => id) };
}

const down = (site: KeyServer): void => {
  site.answer = (response) => void response.destroy();
};

test("a key is found by its name, or with all of its algorithm, from one reading", async (t) => {
  const site = await keyServer(t, jwkOf(OLD, "old"), jwkOf(NEW, "new"), jwkOf(RSA, "rsa"));
  const { find } = reader();
  assert.deepEqual(await find(site, "EdDSA", "new"), ["new"]);
  assert.deepEqual(await find(site, "EdDSA"), ["old", "new"]);
  assert.deepEqual(await find(site, "RS256"), ["rsa"]);
  assert.equal(site.asked, 1);
});

test("a hundred who ask at once read once", async (t) => {
  const site = await keyServer(t, jwkOf(OLD, "old"));
  const { find } = reader();
  const found = await Promise.all(Array.from({ length: 100 }, () => find(site, "EdDSA", "old")));
  assert.deepEqual([new Set(found.flat()), site.asked], [new Set(["old"]), 1]);
});

test("a name that is not there is looked for again, but not within the cooldown, whatever is asked for", async (t) => {
  const site = await keyServer(t, jwkOf(OLD, "old"));
  const { find, clock } = reader();
  assert.deepEqual(await find(site, "EdDSA", "old"), ["old"]);
  site.publish(jwkOf(OLD, "old"), jwkOf(NEW, "new"));
  await clock.advance(COOLDOWN - 1);
  for (const kid of ["new", "x", "y"]) assert.deepEqual(await find(site, "EdDSA", kid), []);
  assert.equal(site.asked, 1);
  await clock.advance(1);
  assert.deepEqual(await find(site, "EdDSA", "new"), ["new"]);
  for (const kid of ["x", "y"]) assert.deepEqual(await find(site, "EdDSA", kid), []);
  assert.equal(site.asked, 2);
});

test("a key that its site took away is good until the set is read again", async (t) => {
  const site = await keyServer(t, jwkOf(OLD, "old"));
  const { find, clock } = reader();
  await find(site, "EdDSA", "old");
  site.publish(jwkOf(NEW, "new"));
  await clock.advance(MAX_AGE - 1);
  assert.deepEqual(await find(site, "EdDSA", "old"), ["old"]);
  await clock.advance(1);
  assert.deepEqual(await find(site, "EdDSA", "old"), []);
  assert.equal(site.asked, 2);
});

test("while a site is down the keys read before are good for an hour, then it is unavailable until it is back", async (t) => {
  const site = await keyServer(t, jwkOf(OLD, "old"));
  const { find, clock } = reader();
  await find(site, "EdDSA", "old");
  down(site);
  await clock.advance(MAX_AGE + STALE - 1);
  assert.deepEqual(await find(site, "EdDSA", "old"), ["old"]);
  await clock.advance(1);
  await assert.rejects(find(site, "EdDSA", "old"), { code: "unavailable", retry_after_ms: COOLDOWN - 1 });
  site.publish(jwkOf(OLD, "old"));
  await clock.advance(COOLDOWN);
  assert.deepEqual(await find(site, "EdDSA", "old"), ["old"]);
});

test("a site that was never read is unavailable, and is not asked at every token", async (t) => {
  const site = await keyServer(t);
  down(site);
  const { find } = reader();
  for (let i = 0; i < 5; i++) await assert.rejects(find(site, "EdDSA", "old"), refusal("unavailable"));
  assert.equal(site.asked, 1);
});

const BAD: Readonly<Record<string, (site: KeyServer) => KeyServer["answer"]>> = {
  "is too large": () => (response) => void response.end(JSON.stringify({ keys: [jwkOf(OLD, "old")], more: "x".repeat(64 * 1_024) })),
  "never ends": () => (response) => {
    const more = (): boolean => response.write("x".repeat(16_384), () => void more());
    more();
  },
  "is no JSON": () => (response) => void response.end("<html>"),
  "is no set": () => (response) => void response.end(JSON.stringify([jwkOf(OLD, "old")])),
  "has too many keys": () => (response) =>
    void response.end(JSON.stringify({ keys: Array.from({ length: 101 }, (_, i) => ({ kid: `k${i}` })) })),
  "is an error": () => (response) => void response.writeHead(500).end(JSON.stringify({ keys: [jwkOf(OLD, "old")] })),
  "leads elsewhere": (site) => (response) => {
    site.publish(jwkOf(OLD, "old"));
    response.writeHead(302, { location: site.url }).end();
  },
};

for (const [what, answer] of Object.entries(BAD))
  test(`an answer that ${what} is none`, async (t) => {
    const site = await keyServer(t);
    site.answer = answer(site);
    await assert.rejects(reader().find(site, "EdDSA", "old"), refusal("unavailable"));
  });

test("an answer that does not come is given up after three seconds", async (t) => {
  const site = await keyServer(t);
  site.answer = (response) => void response.writeHead(200).write("{");
  const { find, clock } = reader();
  const refused = assert.rejects(find(site, "EdDSA", "old"), refusal("unavailable"));
  await until("the site to be asked", () => site.asked === 1);
  await clock.advance(3_000);
  await refused;
});

test("of a set only public keys that verify here count, each with its own algorithm", async (t) => {
  const ed = jwkOf(OLD);
  const site = await keyServer(
    ...([t, { kty: "oct", k: "c2VjcmV0", kid: "oct", alg: "HS256" }, { ...ed, kid: "enc", use: "enc" }] as const),
    ...([
      { ...ed, kid: "x25519", crv: "X25519" },
      { ...ed, kid: "as-rsa", alg: "RS256" },
      { ...ed, kid: "broken", x: "AA" },
    ] as const),
    ...([
      { ...jwkOf(RSA, "strange"), alg: "RS512" },
      jwkOf(rsaKey(1_024), "weak"),
      { ...ed, kid: "good", alg: "EdDSA", use: "sig" },
    ] as const),
  );
  const { find } = reader();
  assert.deepEqual([await find(site, "EdDSA"), await find(site, "RS256"), await find(site, "HS256")], [["good"], [], []]);
});

test("keys are read over https, or from this machine, whatever the row says", async (t) => {
  const site = await keyServer(t, jwkOf(OLD, "old"));
  const inside = `data:application/json,${encodeURIComponent(JSON.stringify({ keys: [jwkOf(OLD, "old")] }))}`;
  for (const url of [site.url.replace("127.0.0.1", "0.0.0.0"), site.url.replace("//", "//me:secret@"), inside, "nonsense"])
    await assert.rejects(reader().find({ url }, "EdDSA"), refusal("unavailable"), url);
  assert.equal(site.asked, 0);
});

test("a site that rotates its published keys logs nobody out, and what stood on its address ends with that", async (t) => {
  const site = await keyServer(t, jwkOf(OLD, "old"));
  const { cache, clock, command } = await directoryBench(t, new FakeClock());
  await command("key", "add", TENANT, "--jwks-url", site.url, "--issuer", ISSUER);
  const tokens = tokensOver(cache, clock);
  const token = (key: typeof OLD, kid: string): Promise<string> => signed(key, claimsAt(clock.now()), kid);
  const before = await tokens.verify(await token(OLD, "old"));
  site.publish(jwkOf(NEW, "new"), jwkOf(OLD, "old"));
  await clock.advance(COOLDOWN);
  const after = await tokens.verify(await token(NEW, "new"));
  assert.deepEqual([await tokens.isRevoked(before), after.user], [false, before.user]);
  await command("key", "add", TENANT, "--jwks-url", "http://localhost:1/keys");
  assert.equal(await tokens.isRevoked(before), true);
});

test("a key that was disabled here is not good because its site still publishes it, under its name or without", async (t) => {
  const site = await keyServer(t, jwkOf(OLD, "old"), jwkOf(NEW, "new"));
  const { cache, clock, command } = await directoryBench(t, new FakeClock(), { "/old": OLD.material });
  await command("key", "add", TENANT, "old", "--algorithm", "EdDSA", "--material-file", "/old", "--issuer", ISSUER);
  await command("key", "add", TENANT, "--jwks-url", site.url);
  await command("key", "disable", TENANT, "old");
  const tokens = tokensOver(cache, clock);
  for (const kid of ["old", undefined])
    await assert.rejects(tokens.verify(await signed(OLD, claimsAt(clock.now()), kid)), refusal("unauthenticated"));
  assert.equal((await tokens.verify(await signed(NEW, claimsAt(clock.now())))).user.id, "customer-42");
});

test("while a site is down its keys here are tried all the same, and a key of theirs is unavailable", async (t) => {
  const site = await keyServer(t, jwkOf(OLD, "old"));
  const { cache, clock, command } = await directoryBench(t, new FakeClock(), { "/new": NEW.material });
  await command("key", "add", TENANT, "new", "--algorithm", "EdDSA", "--material-file", "/new", "--issuer", ISSUER);
  await command("key", "add", TENANT, "--jwks-url", site.url);
  down(site);
  const tokens = tokensOver(cache, clock);
  for (const kid of ["new", undefined])
    assert.equal((await tokens.verify(await signed(NEW, claimsAt(clock.now()), kid))).user.id, "customer-42");
  await assert.rejects(tokens.verify(await signed(OLD, claimsAt(clock.now()), "old")), refusal("unavailable"));
});
