import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { Stage } from "./contract/chat/stage.js";
import { emptyFolder } from "./support/folder.js";
import { HouseProcess } from "./support/house-process.js";
import { until } from "./support/until.js";

const MiB = 1024 * 1024;
const BYTES_MAX = 2 * MiB;

async function house(t: Parameters<typeof emptyFolder>[0], data = emptyFolder(t)): Promise<HouseProcess> {
  const started = await HouseProcess.start({ data, env: { DESKWIRE_FILE_BYTES: String(BYTES_MAX) } });
  t.after(() => started.kill());
  return started;
}

async function give(url: string, token: string, c: string, content: Buffer): Promise<{ status: number; url: string; code: string }> {
  const headers = { "content-type": "text/plain", authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/v1/files?c=${c}&name=notes.txt`, { method: "POST", headers, body: content });
  return { ...((await answer.json()) as { url: string; code: string }), status: answer.status };
}

test("a file of just the limit is taken, one byte more is too large, and the file is there after kill -9", async (t) => {
  const data = emptyFolder(t);
  const first = await house(t, data);
  const guest = await new Stage(t, { test, url: first.url }).guest();
  const { c } = await guest.peer.do("open", { ask: {} });
  const content = Buffer.alloc(BYTES_MAX, "tea ");
  const given = await give(first.url, guest.token, String(c), content);
  assert.equal(given.status, 200);
  const refused = await give(first.url, guest.token, String(c), Buffer.alloc(BYTES_MAX + 1, "x"));
  assert.deepEqual([refused.status, refused.code], [413, "too_large"]);
  await first.kill();
  const again = await house(t, data);
  const read = await fetch(new URL(given.url, again.url));
  assert.ok(Buffer.from(await read.arrayBuffer()).equals(content));
});

test("of a body whose sender may not give files, next to nothing is read", async (t) => {
  const { url } = await house(t);
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  t.after(() => socket.destroy());
  let heard = "";
  socket.setEncoding("utf8").on("data", (text) => (heard += text));
  socket.on("error", () => undefined);
  socket.write("POST /v1/files?c=c_1&name=x HTTP/1.1\r\nHost: desk\r\nContent-Type: text/plain\r\nAuthorization: Bearer no\r\n");
  socket.write(`Content-Length: ${64 * MiB}\r\n\r\n`);
  await until("the refusal, before the body was sent", () => heard.includes('"code":"unauthenticated"'));
  assert.match(heard, /^HTTP\/1\.1 401 /);
});

test("readers who take nothing of a file cost its size to nobody", async (t) => {
  const started = await house(t);
  const { url } = started;
  const guest = await new Stage(t, { test, url }).guest();
  const { c } = await guest.peer.do("open", { ask: {} });
  const given = await give(url, guest.token, String(c), Buffer.alloc(BYTES_MAX, "tea "));
  const before = await started.counter("process_resident_memory_bytes");
  const { hostname, port } = new URL(url);
  let begun = 0;
  for (let i = 0; i < 100; i++) {
    const socket = connect({ port: Number(port), host: hostname });
    t.after(() => socket.destroy());
    socket.once("readable", () => (begun += 1));
    socket.write(`GET ${given.url} HTTP/1.1\r\nHost: desk\r\n\r\n`);
  }
  await until("the first bytes at every reader", () => begun === 100);
  await fetch(new URL(given.url, url)).then((answer) => answer.arrayBuffer());
  const grown = (await started.counter("process_resident_memory_bytes")) - before;
  assert.ok(grown < 100 * MiB, `${grown} bytes more for 100 readers of ${BYTES_MAX} bytes`);
});
