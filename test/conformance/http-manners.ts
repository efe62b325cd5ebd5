import assert from "node:assert/strict";
import { type ChatSuite, deskOf, guestToken, Stage, text, tokenOf } from "../contract/chat/stage.js";
import { call, type Frame } from "../support/peer.js";

/** What every answer over HTTP has in common, whatever was called. */
export const httpManners: ChatSuite = (at) => {
  const { test, url } = at;
  const { tenant } = deskOf(at);

  const codeOf = ({ status, body }: { status: number; body: Frame }): unknown[] => [status, body["code"]];

  test("an answer is JSON, is kept by nobody, and names its request", async () => {
    const { headers, status } = await call(url, "GET", `/v1/site/${tenant}`);
    assert.equal(status, 200);
    assert.match(headers.get("content-type") ?? "", /^application\/json/);
    assert.equal(headers.get("cache-control"), "no-store");
    assert.ok(headers.get("x-request-id"));
  });

  const REFUSED: Readonly<Record<string, readonly [method: string, path: string, body: object | undefined, status: number, code: string]>> =
    {
      "without a token": ["GET", "/v1/conversations", undefined, 401, "unauthenticated"],
      "that nobody knows": ["GET", "/v1/nothing", undefined, 404, "not_found"],
      "by another method": ["POST", `/v1/site/${tenant}`, {}, 404, "not_found"],
      "of a tenant there is not": ["GET", "/v1/site/nowhere", undefined, 404, "not_found"],
      "with fields of a wrong type": ["POST", "/v1/login", { tenant: 7 }, 400, "bad_request"],
      "with a wrong password": ["POST", "/v1/login", { tenant, username: "nobody", password: "x" }, 401, "unauthenticated"],
    };
  for (const [name, [method, path, body, status, code]] of Object.entries(REFUSED)) {
    test(`a call ${name} is a problem with status ${status} and code ${code}`, async () => {
      const answer = await call(url, method, path, body === undefined ? {} : { body });
      assert.deepEqual(codeOf(answer), [status, code]);
      assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
      assert.equal(answer.body["status"], status);
      for (const field of ["type", "title", "detail"]) assert.equal(typeof answer.body[field], "string", field);
      assert.ok(answer.headers.get("x-request-id"));
    });
  }

  test("what a send is refused as has the same code over HTTP, with its status, and a time where there is one", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const said = (token: string, mid: string) => call(url, "POST", "/v1/messages", { token, body: text(c, mid) });
    assert.deepEqual(codeOf(await said(await tokenOf(at, "lin"), "l1")), [409, "not_assigned"]);
    const flood = await Promise.all(Array.from({ length: 100 }, (_, i) => said(guest.token, `m${i}`)));
    const refused = flood.filter(({ status }) => status !== 200);
    assert.deepEqual([...new Set(refused.map((each) => String(codeOf(each))))], ["429,rate_limited"]);
    for (const { headers, body } of refused)
      assert.equal(headers.get("retry-after"), String(Math.ceil(Number(body["retry_after_ms"]) / 1_000)));
    await agent.do("close", { c });
    assert.deepEqual(codeOf(await said(await tokenOf(at, "ada"), "a1")), [409, "closed"]);
  });

  test("a token counts in the header alone, and only as a bearer's", async () => {
    const { token } = await guestToken(at);
    assert.equal((await call(url, "GET", "/v1/session", { token })).status, 200);
    assert.equal((await call(url, "GET", `/v1/session?token=${token}&access_token=${token}`)).status, 401);
    assert.equal((await fetch(`${url}/v1/session`, { headers: { authorization: `Basic ${token}` } })).status, 401);
  });

  test("the session over HTTP is what hello says", async (t) => {
    const { peer, token } = await new Stage(t, at).guest();
    const { body } = await call(url, "GET", "/v1/session", { token });
    const { user, limits, ping_ms, expires_at } = peer.frames[0] as Frame;
    assert.deepEqual([body["user"], body["limits"], body["ping_ms"], body["expires_at"]], [user, limits, ping_ms, expires_at]);
  });

  test("a path that is no good encoding, or too long for an id, is not found", async () => {
    const { token } = await guestToken(at);
    for (const id of ["%ff", "%", "c".repeat(65)])
      assert.equal((await call(url, "GET", `/v1/conversations/${id}/messages`, { token })).status, 404, id);
  });

  test("commands that belong to a socket are unsupported over HTTP", async () => {
    const { token } = await guestToken(at);
    for (const body of [{ op: "hello", token }, { op: "refresh", token }, { op: "ping" }, { op: "leave", c: "c_any" }, { op: "dance" }])
      assert.deepEqual(codeOf(await call(url, "POST", "/v1/commands", { token, body })), [400, "unsupported"], body.op);
  });

  test("a command over HTTP is answered as on a socket", async (t) => {
    const stage = new Stage(t, at);
    const guest = await stage.guest();
    const { c } = await stage.ask(guest);
    const { body } = await call(url, "POST", "/v1/commands", { token: guest.token, body: { op: "history", c } });
    const { re: _id, ...reply } = await guest.peer.do("history", { c });
    assert.deepEqual(body, reply);
  });

  test("waiting for messages ends with the first that comes, and with an empty page when none does", async (t) => {
    const stage = new Stage(t, at);
    const guest = await stage.guest();
    const { c, head } = (await stage.ask(guest, { topic: "sales" })) as { c: string; head: [number, number] };
    await guest.peer.do("close", { c });
    const page = async (after: readonly number[], wait_ms: number): Promise<Frame[]> => {
      const path = `/v1/conversations/${c}/messages?after=${after.join("-")}&wait_ms=${wait_ms}`;
      return (await call(url, "GET", path, { token: guest.token })).body["messages"] as Frame[];
    };
    assert.ok((await page([0, 0], 5_000)).length > 0);
    assert.deepEqual(await page([head[0], head[1] + 1_000], 1), []);
  });

  test("a preflight of the gateway's own page allows what calls need, and names the page", async () => {
    const { status, headers } = await call(url, "OPTIONS", "/v1/messages", { origin: url });
    assert.equal(status, 204);
    assert.equal(headers.get("access-control-allow-origin"), url);
    for (const name of ["authorization", "content-type"]) assert.ok(headers.get("access-control-allow-headers")?.includes(name), name);
    for (const name of ["GET", "POST"]) assert.ok(headers.get("access-control-allow-methods")?.includes(name), name);
    assert.match(headers.get("vary") ?? "", /origin/i);
  });

  test("a page nobody listed is told nothing that a browser would hand to it", async () => {
    const origin = "https://elsewhere.example";
    const preflight = await call(url, "OPTIONS", "/v1/messages", { origin });
    const answer = await call(url, "POST", "/v1/visitors", { origin, body: { tenant } });
    assert.deepEqual(codeOf(answer), [403, "forbidden"]);
    for (const { headers } of [preflight, answer]) assert.equal(headers.get("access-control-allow-origin"), null);
  });
};
