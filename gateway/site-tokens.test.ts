import assert from "node:assert/strict";
import { createPublicKey, createSecretKey } from "node:crypto";
import { type TestContext, test } from "node:test";
import { UnsecuredJWT } from "jose";
import { FakeClock } from "../lib/clock-fake.js";
import { TENANT } from "../test/contract/broker/chat.js";
import { type Bench, directoryBench } from "../test/support/directory-bench.js";
import { claimsAt, edKey, ISSUER, jwkOf, rsaKey, type Said, type SignKey, secretOf, signed, tokensOver } from "../test/support/site.js";
import type { Session } from "./session.js";
import { TokenError } from "./token-error.js";
import type { Tokens } from "./tokens.js";

const HOUR_S = 3_600;
const SECRET = secretOf("a secret of at least thirty-two characters");
const ED = edKey();
const RSA = rsaKey();
const KEYS: Readonly<Record<string, SignKey>> = { hs: SECRET, ed: ED, rs: RSA };

interface Desk extends Bench {
  readonly tokens: Tokens;
  /** A token of the shop, whose clock is the desk's. */
  token(key: SignKey, odd?: Said, kid?: string): Promise<string>;
  /** Whose it is, or how it is refused. */
  verdict(token: string | Promise<string>): Promise<Session | string>;
}

/** A shop that signs with a secret, an Ed25519 and an RSA key, called hs, ed and rs. */
async function desk(t: TestContext, keys = KEYS): Promise<Desk> {
  const clock = new FakeClock();
  const files = Object.fromEntries(Object.entries(keys).map(([id, { material }]) => [`/${id}`, material]));
  const bench = await directoryBench(t, clock, files);
  for (const [id, { alg }] of Object.entries(keys))
    await bench.command("key", "add", TENANT, id, "--algorithm", alg, "--material-file", `/${id}`, "--issuer", ISSUER);
  const tokens = tokensOver(bench.cache, clock);
  const verdict = async (token: string | Promise<string>): Promise<Session | string> =>
    tokens.verify(await token).catch((error: unknown) => (error instanceof TokenError ? error.close : assert.fail(String(error))));
  return { ...bench, tokens, verdict, token: (key, odd, kid) => signed(key, claimsAt(clock.now(), odd), kid) };
}

for (const [kid, key] of Object.entries(KEYS)) {
  test(`a site's token with ${key.alg} says who its user is, with the key's name and without`, async (t) => {
    const { token, verdict, clock } = await desk(t);
    const session = {
      ...{ tenant: TENANT, user: { id: "customer-42", role: "visitor", name: "Vera" } },
      ...{ issued_at: clock.now(), expires_at: clock.now() + HOUR_S * 1_000, voucher: `${kid}:${clock.now()}` },
    };
    assert.deepEqual(await verdict(token(key, {}, kid)), session);
    assert.deepEqual(await verdict(token(key)), session);
  });

  test(`a token with ${key.alg} that names another key, or one that is not there, is refused`, async (t) => {
    const { token, verdict } = await desk(t);
    const others = Object.keys(KEYS).filter((id) => id !== kid);
    for (const other of [...others, "none", "", "*", "__proto__"])
      assert.equal(await verdict(token(key, {}, other)), "token_invalid", other);
  });
}

test("every enabled key of the algorithm is tried for a token without a key's name", async (t) => {
  const [first, second] = [edKey(), edKey()];
  const { token, verdict, command } = await desk(t, { first, second });
  for (const key of [first, second]) assert.equal(typeof (await verdict(token(key))), "object");
  await command("key", "disable", TENANT, "second");
  assert.equal(typeof (await verdict(token(first))), "object");
  assert.equal(await verdict(token(second)), "token_invalid");
  assert.equal(await verdict(token(second, {}, "second")), "token_invalid");
});

test("the public key of a site is no secret of its: an HS256 token signed with it is refused", async (t) => {
  const { token, verdict } = await desk(t, { ed: ED, rs: RSA });
  const pem = createPublicKey({ key: jwkOf(RSA), format: "jwk" }).export({ type: "spki", format: "pem" });
  const raw = Buffer.from(jwkOf(ED)["x"] as string, "base64url");
  for (const bytes of [Buffer.from(RSA.material), Buffer.from(ED.material), Buffer.from(pem as string), raw])
    for (const kid of ["rs", "ed", undefined])
      assert.equal(await verdict(token({ alg: "HS256", secret: createSecretKey(bytes), material: "" }, {}, kid)), "token_invalid");
});

