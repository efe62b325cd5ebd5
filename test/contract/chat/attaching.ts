import assert from "node:assert/strict";
import { call, type Frame } from "../../support/peer.js";
import { until } from "../../support/until.js";
import { type ChatSuite, codeOf, heard, Stage, tokenOf } from "./stage.js";

const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

interface Given {
  readonly c: string;
  readonly token?: string;
  readonly name?: string;
  readonly mime?: string;
  readonly content?: Buffer | string;
}

/** Files of a conversation: given over HTTP, sent as a message, read by whoever was told the address. */
export const attaching: ChatSuite = (at) => {
  const { test, url } = at;

  async function give({ c, token, name = "tea.png", mime = "image/png", content = PNG }: Given): Promise<Frame & { status: number }> {
    const query = new URLSearchParams({ c, name });
    const headers = { "content-type": mime, ...(token && { authorization: `Bearer ${token}` }) };
    const answer = await fetch(`${url}/v1/files?${query}`, { method: "POST", headers, body: content as Buffer });
    return { ...((await answer.json()) as Frame), status: answer.status };
  }

  test("a file is given by the visitor, sent as a message, and read by the agent without a token, byte by byte", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const { status, ...file } = await give({ c, token: guest.token, name: "my tea (茶).png" });
    assert.deepEqual([status, file["name"], file["mime"], file["bytes"]], [200, "my tea (茶).png", "image/png", PNG.length]);
    await guest.peer.do("send", { c, mid: "f1", kind: "file", body: file });
    const { body } = (await heard(agent, c, "f1")) as { readonly body?: { readonly url: string } };
    const read = await fetch(new URL(body?.url ?? "", url));
    assert.deepEqual(Buffer.from(await read.arrayBuffer()), PNG);
  });

  test("a picture is shown where it stands and everything else is saved; neither is ever taken for a page", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    const picture = await give({ c, token: guest.token });
    const paper = await give({ c, token: guest.token, name: "x'.html", mime: "text/plain", content: "<script>alert(1)</script>" });
    const headersOf = async ({ url: path }: Frame): Promise<Headers> => (await fetch(new URL(String(path), url))).headers;
    const [shown, saved] = [await headersOf(picture), await headersOf(paper)];
    assert.equal(shown.get("content-disposition"), "inline; filename*=UTF-8''tea.png");
    assert.equal(saved.get("content-disposition"), "attachment; filename*=UTF-8''x%27.html");
    assert.deepEqual([shown.get("content-type"), saved.get("content-type")], ["image/png", "text/plain; charset=utf-8"]);
    for (const headers of [shown, saved]) {
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.equal(headers.get("content-security-policy"), "default-src 'none'; sandbox");
    }
  });

  test("content that is not what it is said to be, a type that is not taken, and a file without a name are refused", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    const codes = async (odd: Partial<Given>): Promise<unknown[]> => {
      const { status, code } = await give({ c, token: guest.token, ...odd });
      return [status, code];
    };
    assert.deepEqual(await codes({ content: "<svg onload=alert(1)>" }), [400, "bad_request"]);
    assert.deepEqual(await codes({ mime: "text/html", content: "<p>" }), [400, "unsupported"]);
    assert.deepEqual(await codes({ mime: "image/svg+xml", content: "<svg/>" }), [400, "unsupported"]);
    assert.deepEqual(await codes({ name: "" }), [400, "bad_request"]);
    assert.deepEqual(await codes({ name: "a\nb" }), [400, "bad_request"]);
    assert.deepEqual(await codes({ name: "x".repeat(201) }), [400, "bad_request"]);
  });

  test("a file is taken from those who may send it to the conversation, and from nobody else", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    const stranger = await stage.guest("Xenia");
    const code = async (token: string | undefined, of = c): Promise<unknown> => (await give({ c: of, ...(token && { token }) }))["code"];
    assert.equal(await code(undefined), "unauthenticated");
    assert.equal(await code("let me in"), "unauthenticated");
    assert.equal(await code(stranger.token), "not_found");
    assert.equal(await code(stranger.token, "c_never"), "not_found");
    assert.equal(await code(await tokenOf(at, "lin")), "not_assigned");
    assert.equal(await code(await tokenOf(at, "ada")), undefined);
    assert.equal(await code(await tokenOf(at, "sun")), undefined);
    await guest.peer.do("close", { c });
    assert.equal(await code(guest.token), "closed");
  });

  test("a file is gone when its message is taken back by whoever gave it, and stays when somebody else takes back a message with its address", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const { status: _given, ...file } = await give({ c, token: guest.token });
    // A reading that begins while the file is removed is cut off, and says nothing.
    const isThere = (): Promise<boolean> =>
      fetch(new URL(String(file["url"]), url)).then(
        ({ ok }) => ok,
        () => true,
      );
    await guest.peer.do("send", { c, mid: "f1", kind: "file", body: file });
    await agent.do("send", { c, mid: "f2", kind: "file", body: file });
    await agent.do("send", { c, mid: "r2", kind: "recall", body: { mid: "f2" } });
    assert.equal(await isThere(), true);
    await guest.peer.do("send", { c, mid: "r1", kind: "recall", body: { mid: "f1" } });
    await until("the file to be gone", async () => !(await isThere()));
  });

  test("a file that was never given is not found, whatever its address looks like", async () => {
    for (const id of ["f_0000000000000000000000", "..%2f..%2fsession.key", "%2e%2e", "x".repeat(64)]) {
      const { status, body } = await call(url, "GET", `/v1/files/${id}`);
      assert.deepEqual([status, body["code"]], [404, "not_found"], id);
    }
  });

  test("a file message must lead to this server or to the web, and nowhere a page would execute", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    const body = { name: "x", mime: "text/plain", bytes: 1, url: "javascript:alert(1)" };
    assert.equal(codeOf(await guest.peer.ask("send", { c, mid: "bad", kind: "file", body })), "bad_request");
  });
};
