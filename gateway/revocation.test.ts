import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../lib/clock-fake.js";
import { sessionKey } from "./keys.js";
import { Tokens, type TokensOptions } from "./tokens.js";

const ada = { id: "ada", role: "agent", name: "Ada" } as const;

/** A desk where `ada` has an account; `revoke` ends what was issued until the clock's time. */
async function desk(clock: FakeClock) {
  const rows = new Map<string, object>([
    ["tenant/demo", {}],
    ["account/ada", { role: "agent" }],
  ]);
  const directory = { get: async (kind: string, _tenant: string, id: string) => rows.get(`${kind}/${id}`) };
  const options: Partial<TokensOptions> = {
    keys: [await sessionKey(Buffer.alloc(32, 7).toString("base64url"))],
    clock,
    directory: directory as unknown as TokensOptions["directory"],
    agentTokenMs: 900_000,
  };
  const tokens = new Tokens(options as TokensOptions);
  return { tokens, revoke: () => rows.set("revocation/ada", { not_before: clock.now() }) };
}

test("who logs in again in the second of the logout is let in, and the token from before it is not", async () => {
  const clock = new FakeClock(1_700_000_000_200);
  const { tokens, revoke } = await desk(clock);
  const before = await tokens.issue("demo", ada);
  await clock.advance(100);
  revoke();
  await clock.advance(300);
  const after = await tokens.issue("demo", ada);
  await assert.rejects(tokens.verify(before.token), { code: "unauthenticated" });
  assert.equal((await tokens.verify(after.token)).user.id, "ada");
});

test("a token issued in the very millisecond of a revocation counts as older", async () => {
  const clock = new FakeClock();
  const { tokens, revoke } = await desk(clock);
  const { token } = await tokens.issue("demo", ada);
  revoke();
  await assert.rejects(tokens.verify(token), { code: "unauthenticated" });
});
