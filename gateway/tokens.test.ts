import assert from "node:assert/strict";
import { createSecretKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { type TestContext, test } from "node:test";
import { SignJWT, UnsecuredJWT } from "jose";
import { FakeClock } from "../lib/clock-fake.js";
import type { Party } from "../proto/message.js";
import { ADA, TENANT, VISITOR } from "../test/contract/broker/chat.js";
import { type Bench, directoryBench } from "../test/support/directory-bench.js";
import { tokensOver } from "../test/support/site.js";
import { sessionKey } from "./keys.js";
import { TokenError, type Tokens } from "./tokens.js";

const HOUR = 3_600_000;
const [OLD, NEW] = [1, 2].map((seed) => sessionKey(Buffer.alloc(32, seed).toString("base64url"))) as [
  ReturnType<typeof sessionKey>,
  ReturnType<typeof sessionKey>,
];

interface Made extends Bench {
  readonly tokens: Tokens;
  with(keys: readonly (typeof OLD)[]): Tokens;
}

async function made(t: TestContext): Promise<Made> {
  const clock = new FakeClock();
  const bench = await directoryBench(t, clock);
  const with_ = (keys: readonly (typeof OLD)[]): Tokens => tokensOver(bench.cache, clock, keys);
  return { ...bench, tokens: with_([OLD]), with: with_ };
}

/** What a token of ours says, signed by whoever, with whatever else. */
function forged({
  now,
  alg = "EdDSA",
  kid = OLD.id,
  key = OLD.secret,
  ...odd
}: {
  now: number;
  alg?: string;
  kid?: string;
  key?: KeyObject;
  [claim: string]: unknown;
}): Promise<string> {
  const seconds = Math.floor(now / 1_000);
  const claims = {
    iss: "deskwire",
    aud: "deskwire",
    sub: "ada",
    tenant: TENANT,
    role: "agent",
    name: "Ada",
    iat: seconds,
    exp: seconds + 900,
  };
  return new SignJWT({ ...claims, ...odd }).setProtectedHeader({ alg, kid }).sign(key);
}

function fails(close: TokenError["close"]): (error: unknown) => boolean {
  return (error) => error instanceof TokenError && error.code === "unauthenticated" && error.close === close;
}

test("a token says who it was issued to, and until when it is good", async (t) => {
  const { tokens, clock } = await made(t);
  for (const [user, life_ms] of [
    [ADA, HOUR / 4],
    [VISITOR, 24 * HOUR],
  ] as [Party, number][]) {
    const { token, expires_at } = await tokens.issue(TENANT, user);
    assert.deepEqual(await tokens.verify(token), { tenant: TENANT, user, issued_at: clock.now(), expires_at });
    assert.equal(expires_at, clock.now() + life_ms);
  }
});

test("a token that ran out is refused as expired, after a minute for clocks that disagree", async (t) => {
  const { tokens, clock } = await made(t);
  const { token } = await tokens.issue(TENANT, ADA);
  clock.jump(HOUR / 4 + 59_000);
  await tokens.verify(token);
  clock.jump(2_000);
  await assert.rejects(tokens.verify(token), fails("token_expired"));
});

test("a token without a signature, or signed by another algorithm than its key's, is no token", async (t) => {
  const { tokens, clock } = await made(t);
  const secret = createSecretKey(Buffer.alloc(32, 1));
  const raw = createSecretKey(Buffer.from((OLD.open.export({ format: "jwk" }).x as string) ?? "", "base64url"));
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;
  const now = clock.now();
  const claims = { sub: "ada", tenant: TENANT, role: "agent", name: "Ada", iss: "deskwire", aud: "deskwire", iat: 1, exp: now };
  await assert.rejects(tokens.verify(new UnsecuredJWT(claims).encode()), fails("token_invalid"));
  for (const [alg, key] of [
    ["HS256", secret],
    ["HS256", raw],
    ["RS256", rsa],
  ] as [string, KeyObject][])
    await assert.rejects(
      forged({ now, alg, key }).then((token) => tokens.verify(token)),
      fails("token_invalid"),
      alg,
    );
});

test("a token of another key is refused, whichever key it names", async (t) => {
  const { tokens, clock } = await made(t);
  const now = clock.now();
  await assert.rejects(
    forged({ now, kid: NEW.id, key: NEW.secret }).then((token) => tokens.verify(token)),
    fails("token_invalid"),
  );
  await assert.rejects(
    forged({ now, key: NEW.secret }).then((token) => tokens.verify(token)),
    fails("token_invalid"),
  );
});

test("a token for another audience, of another issuer, or without a claim is refused", async (t) => {
  const { tokens, clock } = await made(t);
  const now = clock.now();
  await tokens.verify(await forged({ now }));
  for (const odd of [
    { aud: "others" },
    { iss: "others" },
    { sub: undefined },
    { tenant: undefined },
    { role: undefined },
    { exp: undefined },
    { iat: undefined },
  ])
    await assert.rejects(
      forged({ now, ...odd }).then((token) => tokens.verify(token)),
      fails("token_invalid"),
      JSON.stringify(odd),
    );
});

test("a token with another content than was signed is refused", async (t) => {
  const { tokens } = await made(t);
  const { token } = await tokens.issue(TENANT, ADA);
  const [head, , signature] = token.split(".");
  const body = Buffer.from(
    JSON.stringify({ ...JSON.parse(Buffer.from(token.split(".")[1] as string, "base64url").toString()), sub: "sun" }),
  );
  await assert.rejects(tokens.verify([head, body.toString("base64url"), signature].join(".")), fails("token_invalid"));
});

test("what is issued before a revocation of its user or tenant is worth nothing, what comes after it is good", async (t) => {
  const { tokens, clock, cache } = await made(t);
  for (const whom of ["ada", "*"]) {
    const { token } = await tokens.issue(TENANT, ADA);
    clock.jump(1_500);
    await cache.revoke(TENANT, whom, clock.now());
    await assert.rejects(tokens.verify(token), fails("token_revoked"));
    clock.jump(1_000);
    await tokens.verify((await tokens.issue(TENANT, ADA)).token);
  }
});

test("a token of a disabled account, of none, of one with another role or of a disabled tenant is revoked", async (t) => {
  const { tokens, command, clock } = await made(t);
  const { token } = await tokens.issue(TENANT, ADA);
  const nobody = await tokens.issue(TENANT, { ...ADA, id: "nobody" });
  const supervisor = await tokens.issue(TENANT, { ...ADA, role: "supervisor" });
  for (const each of [nobody, supervisor]) await assert.rejects(tokens.verify(each.token), fails("token_revoked"));
  await tokens.verify(token);
  await command("agent", "disable", TENANT, "ada");
  await assert.rejects(tokens.verify(token), fails("token_revoked"));
  const visitor = await tokens.issue(TENANT, VISITOR);
  await command("tenant", "disable", TENANT);
  await clock.advance(1_000);
  const after = await tokens.issue(TENANT, VISITOR);
  for (const each of [visitor, after]) await assert.rejects(tokens.verify(each.token), fails("token_revoked"));
});

test("a visitor's token may be refreshed for a week after it ran out, an agent's not at all", async (t) => {
  const { tokens, clock } = await made(t);
  const [visitor, agent] = [await tokens.issue(TENANT, VISITOR), await tokens.issue(TENANT, ADA)];
  await tokens.refreshable(agent.token);
  clock.jump(HOUR);
  await assert.rejects(tokens.refreshable(agent.token), fails("token_expired"));
  clock.jump(8 * 24 * HOUR - HOUR);
  assert.deepEqual((await tokens.refreshable(visitor.token)).user, VISITOR);
  await assert.rejects(tokens.verify(visitor.token), fails("token_expired"));
  clock.jump(2 * 60_000);
  await assert.rejects(tokens.refreshable(visitor.token), fails("token_expired"));
});

test("keys rotate: the first signs, all verify, and one that is gone verifies nothing", async (t) => {
  const { with: tokensWith } = await made(t);
  const old = await tokensWith([OLD]).issue(TENANT, VISITOR);
  const both = tokensWith([NEW, OLD]);
  await both.verify(old.token);
  const fresh = await both.issue(TENANT, VISITOR);
  await tokensWith([NEW]).verify(fresh.token);
  await assert.rejects(tokensWith([NEW]).verify(old.token), fails("token_invalid"));
  await assert.rejects(tokensWith([OLD]).verify(fresh.token), fails("token_invalid"));
});
