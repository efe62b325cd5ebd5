import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../lib/config.js";
import { refuse } from "../lib/errors.js";
import { ADA, held, SUN, TENANT, VISITOR } from "../test/contract/broker/chat.js";
import { calls } from "../test/support/http-stage.js";
import { begin, C, routed, text } from "../test/support/timelines.js";

const SHOP = "https://shop.example";

test("an error is problem+json with the code, status and meaning of the protocol", async (t) => {
  const { ask } = await calls(t);
  const { status, headers, json } = await ask("GET", "/v1/nothing");
  assert.deepEqual(
    [status, headers["content-type"], headers["cache-control"]],
    [404, "application/problem+json; charset=utf-8", "no-store"],
  );
  assert.deepEqual(
    [json["code"], json["status"], json["type"], json["title"] !== "", json["detail"]],
    ["not_found", 404, "about:blank", true, "There is no such call."],
  );
});

test("every answer names its request, and no two the same", async (t) => {
  const { ask } = await calls(t);
  const ids = [await ask("GET", `/v1/site/${TENANT}`), await ask("GET", "/v1/nothing")].map(({ headers }) => headers["x-request-id"]);
  assert.equal(new Set(ids).size, 2);
  assert.ok(ids.every((id) => id?.startsWith("q_")));
});

test("an error that may pass says so, and after how long in seconds too", async (t) => {
  const { stage, ask } = await calls(t);
  const token = await stage.token(VISITOR);
  t.mock.method(stage.router, "open", async () => refuse("rate_limited", undefined, 1_500));
  const { status, headers, json } = await ask("POST", "/v1/conversations", { token, body: { ask: {} } });
  assert.deepEqual([status, headers["retry-after"], json["retry"], json["retry_after_ms"]], [429, "2", true, 1_500]);
});

test("a user who sends faster than a socket may is told when to go on", async (t) => {
  const { stage, ask } = await calls(t);
  const token = await stage.token(VISITOR);
  const send = (mid: string) => ask("POST", "/v1/messages", { token, body: { c: "c_none", mid, kind: "text", body: { text: "hi" } } });
  const answers = await Promise.all(Array.from({ length: 41 }, (_, i) => send(`m${i}`)));
  const refused = answers.filter(({ status }) => status === 429);
  assert.deepEqual(
    refused.map(({ json }) => [json["code"], json["retry_after_ms"]]),
    [["rate_limited", 50]],
  );
});

test("a transcript costs its user as many calls as it has pages", async (t) => {
  const config = loadConfig({}, () => "");
  const { stage, ask } = await calls(t, { limits: { ...config, historyMax: 2, callsPerUser: { count: 6, per_ms: 60_000 } } });
  await begin(stage.routing);
  for (const mid of ["m1", "m2", "m3", "m4"]) await (await stage.routing.append(text(mid))).durable;
  const token = await stage.token(VISITOR);
  const read = async (): Promise<unknown> => (await ask("GET", `/v1/conversations/${C}/transcript`, { token })).json["code"];
  assert.deepEqual([await read(), await read(), await read()], [undefined, undefined, "rate_limited"]);
});

test("what a command says without a socket counts as what is sent, whichever command it is", async (t) => {
  const { stage, ask } = await calls(t);
  await begin(stage.routing);
  const token = await stage.token(VISITOR);
  const codes: unknown[] = [];
  for (let n = 0; n <= 40; n++)
    codes.push((await ask("POST", "/v1/commands", { token, body: { op: "rate", c: C, score: 5 } })).json["code"]);
  assert.deepEqual(codes.filter(Boolean), ["rate_limited"]);
});

test("a fault of ours is unavailable, and says nothing of what went wrong", async (t) => {
  const { stage, ask } = await calls(t);
  t.mock.method(stage.router, "open", async () => assert.fail("a secret"));
  const { status, body } = await ask("POST", "/v1/conversations", { token: await stage.token(VISITOR), body: { ask: {} } });
  assert.equal(status, 503);
  assert.doesNotMatch(String(body), /secret/);
});

