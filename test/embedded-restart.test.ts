import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, type Position } from "../proto/position.js";
import { codeOf, heard, mids, Stage, text } from "./contract/chat/stage.js";
import { emptyFolder } from "./support/folder.js";
import { HouseProcess } from "./support/house-process.js";
import type { Frame } from "./support/peer.js";
import { until } from "./support/until.js";

test("after kill -9 the conversation, its agent and all that was said are there, and it goes on", async (t) => {
  const data = emptyFolder(t);
  const first = await HouseProcess.start({ data });
  t.after(() => first.kill());
  const before = new Stage(t, { test, url: first.url });
  const { c, guest, agent } = await before.held();
  const said = await guest.peer.do("send", text(c, "m1"));
  const answered = await agent.do("send", text(c, "a1"));
  await first.kill();

  const second = await HouseProcess.start({ data });
  t.after(() => second.kill());
  const stage = new Stage(t, { test, url: second.url });
  const vera = await stage.peer(guest.token, { [c]: answered["pos"] as Position });
  const ada = await stage.agent("ada");
  const shown = await ada.do("open", { c });
  assert.equal(shown["assignee"], "ada");
  assert.equal(shown["state"], "active");
  assert.deepEqual(mids(shown["messages"] as Frame[]), ["m1", "a1"]);
  assert.deepEqual(
    ((await ada.do("inbox"))["conversations"] as Frame[]).map((each) => each["c"]),
    [c],
  );
  const again = await vera.do("send", { ...text(c, "m1"), since: [0, 0] });
  assert.deepEqual([again["pos"], again["dup"]], [said["pos"], true]);
  const next = await vera.do("send", text(c, "m2"));
  assert.ok(compare(next["pos"] as Position, answered["pos"] as Position) > 0);
  await heard(ada, c, "m2");
  await ada.do("send", text(c, "a2"));
  await heard(vera, c, "a2");
  const history = (await vera.do("history", { c, after: [0, 0] }))["messages"] as Frame[];
  assert.deepEqual(mids(history), ["m1", "a1", "m2", "a2"]);
  assert.equal(codeOf(await vera.ask("close", { c })), undefined);
});

test("a visitor who comes back after kill -9 is told of the gap and can read on", async (t) => {
  const data = emptyFolder(t);
  const first = await HouseProcess.start({ data });
  t.after(() => first.kill());
  const { c, guest, agent } = await new Stage(t, { test, url: first.url }).held();
  const { pos } = await guest.peer.do("send", text(c, "m1"));
  await agent.do("send", text(c, "missed"));
  await first.kill();
  const second = await HouseProcess.start({ data });
  t.after(() => second.kill());
  const stage = new Stage(t, { test, url: second.url });
  const vera = await stage.peer(guest.token, { [c]: pos as Position });
  const gap = await vera.event("gap", (event) => event["c"] === c);
  assert.deepEqual(gap["after"], pos);
  const page = await vera.do("history", { c, after: pos });
  assert.deepEqual(mids(page["messages"] as Frame[]), ["missed"]);
  assert.equal(page["incomplete"], undefined);
});

test("what was taken back stays so over kill -9, and a late retry of it has its place", async (t) => {
  const data = emptyFolder(t);
  const first = await HouseProcess.start({ data });
  t.after(() => first.kill());
  const { c, guest } = await new Stage(t, { test, url: first.url }).held();
  const said = await guest.peer.do("send", text(c, "m1", "my secret"));
  await guest.peer.do("send", text(c, "m2", "my other secret"));
  await guest.peer.do("send", { c, mid: "r1", kind: "recall", body: { mid: "m1" } });
  await first.kill();
  const second = await HouseProcess.start({ data });
  t.after(() => second.kill());
  const vera = await new Stage(t, { test, url: second.url }).peer(guest.token);
  const taken = await vera.do("send", { c, mid: "r2", kind: "recall", body: { mid: "m2" } });
  assert.equal(taken["dup"], undefined);
  await until("history to have the second recall", async () => !JSON.stringify(await vera.do("history", { c })).includes("other secret"));
  const { messages } = await vera.do("history", { c });
  const bodies = ["m1", "m2"].map((mid) => (messages as Frame[]).find((each) => each["mid"] === mid)?.["body"]);
  assert.deepEqual(bodies, [{ recalled: true }, { recalled: true }]);
  const again = await vera.do("send", text(c, "m1", "my secret"));
  assert.deepEqual([again["pos"], again["dup"]], [said["pos"], true]);
});

test("SIGTERM answers what was taken, then ends with 0", async (t) => {
  const house = await HouseProcess.start({ data: emptyFolder(t) });
  t.after(() => house.kill());
  const { c, guest } = await new Stage(t, { test, url: house.url }).held();
  const replies = Promise.all(Array.from({ length: 10 }, (_, i) => guest.peer.do("send", text(c, `m${i}`))));
  await guest.peer.frame(({ re, pos }) => re !== undefined && pos !== undefined, "the first reply");
  const ended = house.stop();
  assert.equal((await replies).length, 10);
  assert.equal(await ended, 0);
});