test("a token that is not signed, or with an algorithm no site may use, is refused", async (t) => {
  const { token, verdict, clock } = await desk(t);
  assert.equal(await verdict(new UnsecuredJWT({ ...claimsAt(clock.now()) }).encode()), "token_invalid");
  for (const alg of ["HS384", "HS512"]) assert.equal(await verdict(token({ ...SECRET, alg }, {}, "hs")), "token_invalid", alg);
  for (const alg of ["RS384", "PS256"]) assert.equal(await verdict(token({ ...RSA, alg }, {}, "rs")), "token_invalid", alg);
  for (const text of ["", ".", "..", "a.b.c", "let me in", `${await token(ED)}.x`])
    assert.equal(await verdict(text), "token_invalid", text);
});

const ODD: Readonly<Record<string, Said>> = {
  "of another issuer": { iss: "https://other.example" },
  "without an issuer": { iss: undefined },
  "of an issuer called as we are": { iss: "deskwire" },
  "for another audience": { aud: "other" },
  "without an audience": { aud: undefined },
  "of another tenant": { tenant: "other" },
  "of a tenant that is not there": { tenant: "nowhere" },
  "of a tenant whose name no key takes": { tenant: "x".repeat(5_000) },
  "without a tenant": { tenant: undefined },
  "without a user": { sub: undefined },
  "of an empty user": { sub: "" },
  "of a user whose id is too long": { sub: "x".repeat(65) },
  "of a user whose id is half a surrogate pair": { sub: "\ud800" },
  "of a user whose id is a number": { sub: 42 },
  "of a user called as our visitors are": { sub: "v_0123456789" },
  "of a user called as we are": { sub: "deskwire" },
  "of a user called as everybody": { sub: "*" },
  "of a visitor called as an agent is": { sub: "ada" },
  "without a role": { role: undefined },
  "of a role there is not": { role: "system" },
  "of a role that is none": { role: ["agent"] },
  "with an empty name": { name: "" },
  "with a name that is too long": { name: "x".repeat(201) },
  "with skills that are none": { role: "agent", skills: "all" },
  "with a capacity below nothing": { role: "agent", capacity: -1 },
  "without an end": { exp: undefined },
  "with an end that is no number": { exp: "never" },
  "with an end that is not reached": { exp: 1e300 },
};

for (const [name, odd] of Object.entries(ODD))
  test(`a token ${name} is refused`, async (t) => {
    const { token, verdict, command } = await desk(t);
    await command("tenant", "add", "other");
    assert.equal(typeof (await verdict(token(ED))), "object");
    for (const key of Object.values(KEYS)) assert.equal(await verdict(token(key, odd)), "token_invalid");
  });

test("a key vouches for its own tenant only, also where two tenants have one issuer", async (t) => {
  const { token, verdict, command } = await desk(t);
  await command("tenant", "add", "other");
  await command("key", "add", "other", "theirs", "--issuer", ISSUER);
  for (const kid of ["ed", "theirs", undefined]) assert.equal(await verdict(token(ED, { tenant: "other" }, kid)), "token_invalid");
});

test("a token counts from its nbf to its exp, with a minute for clocks that disagree", async (t) => {
  const { token, verdict, clock } = await desk(t);
  const now_s = clock.now() / 1_000;
  assert.equal(typeof (await verdict(token(ED, { nbf: now_s + 59 }))), "object");
  assert.equal(await verdict(token(ED, { nbf: now_s + 61 })), "token_invalid");
  assert.equal(typeof (await verdict(token(ED, { exp: now_s - 59 }))), "object");
  assert.equal(await verdict(token(ED, { exp: now_s - 61 })), "token_expired");
});

test("a token issued in the future, which would outlast revocations, is refused", async (t) => {
  const { token, verdict, clock } = await desk(t);
  assert.equal(typeof (await verdict(token(ED, { iat: clock.now() / 1_000 + 59 }))), "object");
  assert.equal(await verdict(token(ED, { iat: clock.now() / 1_000 + 61 })), "token_invalid");
});

test("a token that is good for more than a week is refused", async (t) => {
  const { token, verdict, clock } = await desk(t);
  const week_s = 7 * 24 * HOUR_S;
  assert.equal(typeof (await verdict(token(ED, { exp: clock.now() / 1_000 + week_s }))), "object");
  assert.equal(await verdict(token(ED, { exp: clock.now() / 1_000 + week_s + 61 })), "token_invalid");
});