test("a preflight is answered from the tenants' lists: methods, headers and exactly this origin, or not at all", async (t) => {
  const { ask } = await calls(t);
  const known = await ask("OPTIONS", "/v1/messages", { headers: { origin: SHOP, "access-control-request-method": "POST" } });
  assert.equal(known.status, 204);
  assert.equal(known.headers["access-control-allow-origin"], SHOP);
  assert.equal(known.headers["access-control-allow-methods"], "GET, POST");
  assert.equal(known.headers["access-control-allow-headers"], "authorization, content-type");
  assert.equal(known.headers["vary"], "origin");
  for (const origin of ["https://evil.example", "null", "*"]) {
    const { status, headers } = await ask("OPTIONS", "/v1/messages", { headers: { origin } });
    assert.deepEqual([status, headers["access-control-allow-origin"]], [403, undefined], origin);
  }
});

test("answers and errors are readable for a page on the list only, and never for everybody", async (t) => {
  const { ask } = await calls(t);
  for (const path of [`/v1/site/${TENANT}`, "/v1/nothing"]) {
    assert.equal((await ask("GET", path, { headers: { origin: SHOP } })).headers["access-control-allow-origin"], SHOP);
    assert.equal(
      (await ask("GET", path, { headers: { origin: "https://evil.example" } })).headers["access-control-allow-origin"],
      undefined,
    );
    assert.equal((await ask("GET", path)).headers["access-control-allow-origin"], undefined);
  }
});

test("a page that is on another tenant's list may not use a token of this one", async (t) => {
  const { stage, ask } = await calls(t);
  await stage.command("tenant", "add", "other", "--origin", "https://other.example");
  const token = await stage.token(VISITOR);
  const asked = { token, body: { ask: {} }, headers: { origin: "https://other.example" } };
  assert.equal((await ask("POST", "/v1/conversations", asked)).json["code"], "forbidden");
  assert.equal((await ask("POST", "/v1/refresh", asked)).json["code"], "forbidden");
  assert.equal((await ask("POST", "/v1/visitors", { ...asked, body: { tenant: TENANT } })).json["code"], "forbidden");
  assert.equal(
    (await ask("POST", "/v1/login", { ...asked, body: { tenant: TENANT, username: "ada", password: "secret" } })).json["code"],
    "forbidden",
  );
});

test("a body that is not JSON, not an object or lacks a field is a bad request that names it", async (t) => {
  const { ask } = await calls(t);
  for (const [body, why] of [
    ["{", /not JSON/],
    ["", /not JSON/],
    ["null", /./],
    ["[]", /./],
    [{ name: "Wei" }, /tenant/],
    [{ tenant: 5 }, /tenant/],
    [{ tenant: TENANT, name: "" }, /name/],
  ] as [unknown, RegExp][]) {
    const { status, json } = await ask("POST", "/v1/visitors", { body });
    assert.deepEqual([status, json["code"]], [400, "bad_request"], JSON.stringify(body));
    assert.match(String(json["detail"]), why);
  }
});

test("a call that needs a token is unauthenticated without one, with another scheme, and with a bad one", async (t) => {
  const { stage, ask } = await calls(t);
  const token = await stage.token(VISITOR);
  for (const authorization of [undefined, `Basic ${token}`, "Bearer", "Bearer nonsense", `Bearer ${token} more`]) {
    const { status, json } = await ask("GET", "/v1/conversations", { headers: authorization === undefined ? {} : { authorization } });
    assert.deepEqual([status, json["code"]], [401, "unauthenticated"], authorization);
  }
  assert.equal((await ask("GET", "/v1/conversations", { headers: { authorization: `bearer ${token}` } })).status, 200);
});

test("a path that is malformed, or names what can be no id, is not found", async (t) => {
  const { stage, ask } = await calls(t);
  const token = await stage.token(SUN);
  for (const c of ["%", "%E0%A4%A", "%ff", "x".repeat(65), "x".repeat(5_000), encodeURIComponent("林".repeat(65)), "c_none"]) {
    assert.equal((await ask("GET", `/v1/conversations/${c}/messages`, { token })).json["code"], "not_found", c.slice(0, 20));
    assert.equal((await ask("GET", `/v1/site/${c}`)).json["code"], "not_found", c.slice(0, 20));
  }
});

test("a visitor gets a session with the name it gives, or one; of a tenant that is no more none", async (t) => {
  const { stage, ask } = await calls(t);
  const { status, json } = await ask("POST", "/v1/visitors", { body: { tenant: TENANT, name: "Wei" } });
  const user = json["user"] as { id: string; role: string; name: string };
  assert.deepEqual([status, user.role, user.name], [200, "visitor", "Wei"]);
  assert.deepEqual((await stage.gateway.context.tokens.verify(String(json["token"]))).user, user);
  await stage.command("tenant", "disable", TENANT);
  assert.equal((await ask("POST", "/v1/visitors", { body: { tenant: TENANT } })).status, 404);
  assert.equal((await ask("POST", "/v1/visitors", { body: { tenant: "none" } })).status, 404);
});

