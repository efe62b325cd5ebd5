import assert from "node:assert/strict";
import { test } from "node:test";
import { reading } from "../../test/support/client-stage.js";
import { ADA, C, ME, message } from "../../test/support/scripted-desk.js";
import type { ClientError } from "./index.js";

const NOW = 1_700_000_000_000;
const mine = (n: number, mid: string, more: object = {}) => message([1, n], mid, { from: ME, mid, ts: NOW, ...more });

test("own messages may be withdrawn for two minutes of the server's time; others', notices and withdrawn ones not at all", async (t) => {
  const page = [
    mine(1, "text"),
    mine(2, "older", { ts: NOW - 119_000 }),
    mine(3, "too old", { ts: NOW - 120_000 }),
    mine(4, "gone", { body: { recalled: true } }),
    mine(5, "other kind", { kind: "system", body: { code: "x" } }),
    message([1, 6], "hers", { from: ADA, ts: NOW }),
  ];
  const { conversation, clock } = await reading(t, page, { state: "active" });
  const left = () => conversation.messages.map((each) => conversation.recallable(each));
  assert.deepEqual(left(), [120_000, 1_000, 0, 0, 0, 0]);
  await clock.advance(1_000);
  assert.deepEqual(left(), [119_000, 0, 0, 0, 0, 0]);
});

test("in a closed conversation nothing is offered for withdrawal", async (t) => {
  const { conversation } = await reading(t, [mine(1, "text")], { state: "closed" });
  assert.deepEqual(
    conversation.messages.map((each) => conversation.recallable(each)),
    [0],
  );
});

test("what history has blanked is shown as withdrawn, whoever wrote it", async (t) => {
  const blank = { body: { recalled: true } };
  const { conversation } = await reading(t, [mine(1, "a", blank), message([1, 2], "b", blank), mine(3, "c")]);
  assert.deepEqual(
    conversation.messages.map(({ mid, recalled }) => `${mid} ${recalled}`),
    ["a true", "b true", "c false"],
  );
});

test("a withdrawal that comes too late is told to who asked, leaves the message as it was and nothing to send", async (t) => {
  const { conversation, line, client, storage } = await reading(t, [mine(1, "a")]);
  const recalled = conversation.recall("a").catch((error: ClientError) => error.code);
  const asked = await line.heard("send");
  assert.deepEqual([asked["kind"], asked["body"]], ["recall", { mid: "a" }]);
  line.refuse(asked, "forbidden");
  assert.equal(await recalled, "forbidden");
  await line.settled();
  assert.deepEqual(
    [
      conversation.messages.map(({ mid, recalled: gone }) => `${mid} ${gone}`),
      client.outbox.list(C),
      await storage.get("deskwire.outbox."),
    ],
    [["a false"], [], undefined],
  );
});

test("tags are those of the last opening and of what was said since, in order; older entries change nothing", async (t) => {
  const { conversation, line } = await reading(t, [message([1, 5], "x")], { tags: ["b", "old"] });
  const tagged = (n: number, add: string[], remove: string[]) =>
    message([1, n], `t${n}`, {
      from: { id: "deskwire", role: "system", name: "" },
      kind: "system",
      body: { code: "tagged", by: "ada", add, remove },
    });
  line.say(tagged(6, ["a"], ["old"]));
  await line.settled();
  assert.deepEqual(conversation.tags, ["a", "b"]);
  const older = conversation.older();
  line.answer(await line.heard("history"), { messages: [tagged(4, ["ancient"], ["b"])], more: false });
  await older;
  assert.deepEqual(conversation.tags, ["a", "b"]);
});
