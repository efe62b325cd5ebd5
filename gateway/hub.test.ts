import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../lib/clock.js";
import { ADA, SUN, TENANT, VISITOR } from "../test/contract/broker/chat.js";
import { log } from "../test/support/log.js";
import { PlainSocket } from "../test/support/plain-socket.js";
import { begin, C, Timelines, text } from "../test/support/timelines.js";
import { turns, until } from "../test/support/until.js";
import { bucketOf } from "../timeline/entry.js";
import type { Timeline } from "../timeline/timeline.js";
import { Hub } from "./hub.js";
import { Outlet } from "./outlet.js";
import type { Reader } from "./reader.js";

interface Stage {
  readonly timeline: Timeline;
  readonly hub: Hub;
  /** What the node attached and left, in order. */
  readonly calls: string[];
  join(user?: typeof VISITOR, tenant?: string): { readonly reader: Reader; readonly socket: PlainSocket };
  open(user?: typeof VISITOR): Promise<{ readonly reader: Reader; readonly socket: PlainSocket }>;
}

async function stage(t: Parameters<typeof Timelines.running>[0]): Promise<Stage> {
  const timelines = await Timelines.running(t);
  const broker = timelines.broker();
  const timeline = await timelines.timeline(broker);
  await begin(timeline);
  const calls: string[] = [];
  const watched = {
    attach: (...args: Parameters<Timeline["attach"]>) => {
      calls.push("attach");
      return timeline.attach(...args);
    },
    detach: (c: string) => {
      calls.push("detach");
      return timeline.detach(c);
    },
    window: timeline.window.bind(timeline),
    present: timeline.present.bind(timeline),
  };
  const hub = new Hub({ timeline: watched, clock: systemClock, log, endOf: async () => undefined, moved: () => undefined });
  await broker.subscribe("n1", hub);
  let sockets = 0;
  const join = (user = VISITOR, tenant = TENANT) => {
    const socket = new PlainSocket();
    return { reader: hub.join(tenant, C, user, `s${++sockets}`, new Outlet(socket, () => undefined)), socket };
  };
  const open = async (user = VISITOR) => {
    const made = join(user);
    const life = await hub.attach(made.reader, { limit: 10 });
    made.reader.release(life?.head ?? [0, 0]);
    return made;
  };
  return { timeline, hub, calls, join, open };
}

function mids({ frames }: PlainSocket): unknown[] {
  return frames.filter(({ ev }) => ev === "message").map(({ mid }) => mid);
}

test("every socket that reads a conversation here gets each entry, and the node leaves it with the last of them", async (t) => {
  const { timeline, hub, calls, open } = await stage(t);
  const [one, two] = [await open(), await open(ADA)];
  await timeline.post(text("m1"));
  assert.deepEqual([mids(one.socket), mids(two.socket)], [["m1"], ["m1"]]);
  hub.leave(one.reader);
  assert.deepEqual([calls.includes("detach"), hub.size], [false, 1]);
  hub.leave(two.reader);
  await until("the node to leave", () => calls.includes("detach"));
  await timeline.post(text("m2"));
  assert.deepEqual([mids(one.socket), mids(two.socket), hub.size], [["m1"], ["m1"], 0]);
});

test("a reader that leaves while it is attached takes the node out again", async (t) => {
  const { timeline, hub, join } = await stage(t);
  const { reader } = join();
  const attached = hub.attach(reader, { limit: 1 });
  hub.leave(reader);
  await attached;
  const heard: string[] = [];
  hub.entry = ({ mid }) => void heard.push(mid);
  await timeline.post(text("m1"));
  assert.deepEqual([heard, hub.size], [[], 0]);
});

test("one that comes while the last one leaves stays attached", async (t) => {
  const { timeline, hub, open, join } = await stage(t);
  const last = await open();
  const next = join(SUN);
  const attached = hub.attach(next.reader, { limit: 10 });
  hub.leave(last.reader);
  const life = await attached;
  next.reader.release(life?.head ?? [0, 0]);
  await timeline.post(text("m1"));
  assert.deepEqual(mids(next.socket), ["m1"]);
});

test("the node knows a conversation's authority from attaching it, for its own tenant, and no longer than it is attached", async (t) => {
  const { hub, open } = await stage(t);
  assert.equal(hub.authority(TENANT, C), undefined);
  const { reader } = await open();
  assert.equal(hub.authority(TENANT, C)?.state, "queued");
  assert.equal(hub.authority("other", C), undefined);
  hub.leave(reader);
  assert.equal(hub.authority(TENANT, C), undefined);
});

test("what was lost on the way is read again: of the bucket that lost it, or of all", async (t) => {
  const { timeline, hub, calls, open } = await stage(t);
  const { socket } = await open();
  const entry = hub.entry.bind(hub);
  for (const [mid, lost, attaches] of [
    ["m1", bucketOf(C), 1],
    ["m2", undefined, 1],
    ["m3", (bucketOf(C) + 1) % 256, 0],
  ] as [string, number | undefined, number][]) {
    hub.entry = () => undefined;
    await timeline.post(text(mid));
    hub.entry = entry;
    const before = calls.length;
    hub.lost(lost);
    await turns(5);
    assert.equal(calls.length - before, attaches, mid);
  }
  assert.deepEqual(mids(socket), ["m1", "m2"]);
});

test("entries and signals of what nobody reads here are let pass", async (t) => {
  const { hub } = await stage(t);
  hub.entry({ c: "c_none", pos: [1, 1] } as never);
  hub.signal("c_none", { frame: "{}", audience: "all", origin: "" });
  assert.equal(hub.size, 0);
});