test("a login with a wrong name or password tells not which, and a logout ends every token of the user", async (t) => {
  const { stage, ask } = await calls(t);
  const login = (username: string, password: string) => ask("POST", "/v1/login", { body: { tenant: TENANT, username, password } });
  const [wrong, nobody] = [await login("ada", "wrong"), await login("nobody", "secret")];
  assert.deepEqual([wrong.status, nobody.status, wrong.json["detail"]], [401, 401, nobody.json["detail"]]);
  const token = String((await login("ada", "secret")).json["token"]);
  await stage.timelines.clock.advance(1_000);
  assert.equal((await ask("POST", "/v1/logout", { token })).status, 200);
  assert.equal((await ask("POST", "/v1/refresh", { token })).status, 401);
  assert.equal((await ask("GET", "/v1/conversations", { token })).status, 401);
});

test("messages are read in pages, by positions in the query, as on a socket", async (t) => {
  const { stage, ask } = await calls(t);
  await begin(stage.routing);
  for (const mid of ["m1", "m2", "m3"]) await stage.gateway.context.timeline.post(text(mid));
  const token = await stage.token(VISITOR);
  const read = async (query: string): Promise<unknown> => {
    const { json } = await ask("GET", `/v1/conversations/${C}/messages?${query}`, { token });
    return json["code"] ?? [(json["messages"] as { mid: string }[]).map(({ mid }) => mid), json["more"]];
  };
  const e = (await ask("GET", `/v1/conversations/${C}/messages`, { token })).json["messages"] as { pos: number[] }[];
  const epoch = e[0]?.pos[0];
  assert.deepEqual(await read("limit=2"), [["m2", "m3"], true]);
  assert.deepEqual(await read(`before=${epoch}-3&limit=1`), [["m1"], true]);
  assert.deepEqual(await read(`after=${epoch}-1&limit=2`), [["m1", "m2"], true]);
  assert.deepEqual(await read("after=0-0"), [["v1", "m1", "m2", "m3"], false]);
  for (const bad of ["before=1", "before=1-2&after=1-2", "limit=0", "limit=x", "after=-1-1"])
    assert.equal(await read(bad), "bad_request", bad);
});

test("a message is sent at both paths with one promise: the same mid gets the same place", async (t) => {
  const { stage, ask } = await calls(t);
  await begin(stage.routing);
  const token = await stage.token(VISITOR);
  const body = { c: C, mid: "m1", kind: "text", body: { text: "hello" } };
  const first = await ask("POST", "/v1/messages", { token, body });
  const again = await ask("POST", "/api/messages", { token, body });
  assert.deepEqual(again.json, { ...first.json, dup: true });
  assert.equal((await ask("POST", "/v1/messages", { token, body: { ...body, body: { text: "other" } } })).status, 409);
  assert.equal(
    (await ask("POST", "/v1/messages", { token, body: { ...body, mid: "m2", body: { text: "x".repeat(16_384) } } })).status,
    413,
  );
  assert.equal((await ask("POST", "/v1/messages", { token, body: { ...body, mid: "m3", kind: "nonsense" } })).status, 400);
  assert.equal((await ask("POST", "/v1/messages", { token, body: { ...body, c: "c_none" } })).status, 404);
});

test("a visitor lists its own conversations, explain is not for it", async (t) => {
  const { stage, ask } = await calls(t);
  await begin(stage.routing);
  await routed(stage.routing, held(2, ADA));
  await stage.timelines.isStored();
  const list = async (user: typeof VISITOR): Promise<unknown[]> =>
    ((await ask("GET", "/v1/conversations", { token: await stage.token(user) })).json["conversations"] as { c: string }[]).map(
      ({ c }) => c,
    );
  assert.deepEqual(await list(VISITOR), [C]);
  assert.deepEqual(await list({ ...VISITOR, id: "v_2" }), []);
  assert.deepEqual(await list(ADA), [C]);
  assert.deepEqual(await list(SUN), [C]);
  assert.equal((await ask("GET", `/v1/conversations/${C}/explain`, { token: await stage.token(VISITOR) })).status, 403);
  assert.equal((await ask("GET", `/v1/conversations/${C}/explain`, { token: await stage.token(ADA) })).status, 200);
});
