import assert from "node:assert/strict";
import { test } from "node:test";
import { connected } from "../../test/support/client-stage.js";
import { ADA, C, ME, message } from "../../test/support/scripted-desk.js";

const SYSTEM = { id: "deskwire", role: "system", name: "Deskwire" };
const hello = message([1, 1], "hello", { from: ME });
const assigned = message([1, 2], "assigned", {
  from: SYSTEM,
  kind: "routing",
  body: { event: "assigned", reason: "accepted", state: "active", assignee: ADA.id, version: 2 },
});

test("an assignee who was no member is looked up, and has a name before it says a word", async (t) => {
  const { client, line } = await connected(t);
  const opening = client.open(C);
  await line.show([hello]);
  const conversation = await opening;
  line.say(assigned);
  const members = [{ ...ADA, online: true }];
  await line.show([hello, assigned], { state: "active", assignee: ADA.id, members });
  await line.settled();
  assert.deepEqual(conversation.members, members);
  assert.equal(conversation.assignee, ADA.id);
  line.say(message([1, 3], "released", { ...assigned, pos: [1, 3], mid: "a2" }));
  assert.equal((await line.left()).includes("open"), false);
});
