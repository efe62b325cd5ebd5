import assert from "node:assert/strict";
import { formatPosition, type Position } from "../../../proto/position.js";
import { type Answer, call, type Frame } from "../../support/peer.js";
import { needing } from "../suite.js";
import { type ChatSuite, deskOf, guestToken, heard, idsOf, mids, Stage, text, tokenOf } from "./stage.js";

export const callingHttp: ChatSuite = (at) => {
  const { test, url } = at;
  const { tenant } = deskOf(at);

  const refused = ({ status, headers, body }: Answer): unknown[] => [status, body["code"], headers.get("content-type")?.split(";")[0]];
  const problem = (status: number, code: string): unknown[] => [status, code, "application/problem+json"];

  for (const path of ["/v1/messages", "/api/messages"]) {
    test(`POST ${path} is a send: same place for the same mid, conflict for other content, seen live`, async (t) => {
      const stage = new Stage(t, at);
      const { c, guest, agent } = await stage.held();
      const first = await call(url, "POST", path, { token: guest.token, body: text(c, "h1") });
      const again = await guest.peer.do("send", text(c, "h1"));
      assert.equal(first.status, 200);
      assert.deepEqual([again["pos"], again["dup"]], [first.body["pos"], true]);
      assert.deepEqual((await heard(agent, c, "h1"))["pos"], first.body["pos"]);
      const other = await call(url, "POST", path, { token: guest.token, body: text(c, "h1", "other") });
      assert.deepEqual(refused(other), problem(409, "conflict"));
    });
  }

  test("GET messages reads pages as history does", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    for (const mid of ["m1", "m2", "m3"]) await guest.peer.do("send", text(c, mid));
    const page = async (query: string): Promise<Frame> =>
      (await call(url, "GET", `/v1/conversations/${c}/messages${query}`, { token: guest.token })).body;
    const newest = await page("?limit=2");
    assert.deepEqual([mids(newest["messages"] as []), newest["more"]], [["m2", "m3"], true]);
    const edge = formatPosition((newest["messages"] as Frame[])[0]?.["pos"] as Position);
    assert.deepEqual(mids((await page(`?before=${edge}`))["messages"] as []), ["m1"]);
    assert.deepEqual(mids((await page(`?after=${edge}`))["messages"] as []), ["m3"]);
    assert.deepEqual((await page("?after=0-0"))["messages"], (await guest.peer.do("history", { c }))["messages"]);
  });

  test("a conversation is asked for over HTTP and is the one the socket gets", async (t) => {
    const stage = new Stage(t, at);
    const guest = await stage.guest();
    const asked = await call(url, "POST", "/v1/conversations", { token: guest.token, body: { ask: { topic: "support" } } });
    assert.equal(asked.body["c"], (await stage.ask(guest)).c);
  });

  test("everybody lists the conversations that are theirs", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    const stranger = await stage.guest("Xenia");
    const listed = async (token: string): Promise<unknown[]> => {
      const { body } = await call(url, "GET", "/v1/conversations", { token });
      return (body["conversations"] as { readonly c: string }[]).map((each) => each.c);
    };
    await guest.peer.do("send", text(c, "m1"));
    await call(url, "GET", `/v1/conversations/${c}/messages?after=0-0`, { token: guest.token });
    assert.deepEqual(await listed(guest.token), [c]);
    assert.deepEqual(await listed(stranger.token), []);
    assert.ok((await listed(await tokenOf(at, "ada"))).includes(c));
  });

  test("explain over HTTP is explain, for agents only", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const { body } = await call(url, "GET", `/v1/conversations/${c}/explain`, { token: await tokenOf(at, "ada") });
    assert.deepEqual(body["decisions"], (await agent.do("explain", { c }))["decisions"]);
    assert.deepEqual(refused(await call(url, "GET", `/v1/conversations/${c}/explain`, { token: guest.token })), problem(403, "forbidden"));
  });

  test("the site is public: its topics and languages, and nothing for a tenant that is not there", async () => {
    const { status, body } = await call(url, "GET", `/v1/site/${tenant}`);
    assert.equal(status, 200);
    assert.deepEqual((body["topics"] as { readonly id: string }[]).map(({ id }) => id).sort(), ["sales", "support"]);
    assert.deepEqual(refused(await call(url, "GET", "/v1/site/nowhere")), problem(404, "not_found"));
  });

  test("a visitor gets a session; a login needs the right password", async () => {
    const { status, body } = await call(url, "POST", "/v1/visitors", { body: { tenant, name: "Vera" } });
    assert.equal(status, 200);
    assert.equal((body["user"] as { readonly role: string }).role, "visitor");
    assert.ok(Number(body["expires_at"]) > 0);
    for (const account of [
      { tenant, username: idsOf(at).ada, password: "wrong" },
      { tenant, username: "nobody", password: deskOf(at).ada.password },
      { tenant: "nowhere", username: idsOf(at).ada, password: deskOf(at).ada.password },
    ])
      assert.deepEqual(refused(await call(url, "POST", "/v1/login", { body: account })), problem(401, "unauthenticated"));
  });

  test("refresh gives the same user a token that works", async () => {
    const { token, id } = await guestToken(at);
    const { status, body } = await call(url, "POST", "/v1/refresh", { token });
    assert.equal(status, 200);
    assert.equal((body["user"] as { readonly id: string }).id, id);
    assert.equal((await call(url, "GET", "/v1/conversations", { token: String(body["token"]) })).status, 200);
  });

  needing(
    test,
    "closes",
    at.cannot ?? {},
  )("after logout the token is worth nothing and its sockets are closed 4102", async (t) => {
    const stage = new Stage(t, at);
    const { token, peer } = await stage.guest();
    assert.equal((await call(url, "POST", "/v1/logout", { token })).status, 200);
    assert.equal((await peer.over()).code, 4102);
    assert.deepEqual(refused(await call(url, "GET", "/v1/conversations", { token })), problem(401, "unauthenticated"));
    const again = await stage.stranger();
    await again.ask("hello", { token });
    assert.equal((await again.over()).code, 4102);
  });

  test("a call without a token, with a bad body, and one there is not are told apart", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    const { token } = guest;
    assert.deepEqual(refused(await call(url, "POST", "/v1/messages", { body: text(c, "m1") })), problem(401, "unauthenticated"));
    assert.deepEqual(refused(await call(url, "POST", "/v1/messages", { token, body: "{" })), problem(400, "bad_request"));
    assert.deepEqual(refused(await call(url, "POST", "/v1/messages", { token, body: { c, mid: "m1" } })), problem(400, "bad_request"));
    assert.deepEqual(refused(await call(url, "POST", "/v1/messages", { token, body: text("c_other", "m1") })), problem(404, "not_found"));
    assert.deepEqual(refused(await call(url, "GET", "/v1/nothing", { token })), problem(404, "not_found"));
    assert.deepEqual(refused(await call(url, "GET", `/v1/conversations/${c}/messages?before=x`, { token })), problem(400, "bad_request"));
    assert.deepEqual(
      refused(await call(url, "GET", `/v1/conversations/${c}/messages?before=1-1&after=1-1`, { token })),
      problem(400, "bad_request"),
    );
    const long = text(c, "m1", "x".repeat(17 * 1_024));
    assert.deepEqual(refused(await call(url, "POST", "/v1/messages", { token, body: long })), problem(413, "too_large"));
    const huge = { ...text(c, "m1"), padding: "x".repeat(200 * 1_024) };
    assert.equal((await call(url, "POST", "/v1/messages", { token, body: huge }).catch(() => ({ status: 413 }))).status, 413);
  });

  test("a page of another site is refused, and no preflight is answered for it", async (t) => {
    const stage = new Stage(t, at);
    const { guest } = await stage.held();
    const origin = "https://elsewhere.example";
    assert.deepEqual(refused(await call(url, "POST", "/v1/visitors", { origin, body: { tenant } })), problem(403, "forbidden"));
    assert.deepEqual(refused(await call(url, "GET", "/v1/conversations", { origin, token: guest.token })), problem(403, "forbidden"));
    const preflight = await call(url, "OPTIONS", "/v1/messages", { origin });
    assert.equal(preflight.headers.get("access-control-allow-origin"), null);
  });

  test("a page of the gateway's own origin is answered with its name, never with a wildcard", async () => {
    const { headers, status } = await call(url, "OPTIONS", "/v1/messages", { origin: url });
    assert.equal(status, 204);
    const answer = await call(url, "GET", `/v1/site/${tenant}`, { origin: url });
    for (const each of [headers, answer.headers]) assert.equal(each.get("access-control-allow-origin"), url);
  });
};
