import assert from "node:assert/strict";
import { type ChatSuite, codeOf, deskOf, idsOf, Stage } from "./stage.js";
import { undisturbed } from "./undisturbed.js";

export const tokens: ChatSuite = (at) => {
  const { test } = at;

  const claims = {
    iss: "deskwire",
    aud: "deskwire",
    sub: idsOf(at).sun,
    tenant: deskOf(at).tenant,
    role: "supervisor",
    iat: 1,
    exp: 9_999_999_999,
  };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

  const BAD: Readonly<Record<string, (good: string) => string>> = {
    "that is no token": () => "let me in",
    "without a signature": () => `${part({ alg: "none" })}.${part(claims)}.`,
    "signed with something else": () => `${part({ alg: "HS256" })}.${part(claims)}.${Buffer.from("forged").toString("base64url")}`,
    "whose claims were changed": (good) => good.replace(/\.[^.]+\./, `.${part(claims)}.`),
    "whose signature was changed": (good) => `${good.slice(0, -6)}AAAAAA`,
  };

  for (const [name, spoil] of Object.entries(BAD)) {
    test(`a token ${name} is unauthenticated and closes the socket 4101`, async (t) => {
      const stage = new Stage(t, at);
      await undisturbed(stage, async ({ guest }) => {
        const peer = await stage.stranger();
        assert.equal(codeOf(await peer.ask("hello", { token: spoil(guest.token) })), "unauthenticated");
        assert.equal((await peer.over()).code, 4101);
      });
    });
  }

  test("a hello without a token is a bad request and closes the socket", async (t) => {
    const stage = new Stage(t, at);
    const peer = await stage.stranger();
    assert.equal(codeOf(await peer.ask("hello", {})), "bad_request");
    assert.equal((await peer.over()).code, 4200);
  });

  test("a page of another site is forbidden at hello and closed 4202; one of the gateway's own is let in", async (t) => {
    const stage = new Stage(t, at);
    await undisturbed(stage, async ({ guest }) => {
      const elsewhere = await stage.stranger({ origin: "https://elsewhere.example" });
      assert.equal(codeOf(await elsewhere.ask("hello", { token: guest.token })), "forbidden");
      assert.equal((await elsewhere.over()).code, 4202);
      await stage.peer(guest.token, undefined, { origin: at.url });
    });
  });

  test("a socket takes a fresh token of its own user, and no other's", async (t) => {
    const stage = new Stage(t, at);
    const [guest, other] = [await stage.guest(), await stage.guest("Xenia")];
    const refreshed = await guest.peer.do("refresh", { token: guest.token });
    assert.ok(Number(refreshed["expires_at"]) > 0);
    assert.equal(codeOf(await guest.peer.ask("refresh", { token: other.token })), "forbidden");
    assert.equal(codeOf(await guest.peer.ask("refresh", { token: "let me in" })), "unauthenticated");
    await guest.peer.do("ping");
  });
};
