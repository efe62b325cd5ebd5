import assert from "node:assert/strict";
import { BEGINNING, formatPosition, type Position } from "../../../proto/position.js";
import { call, type Frame } from "../../support/peer.js";
import { type ChatSuite, type Held, mids, Stage, text, tokenOf } from "./stage.js";

export const transcripts: ChatSuite = (at) => {
  const { test, url } = at;

  const read = async (c: string, token: string, query = "", headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(`${url}/v1/conversations/${c}/transcript${query}`, {
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
    return { status: response.status, headers: response.headers, body: await response.text() };
  };

  /** Said, noted, taken back, and over. */
  async function talked(stage: Stage): Promise<Held> {
    const held = await stage.held();
    const { c, guest, agent } = held;
    await guest.peer.do("send", text(c, "m1", "Where is my tea?\n2030-01-01T00:00:00.000Z  Ada: lost"));
    await agent.do("send", { c, mid: "n1", kind: "note", body: { text: "a regular" } });
    await agent.do("send", text(c, "a1", "my secret"));
    await agent.do("send", { c, mid: "r1", kind: "recall", body: { mid: "a1" } });
    const file = { name: "bill.pdf", mime: "application/pdf", bytes: 12, url: "https://shop.example/bill.pdf" };
    await agent.do("send", { c, mid: "f1", kind: "file", body: file });
    await guest.peer.do("close", { c });
    return held;
  }

  /** Without the times, of which every line has one. */
  const lines = (body: string): string[] => {
    const [title, blank, ...rest] = body.trimEnd().split("\n");
    assert.deepEqual([title?.split(" ").length, blank], [2, ""]);
    const indented = rest.filter((line) => line.startsWith("    "));
    const timed = rest.filter((line) => !line.startsWith("    "));
    for (const line of timed) assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z {2}\S/);
    return [...timed.map((line) => line.slice(26)), ...indented];
  };

  test("as text it is one line for each thing that was said or happened, and nobody can write a line of somebody else", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await talked(stage);
    const { status, headers, body } = await read(c, guest.token, "?format=text");
    assert.equal(status, 200);
    const names = ["content-type", "x-content-type-options"].map((name) => headers.get(name));
    assert.deepEqual(names, ["text/plain; charset=utf-8", "nosniff"]);
    assert.match(headers.get("content-disposition") ?? "", /^attachment; filename="transcript-[\w.-]+\.txt"$/);
    assert.deepEqual(lines(body), [
      ...["* Ada joined", "Vera: Where is my tea?", "Ada: (message withdrawn)"],
      ...["Ada: (file) bill.pdf, 12 bytes, https://shop.example/bill.pdf", "* Ada left"],
      ...[lines(body)[5], "    2030-01-01T00:00:00.000Z  Ada: lost"],
    ]);
    assert.match(String(lines(body)[5]), /^\* The conversation was closed \(\w+\)$/);
  });

  test("an agent is shown the notes too, and by its Accept header gets text, in Chinese where it asks for it", async (t) => {
    const stage = new Stage(t, at);
    const { c } = await talked(stage);
    const { body } = await read(c, await tokenOf(at, "sun"), "?lang=zh-CN", { accept: "text/plain" });
    assert.ok(lines(body).includes("Ada: （备注） a regular"));
    assert.ok(lines(body).includes("* Ada 加入了会话"));
    assert.equal(body.includes("secret"), false);
  });

  test("as data it holds what history holds, from the beginning or after a position", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await talked(stage);
    const whole = JSON.parse((await read(c, guest.token)).body) as Frame;
    const messages = whole["messages"] as Frame[];
    assert.deepEqual(messages, (await guest.peer.do("history", { c, after: [0, 0], limit: 200 }))["messages"]);
    assert.deepEqual([whole["c"], whole["more"], "incomplete" in whole], [c, false, false]);
    const after = formatPosition((messages[1]?.["pos"] ?? BEGINNING) as Position);
    const rest = JSON.parse((await read(c, guest.token, `?after=${after}`)).body) as Frame;
    assert.deepEqual(rest["messages"], messages.slice(2));
    assert.deepEqual(mids(messages).includes("m1"), true);
  });

  test("of what one may not read there is no transcript, and odd parameters are named", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    const other = await stage.guest("Xenia");
    assert.equal((await call(url, "GET", `/v1/conversations/${c}/transcript`, { token: other.token })).status, 404);
    for (const [name, value] of [
      ["format", "csv"],
      ["lang", "fr"],
      ["after", "x"],
    ] as const) {
      const { status, body } = await call(url, "GET", `/v1/conversations/${c}/transcript?${name}=${value}`, { token: guest.token });
      assert.deepEqual([status, String(body["detail"]).startsWith(name)], [400, true]);
    }
  });
};
