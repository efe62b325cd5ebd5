import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { DeskError } from "../lib/errors.js";
import type { Position } from "../proto/position.js";
import type { Inbox } from "../router/router.js";
import { ADA, TENANT, VISITOR } from "../test/contract/broker/chat.js";
import { instead } from "../test/support/instead.js";
import { log } from "../test/support/log.js";
import { begin, C, Timelines, text } from "../test/support/timelines.js";
import type { Timeline } from "../timeline/timeline.js";
import { Inboxes, type InboxesPorts } from "./inboxes.js";

const SESSION = { tenant: TENANT, user: ADA, issued_at: 0, expires_at: 0 };
const OWN = { status: "online", capacity: 5, load: 1 } as const;

interface Shown {
  readonly head: Position;
  readonly last?: { readonly mid: string };
  readonly unread: number;
  readonly waiting_ms: number;
  readonly visitor: object;
}

interface Desk {
  readonly timelines: Timelines;
  readonly timeline: Timeline;
  /** Said and stored. */
  say(...mids: readonly string[]): Promise<void>;
}

/** A conversation of Wei's that Ada holds. */
async function desk(t: TestContext, limits: { readonly entries?: number } = {}): Promise<Desk> {
  const timelines = await Timelines.running(t);
  const timeline = await timelines.timeline(timelines.broker(limits));
  await begin(timeline, ADA);
  const say = async (...mids: readonly string[]): Promise<void> => {
    for (const mid of mids) {
      await timelines.clock.advance(1_000);
      await timeline.post(text(mid, { from: mid.startsWith("a") ? ADA : VISITOR }));
    }
    await timelines.isStored();
  };
  return { timelines, timeline, say };
}

async function shown(
  { timelines, timeline }: Pick<Desk, "timelines" | "timeline">,
  history: InboxesPorts["history"] = timelines.history,
): Promise<Shown> {
  const inboxes = new Inboxes({ timeline, history, log });
  const inbox: Inbox = { own: OWN, conversations: [{ c: C, state: "active", visitor: VISITOR, ask: {}, assigned_at: 1 }], offers: [] };
  const { conversations } = (await inboxes.inbox(SESSION, inbox, timelines.clock.now())) as { conversations: Shown[] };
  return conversations[0] as Shown;
}

function brief({ head, last, unread, waiting_ms }: Shown): unknown[] {
  return [head[1], last?.mid, unread, waiting_ms];
}

test("of a held conversation an agent sees what was said last, what is unread, and for how long the visitor waits", async (t) => {
  const at = await desk(t);
  assert.deepEqual(brief(await shown(at)), [2, undefined, 0, 0]);
  await at.say("m1", "a1", "m2", "m3");
  await at.timelines.clock.advance(5_000);
  assert.deepEqual(brief(await shown(at)), [6, "m3", 3, 6_000]);
});

test("an answer ends the waiting, and a mark the unread up to it", async (t) => {
  const at = await desk(t);
  await at.say("m1", "m2", "a1");
  const { pos } = await at.timeline.post(text("m2"));
  await at.timeline.mark(TENANT, C, { user: "ada", read: pos }, "s1");
  await at.timelines.clock.advance(1_000);
  await at.timelines.isStored();
  await at.say("m3");
  assert.deepEqual(brief(await shown(at)), [6, "m3", 1, 0]);
});

test("a note among agents is the last thing said, and does not end a visitor's waiting", async (t) => {
  const at = await desk(t);
  await at.say("m1");
  await at.timeline.post(text("n1", { from: ADA, kind: "note" }));
  await at.timelines.clock.advance(2_000);
  assert.deepEqual(brief(await shown(at)), [4, "n1", 1, 2_000]);
});

test("after a restart an agent sees the same as before it, also before anybody opened the conversation", async (t) => {
  const at = await desk(t);
  await at.say("m1", "a1", "m2", "m3");
  const before = brief(await shown(at));
  const timeline = await at.timelines.timeline(at.timelines.broker(), { node: "n2" });
  assert.deepEqual(brief(await shown({ ...at, timeline })), before);
});

test("what the window no longer holds is looked up in history", async (t) => {
  const at = await desk(t, { entries: 3 });
  await at.say("m1", "m2", "m3", "m4", "m5");
  assert.deepEqual(brief(await shown(at)), [7, "m5", 5, 4_000]);
});

test("what is unread is counted over the newest hundred entries", async (t) => {
  const at = await desk(t);
  await at.say(...Array.from({ length: 120 }, (_, i) => `m${i}`));
  assert.equal((await shown(at)).unread, 100);
});

test("a history that does not answer leaves what is live", async (t) => {
  const at = await desk(t, { entries: 3 });
  await at.say("m1", "m2", "m3", "m4");
  const fail = () => Promise.reject(new DeskError("unavailable"));
  const dead = instead(at.timelines.history as InboxesPorts["history"], { page: fail, marks: fail, visitor: fail, conversation: fail });
  assert.deepEqual(brief(await shown(at, dead)), [6, "m4", 3, 2_000]);
});

test("of a visitor an offer shows what it said of itself", async (t) => {
  const { timelines, timeline } = await desk(t);
  await timeline.record([{ t: "visitor", tenant: TENANT, id: VISITOR.id, name: "Wei Li", since: 5, attributes: { plan: "gold" } }]);
  await timelines.isStored();
  const inboxes = new Inboxes({ timeline, history: timelines.history, log });
  const offer = { c: C, offer: "o_1", expires_ms: 1, visitor: VISITOR, ask: {}, waited_ms: 1 };
  const { visitor } = await inboxes.shown(TENANT, offer);
  assert.deepEqual(visitor, { id: "v_1", name: "Wei Li", attributes: { plan: "gold" }, since: 5 });
});

test("an inbox of many conversations fits one frame: the first are whole, the others keep what is always small", async (t) => {
  const { timelines, timeline } = await desk(t);
  await timeline.post(text("m1", { text: "x".repeat(10_000) }));
  await timelines.isStored();
  const inboxes = new Inboxes({ timeline, history: timelines.history, log });
  const held = {
    c: C,
    state: "active",
    visitor: VISITOR,
    ask: { topic: "support", attributes: { plan: "gold" } },
    assigned_at: 1,
  } as const;
  const inbox: Inbox = { own: OWN, conversations: Array.from({ length: 500 }, () => held), offers: [] };
  const shownInbox = (await inboxes.inbox(SESSION, inbox, 0)) as { conversations: Shown[] };
  const { conversations } = shownInbox;
  assert.equal(conversations.length, 500);
  assert.ok(Buffer.byteLength(JSON.stringify(shownInbox)) < 256 * 1_024, "it fits");
  assert.equal(conversations[0]?.last?.mid, "m1");
  assert.deepEqual(
    { ...conversations[499], visitor: undefined },
    {
      c: C,
      state: "active",
      head: conversations[0]?.head,
      ask: { topic: "support", attributes: {} },
      assigned_at: 1,
      unread: 1,
      waiting_ms: 0,
      visitor: undefined,
    },
  );
});
