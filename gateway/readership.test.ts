import assert from "node:assert/strict";
import { test } from "node:test";
import { DeskError } from "../lib/errors.js";
import type { ErrorCode } from "../proto/codes.js";
import type { Party } from "../proto/message.js";
import { ADA, BOT, held, LIN, SUN, TENANT, VISITOR } from "../test/contract/broker/chat.js";
import { refusal } from "../test/support/refusal.js";
import { begin, C, routed, Timelines } from "../test/support/timelines.js";
import type { Timeline } from "../timeline/timeline.js";
import { Readership } from "./readership.js";
import type { Session } from "./session.js";

const TOPICS: Readonly<Record<string, readonly string[]>> = { ada: ["support"], lin: ["sales"], helper: [], zoe: ["*"], max: ["sales"] };

function session(user: Party, tenant = TENANT): Session {
  return { tenant, user, issued_at: 0, expires_at: 0 };
}

function agent(id: string): Party {
  return { id, role: "agent", name: id };
}

function readership(
  timelines: Timelines,
  timeline: Timeline,
  revive: () => Promise<"alive" | "closed"> = () => Promise.reject(new DeskError("not_found")),
): Readership {
  const profile = async ({ user }: Session) => ({ skills: [], topics: TOPICS[user.id] ?? [], capacity: 1, capacity_max: 1 });
  return new Readership({ timeline, history: timelines.history, router: { revive }, profile, attached: () => undefined });
}

/** A support conversation of Wei's that Max held once and Lin holds. */
async function passed(timelines: Timelines): Promise<{ readonly timeline: Timeline; readonly forget: () => Promise<Timeline> }> {
  const broker = timelines.broker();
  const timeline = await timelines.timeline(broker);
  await begin(timeline, agent("max"));
  await routed(timeline, { ...held(3, LIN), members: [VISITOR, agent("max"), LIN] });
  return { timeline, forget: () => timelines.timeline(timelines.broker(), { node: "n2" }) };
}

const MAY: readonly (readonly [who: string, user: Party, tenant: string, verdict: "reads" | ErrorCode])[] = [
  ["its visitor", VISITOR, TENANT, "reads"],
  ["another visitor", { ...VISITOR, id: "v_2" }, TENANT, "not_found"],
  ["a visitor called as an agent who held it", { ...VISITOR, id: "max" }, TENANT, "not_found"],
  ["an agent called as its visitor", { ...agent("nil"), id: VISITOR.id }, TENANT, "not_found"],
  ["the assignee, whose topics are others", LIN, TENANT, "reads"],
  ["an agent who held it, whose topics are others", agent("max"), TENANT, "reads"],
  ["an agent of its topic", ADA, TENANT, "reads"],
  ["an agent of all topics", agent("zoe"), TENANT, "reads"],
  ["an agent of other topics", agent("nil"), TENANT, "not_found"],
  ["a bot without topics", BOT, TENANT, "not_found"],
  ["a supervisor", SUN, TENANT, "reads"],
  ["another tenant's supervisor", SUN, "other", "not_found"],
  ["another tenant's visitor of the same id", VISITOR, "other", "not_found"],
];

for (const [who, user, tenant, verdict] of MAY) {
  test(`${who}: ${verdict}, live and from history`, async (t) => {
    const timelines = await Timelines.running(t);
    const { timeline, forget } = await passed(timelines);
    await timelines.isStored();
    for (const each of [timeline, await forget()]) {
      const said = await readership(timelines, each)
        .admit(session(user, tenant), C)
        .then(
          () => "reads",
          (error: DeskError) => error.code,
        );
      assert.equal(said, verdict);
    }
  });
}

test("what was never opened is not found", async (t) => {
  const timelines = await Timelines.running(t);
  const timeline = await timelines.timeline(timelines.broker());
  await assert.rejects(readership(timelines, timeline).admit(session(SUN), "c_none"), refusal("not_found"));
});

test("a conversation that history does not have yet is asked of the router, and its pending is handed on", async (t) => {
  const timelines = new Timelines(t);
  const { timeline, forget } = await passed(timelines);
  await timeline.stop();
  const behind = readership(timelines, await forget(), () => Promise.reject(new DeskError("pending")));
  await assert.rejects(behind.admit(session(VISITOR), C), refusal("pending"));
});

test("the authority of this node's attachment is asked first", async (t) => {
  const timelines = await Timelines.running(t);
  const timeline = await timelines.timeline(timelines.broker());
  const attached = (tenant: string) => (tenant === TENANT ? held(1) : undefined);
  const profile = async () => ({ skills: [], topics: [], capacity: 1, capacity_max: 1 });
  const router = { revive: () => Promise.reject(new DeskError("not_found")) };
  const readers = new Readership({ timeline, history: timelines.history, router, profile, attached });
  assert.deepEqual(await readers.admit(session(VISITOR), C), held(1));
  await assert.rejects(readers.admit(session(VISITOR, "other"), C), refusal("not_found"));
});
