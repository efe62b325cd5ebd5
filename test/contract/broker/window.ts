import assert from "node:assert/strict";
import { needing } from "../suite.js";
import { ADA, as, Chat, held } from "./chat.js";
import { type BrokerSuite, LIMITS } from "./suite.js";

export const windowSuite: BrokerSuite = ({ test, factory, cannot = {} }) => {
  test("without before and after the newest entries come, ascending", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    await chat.sayAll(4);
    assert.deepEqual(await chat.window({ limit: 2 }), { mids: ["m3", "m4"], more: true, gap: false });
    assert.deepEqual(await chat.window({ limit: 9 }), { mids: ["begin", "m1", "m2", "m3", "m4"], more: false, gap: false });
  });

  test("pages are exclusive at both ends and tell whether there is more that way", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    await chat.sayAll(4);
    const { epoch } = await chat.life();
    assert.deepEqual(await chat.window({ before: [epoch, 4], limit: 2 }), { mids: ["m1", "m2"], more: true, gap: false });
    assert.deepEqual(await chat.window({ before: [epoch, 2], limit: 2 }), { mids: ["begin"], more: false, gap: false });
    assert.deepEqual(await chat.window({ before: [epoch, 1], limit: 2 }), { mids: [], more: false, gap: false });
    assert.deepEqual(await chat.window({ after: [epoch, 2], limit: 2 }), { mids: ["m2", "m3"], more: true, gap: false });
    assert.deepEqual(await chat.window({ after: [epoch, 3], limit: 2 }), { mids: ["m3", "m4"], more: false, gap: false });
    assert.deepEqual(await chat.window({ after: [epoch, 5], limit: 2 }), { mids: [], more: false, gap: false });
  });

  test("a page of none tells whether there is more", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    await chat.said("m1");
    const { epoch } = await chat.life();
    assert.deepEqual(await chat.window({ after: [epoch, 1], limit: 0 }), { mids: [], more: true, gap: false });
    assert.deepEqual(await chat.window({ after: [epoch, 2], limit: 0 }), { mids: [], more: false, gap: false });
  });

  test("from the beginning a first life that is still whole has no gap", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    await chat.said("m1");
    assert.deepEqual(await chat.window({ after: [0, 0], limit: 9 }), { mids: ["begin", "m1"], more: false, gap: false });
  });

  test("what was trimmed is a gap, to a reader who has not read it", async (t) => {
    const { broker } = await factory(t, { ...LIMITS, entries: 3 });
    const chat = await Chat.begun(broker);
    await chat.sayAll(4);
    await chat.settleAll();
    const { epoch, first } = await chat.life();
    assert.deepEqual(first, [epoch, 3]);
    const all = ["m2", "m3", "m4"];
    assert.deepEqual(await chat.window({ after: [epoch, 2], limit: 9 }), { mids: all, more: false, gap: false });
    assert.deepEqual(await chat.window({ after: [epoch, 1], limit: 9 }), { mids: all, more: false, gap: true });
    assert.deepEqual(await chat.window({ after: [0, 0], limit: 9 }), { mids: all, more: false, gap: true });
    assert.deepEqual(await chat.window({ limit: 2 }), { mids: ["m3", "m4"], more: true, gap: false });
    assert.deepEqual(await chat.window({ limit: 9 }), { mids: all, more: false, gap: true });
    assert.deepEqual(await chat.window({ before: [epoch, 2], limit: 9 }), { mids: [], more: false, gap: true });
  });

  test("a reader of an older life gets what the window has, with a gap", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = new Chat(broker, { E: 2 });
    await broker.install(2);
    await chat.barrier();
    await chat.assert(held(3, ADA));
    const { epoch } = await chat.life();
    const both = ["barrier", "asserted"];
    for (const after of [
      [0, 0],
      [epoch - 1, 1],
      [epoch - 1, 900],
    ] as const) {
      assert.deepEqual(await chat.window({ after, limit: 9 }), { mids: both, more: false, gap: true });
    }
    assert.deepEqual(await chat.window({ after: [epoch, 0], limit: 9 }), { mids: both, more: false, gap: false });
    assert.deepEqual(await chat.window({ before: [epoch - 1, 7], limit: 9 }), { mids: [], more: false, gap: true });
    assert.deepEqual(await chat.window({ limit: 9 }), { mids: both, more: false, gap: true });
  });

  test("a position the life does not have (a lost suffix) is a gap without entries", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const { epoch } = await chat.life();
    assert.deepEqual(await chat.window({ after: [epoch, 7], limit: 9 }), { mids: [], more: false, gap: true });
    assert.deepEqual(await chat.window({ after: [epoch + 1, 1], limit: 9 }), { mids: [], more: false, gap: true });
  });

  test("the window keeps its last bytes, counted as encoded, and always the newest entry", async (t) => {
    const { broker } = await factory(t, { ...LIMITS, bytes: 2_000 });
    const chat = await Chat.begun(broker);
    const text = "你好".repeat(100);
    const entries = await chat.sayAll(4, { text });
    await chat.settleAll();
    const kept = (await chat.window({ limit: 9 })).mids;
    const bytes = entries.filter(({ mid }) => kept.includes(mid)).reduce((sum, { frame }) => sum + Buffer.byteLength(frame), 0);
    assert.ok(bytes <= 2_000 && bytes > 700, `${kept} are ${bytes} bytes`);
    const huge = await chat.said("huge", { text: "a".repeat(3_000), since: (await chat.life()).head });
    await chat.settle(huge.pos);
    assert.deepEqual(await chat.mids(), ["huge"]);
  });

  test("what has no life is cold, and another storage epoch is answered with the broker's", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker, { E: 2 });
    assert.deepEqual(await broker.window(2, "c_none", { limit: 1 }), { at: "cold" });
    assert.deepEqual(await broker.life(2, "c_none"), { at: "cold" });
    for (const E of [1, 3]) {
      assert.deepEqual(await broker.window(E, chat.c, { limit: 1 }), { at: "fenced", E: 2 });
      assert.deepEqual(await broker.life(E, chat.c), { at: "fenced", E: 2 });
    }
  });

  const timed = needing(test, "time", cannot);

  timed("a life that saw no entry for its time ends, with its mids and marks, and the next one has another epoch", async (t) => {
    const { broker, pass } = await factory(t, { ...LIMITS, idle_ms: 120_000 });
    const chat = await Chat.begun(broker);
    const { pos } = await chat.said("m1");
    await broker.mark(1, chat.c, { user: "v_1", read: pos }, "socket");
    await chat.settleAll();
    await pass(110_000);
    assert.deepEqual(await chat.mids(), ["begin", "m1"]);
    await pass(120_000);
    assert.deepEqual(await chat.say("m1"), { at: "cold" });
    as(await chat.barrier(), "appended");
    assert.ok((await chat.life()).epoch > pos[0]);
    await chat.assert(held(2, ADA));
    assert.deepEqual([await chat.mids(), (await chat.attach("n1")).marks], [["barrier", "asserted"], []]);
    as(await chat.say("m1"), "lookup");
  });

  timed("a life with something unsettled does not end", async (t) => {
    const { broker, pass } = await factory(t, { ...LIMITS, idle_ms: 120_000 });
    const chat = await Chat.begun(broker);
    await pass(400_000);
    assert.deepEqual(await chat.mids(), ["begin"]);
  });
};