test("a token is revoked with its user or tenant when it was issued before; one that does not say when, by any revocation", async (t) => {
  for (const whom of ["customer-42", "*"]) {
    const { token, verdict, clock, cache } = await desk(t);
    const [before, timeless] = [await token(ED), await token(ED, { iat: undefined })];
    assert.equal(typeof (await verdict(timeless)), "object");
    clock.jump(5_000);
    await cache.revoke(TENANT, whom, clock.now());
    clock.jump(1_000);
    assert.deepEqual([await verdict(before), await verdict(timeless)], ["token_revoked", "token_revoked"]);
    assert.equal(typeof (await verdict(token(ED))), "object");
  }
});

test("a session of a key ends when the key is disabled, removed or another one; so does what we issued for it", async (t) => {
  const other = edKey();
  const ends: readonly (readonly string[])[] = [
    ["key", "disable", TENANT, "ed"],
    ["key", "remove", TENANT, "ed"],
    ["key", "add", TENANT, "ed", "--algorithm", "EdDSA", "--material-file", "/other"],
  ];
  for (const end of ends) {
    const { token, tokens, verdict, clock, command } = await desk(t, { ...KEYS, other });
    const session = (await verdict(token(ED))) as Session;
    const issued = await tokens.issue(TENANT, session.user, session.voucher);
    assert.deepEqual((await tokens.verify(issued.token)).user, session.user);
    await command("key", "add", TENANT, "ed", "--issuer", ISSUER);
    assert.equal(await tokens.isRevoked(session), false);
    clock.jump(1);
    await command(...end);
    assert.deepEqual([await tokens.isRevoked(session), await verdict(issued.token)], [true, "token_revoked"], end.join(" "));
    assert.equal(typeof (await verdict(token(SECRET))), "object");
  }
});

test("nothing a site signs is good without an issuer, or while the tenant is disabled", async (t) => {
  const { token, verdict, command } = await desk(t);
  const bare = await directoryBench(t, new FakeClock(), { "/ed": ED.material });
  await bare.command("key", "add", TENANT, "ed", "--algorithm", "EdDSA", "--material-file", "/ed");
  await assert.rejects(tokensOver(bare.cache, bare.clock).verify(await token(ED)), { code: "unauthenticated" });
  await command("tenant", "disable", TENANT);
  assert.equal(await verdict(token(ED)), "token_invalid");
});

test("an agent of the site without an account here works by what its token says, or by what is usual", async (t) => {
  const { token, verdict } = await desk(t);
  const said = { sub: "zoe", role: "agent", name: "Zoe", skills: ["en"], topics: ["sales"], capacity: 3 };
  const session = (await verdict(token(ED, said))) as Session;
  assert.deepEqual(session.user, { id: "zoe", role: "agent", name: "Zoe" });
  assert.deepEqual(session.profile, { skills: ["en"], topics: ["sales"], capacity: 3, capacity_max: 3 });
  const usual = (await verdict(token(ED, { sub: "bo", role: "bot", name: undefined }))) as Session;
  assert.deepEqual(usual.user, { id: "bo", role: "bot", name: "bo" });
  assert.deepEqual(usual.profile, { skills: [], topics: ["*"], capacity: 5, capacity_max: 10 });
});

test("where the agent has an account here, the account decides: its name, its role, and whether it is let in", async (t) => {
  const { token, verdict, command } = await desk(t);
  const agent = await verdict(token(ED, { sub: "ada", role: "agent", name: "Not Ada" }));
  assert.deepEqual((agent as Session).user, { id: "ada", role: "agent", name: "Ada" });
  assert.equal(await verdict(token(ED, { sub: "ada", role: "supervisor" })), "token_revoked");
  await command("agent", "disable", TENANT, "ada");
  assert.equal(await verdict(token(ED, { sub: "ada", role: "agent", iat: undefined })), "token_revoked");
});

test("a visitor whose id becomes an agent's is out", async (t) => {
  const { token, tokens, verdict, command } = await desk(t);
  const session = (await verdict(token(ED))) as Session;
  await command("agent", "add", TENANT, "customer-42", "--password", "secret");
  assert.equal(await tokens.isRevoked(session), true);
});

test("only a token of ours says that a site vouched for it", async (t) => {
  const { token, verdict, clock } = await desk(t);
  const session = (await verdict(token(ED, { voucher: "hs:1", profile: {}, issued_at: 9e15 }))) as Session;
  assert.deepEqual([session.voucher, session.issued_at], [`ed:${clock.now()}`, clock.now()]);
});
