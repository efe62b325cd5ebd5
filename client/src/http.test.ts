import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { Http, memoryStorage, SessionKeeper } from "./index.js";

async function serve(t: TestContext, listener: RequestListener): Promise<Http> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return new Http({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
}

const page = { messages: [], more: false };

test("a call carries its token in the header and its range in the query", async (t) => {
  const seen: unknown[] = [];
  const http = await serve(t, (request, response) => {
    seen.push(request.url, request.headers.authorization);
    response.end(JSON.stringify(page));
  });
  assert.deepEqual(await http.history("t1", "c 1", { after: [7, 2], limit: 5 }), page);
  assert.deepEqual(seen, ["/v1/conversations/c%201/messages?after=7-2&limit=5", "Bearer t1"]);
});

test("a refusal is told with the server's code and time", async (t) => {
  const problem = { code: "rate_limited", detail: "slowly", retry: true, retry_after_ms: 800 };
  const http = await serve(t, (_, response) => response.writeHead(429).end(JSON.stringify(problem)));
  await assert.rejects(http.refresh("t1"), { code: "rate_limited", retry: true, retry_after_ms: 800, message: "slowly" });
});

for (const [what, status, body] of [
  ["a proxy's error page", 502, "<html>"],
  ["a JSON body that is not ours", 500, "null"],
  ["a page where an answer should be", 200, "<html>"],
] as const) {
  test(`${what} counts as unavailable`, async (t) => {
    const http = await serve(t, (_, response) => response.writeHead(status).end(body));
    await assert.rejects(http.site("demo"), { name: "ClientError", code: "unavailable", retry: true });
  });
}

test("an answer that breaks off, or never came, counts as unavailable", async (t) => {
  const http = await serve(t, (request, response) => {
    response.writeHead(200, { "content-length": "100" }).write("{");
    setImmediate(() => request.socket.destroy());
  });
  await assert.rejects(http.site("demo"), { name: "ClientError", code: "unavailable" });
  await assert.rejects(new Http({ url: "http://127.0.0.1:1" }).site("demo"), { name: "ClientError", code: "unavailable" });
});

test("a session is begun once, kept over reloads, and renewed when its token is asked for again", async (t) => {
  let served = 0;
  const http = await serve(t, (request, response) => response.end(JSON.stringify({ token: `${request.url?.split("/")[2]}${++served}` })));
  const storage = memoryStorage();
  const keeper = () => new SessionKeeper({ http, storage, tenant: "demo", begin: () => http.visitors({ tenant: "demo" }) });
  const first = keeper();
  assert.equal(await first.token(), "visitors1");
  assert.equal(await keeper().token(), "visitors1");
  assert.equal(await first.token(), "refresh2");
  assert.equal(await keeper().token(), "refresh2");
});

test("a session the server no longer takes is begun anew; one it cannot judge for now is kept", async (t) => {
  const answers = [
    [200, { token: "old" }],
    [503, { code: "unavailable" }],
    [401, { code: "unauthenticated" }],
    [200, { token: "new" }],
  ] as const;
  const left = [...answers];
  const http = await serve(t, (_, response) => {
    const [status, body] = left.shift() as (typeof answers)[number];
    response.writeHead(status).end(JSON.stringify(body));
  });
  const keeper = new SessionKeeper({ http, storage: memoryStorage(), tenant: "demo", begin: () => http.visitors({ tenant: "demo" }) });
  assert.equal(await keeper.token(), "old");
  await assert.rejects(keeper.token(), { code: "unavailable" });
  assert.equal((await keeper.stored())?.token, "old");
  assert.equal(await keeper.token(), "new");
});
