import assert from "node:assert/strict";
import { test } from "node:test";
import { DeskError } from "../lib/errors.js";
import { ADA, agent, LIN, PROFILE, Scene, VERA, visitor } from "../test/contract/router/scene.js";
import { Gate } from "../test/support/gate.js";
import { instead } from "../test/support/instead.js";
import { refusal } from "../test/support/refusal.js";
import { linked, type Odd, RouterHouse, type RouterUnderTest, TENANT } from "../test/support/router-house.js";
import { turns, until } from "../test/support/until.js";
import type { Authority } from "../timeline/entry.js";
import type { Timeline } from "../timeline/timeline.js";
import type { Ledger } from "./ledger.js";

const unwritable = (): DeskError => new DeskError("unavailable", "The ledger cannot be written.");

/** A scene at a router of this house. */
async function sceneAt(house: RouterHouse, odd?: Odd): Promise<Scene & { readonly under: RouterUnderTest }> {
  const under = await house.router(odd);
  const { router } = linked(under.node, "g1");
  const elsewhere = linked(under.node, "g2");
  const scene = new Scene({
    ...{ router, elsewhere: elsewhere.router, timeline: under.timeline },
    pass: (by_ms) => under.clock.pass(by_ms),
    loseElsewhere: () => elsewhere.unlink(),
    loseWindows: () => house.loseWindows(),
    isStored: () => house.isStored(),
  });
  return Object.assign(scene, { under });
}

const NEVER = new Promise<never>(() => undefined);
const mute = (real: Timeline): Timeline => instead(real, { begin: () => NEVER, route: () => NEVER });

/** Notes each commit, with what it brings and takes. */
function noting(notes: string[]): NonNullable<Odd["ledger"]> {
  return (real) =>
    instead<Ledger>(real, {
      commit: async (shard, token, changes) => {
        await real.commit(shard, token, changes);
        const ruled = changes.rulings.map(({ verdict }) => verdict.event);
        if (ruled.length + changes.said.length > 0) notes.push(`ledger: ${ruled.join(" ")}, ${changes.said.length} said`);
      },
    });
}

/** How many rulings left the outbox. */
function cleared(notes: readonly string[]): number {
  return notes.reduce((sum, note) => sum + Number(/ (\d+) said$/.exec(note)?.[1] ?? 0), 0);
}

test("what is decided goes to the ledger, then to the timeline, then to the agent, and then leaves the outbox", async (t) => {
  const house = await RouterHouse.build(t);
  const notes: string[] = [];
  const timeline: Odd["timeline"] = (real) =>
    instead(real, {
      begin: async (draft) => {
        notes.push(`timeline: ${draft.body["event"]}`);
        return real.begin(draft);
      },
      route: async (draft) => {
        notes.push(`timeline: ${draft.body["event"]}`);
        return real.route(draft);
      },
    });
  const scene = await sceneAt(house, { ledger: noting(notes), timeline });
  await scene.comes(ADA);
  scene.router.listen({
    push: ({ event }) => notes.push(`push: ${event.ev}`),
    queueChanged: () => undefined,
    forgotten: () => undefined,
  });
  await scene.asks();
  await until("the outbox to be cleared", () => cleared(notes) === 2);
  assert.deepEqual(notes.slice(0, 4), ["ledger: queued offered, 0 said", "timeline: queued", "timeline: offered", "push: offer"]);
});

test("a router that dies between deciding and saying is followed by one that says it, once", async (t) => {
  const house = await RouterHouse.build(t);
  const notes: string[] = [];
  const first = await sceneAt(house, { ledger: noting(notes), timeline: mute });
  await first.comes(ADA);
  void first.router.open(VERA, {}).catch(() => undefined);
  await until("the commit", () => notes.length > 0);
  await house.kill(first.under);
  const second = await sceneAt(house);
  const c = await second.asks();
  await second.becomes(c, "offered");
  assert.deepEqual(await second.routed(c), ["queued", "offered"]);
  await second.router.agentHere(ADA, PROFILE);
  const [offer] = (await second.router.inbox(ADA)).offers;
  await second.router.accept(ADA, c, offer?.offer as string);
  assert.equal(await second.assignee(c), "ada");
});

test("a router that dies between saying and clearing is followed by one whose repetition changes nothing", async (t) => {
  const house = await RouterHouse.build(t);
  const keepsAll: Odd["ledger"] = (real) =>
    instead<Ledger>(real, { commit: (shard, token, changes) => real.commit(shard, token, { ...changes, said: [] }) });
  const first = await sceneAt(house, { ledger: keepsAll });
  const c = await first.held(ADA);
  await house.kill(first.under);
  const notes: string[] = [];
  const second = await sceneAt(house, { ledger: noting(notes) });
  await until("the outbox to be cleared", () => cleared(notes) === 3);
  assert.deepEqual(await second.routed(c), ["queued", "offered", "assigned ada"]);
  await house.isStored();
  const events = (await second.router.explain(TENANT, c)).map(({ event }) => event);
  assert.deepEqual(events, ["queued", "offered", "assigned"]);
});

test("a router that dies between saying and clearing, and the windows with it, is followed by one that says nothing twice", async (t) => {
  const house = await RouterHouse.build(t);
  const keepsAll: Odd["ledger"] = (real) =>
    instead<Ledger>(real, { commit: (shard, token, changes) => real.commit(shard, token, { ...changes, said: [] }) });
  const first = await sceneAt(house, { ledger: keepsAll });
  const c = await first.held(ADA);
  await house.isStored();
  await house.kill(first.under);
  house.loseWindows();
  const notes: string[] = [];
  const second = await sceneAt(house, { ledger: noting(notes) });
  await until("the outbox to be cleared", () => cleared(notes) === 3);
  await house.isStored();
  const { rows } = await house.timelines.history.page({ tenant: TENANT, c, limit: 50 });
  const mids = rows.map(({ entry }) => entry?.mid);
  assert.equal(rows.length, 3);
  assert.equal(new Set(mids).size, 3);
  await second.router.revive(TENANT, c);
  assert.equal(await second.assignee(c), "ada");
});

test("who waits, who holds and who was asked are as they were after a restart", async (t) => {
  const house = await RouterHouse.build(t);
  const first = await sceneAt(house);
  const held = await first.held(ADA);
  await first.router.status(ADA, { status: "online", capacity: 1 });
  const urgent = (await first.router.open(visitor("xi"), { priority: 3 })).c;
  const waits = await first.asks(visitor("wim"));
  await house.kill(first.under);
  const second = await sceneAt(house);
  const { waiting = [] } = await second.router.queue(agent("sun", "supervisor"));
  assert.deepEqual(
    waiting.map(({ c }) => c),
    [urgent, waits],
  );
  await second.router.agentHere(ADA, PROFILE);
  const { own, conversations } = await second.router.inbox(ADA);
  assert.deepEqual([own, conversations.map(({ c }) => c)], [{ status: "online", capacity: 1, load: 1 }, [held]]);
  assert.equal(await second.asks(VERA), held);
});

test("explain answers from what is stored, also after a restart", async (t) => {
  const house = await RouterHouse.build(t);
  const first = await sceneAt(house);
  const c = await first.held(ADA);
  const before = await first.router.explain(TENANT, c);
  await house.kill(first.under);
  await house.loseLedger();
  const second = await sceneAt(house);
  assert.deepEqual(await second.router.explain(TENANT, c), before);
  assert.equal(before.length, 3);
});

test("a router whose shard another one took over commits nothing more and says so", async (t) => {
  const house = await RouterHouse.build(t);
  const old = await sceneAt(house);
  const c = await old.asks();
  const owner = await sceneAt(house);
  await assert.rejects(old.asks(visitor("wim")), refusal("unavailable"));
  await assert.rejects(old.router.close(VERA, c), refusal("unavailable"));
  assert.deepEqual(await owner.routed(c), ["queued"]);
  const { waiting = [] } = await owner.router.queue(agent("sun", "supervisor"));
  assert.deepEqual(
    waiting.map(({ visitor: { id } }) => id),
    ["vera"],
  );
});

test("a decision that the timeline has overtaken is refused, and the router goes on from what stands", async (t) => {
  const house = await RouterHouse.build(t);
  const scene = await sceneAt(house);
  await scene.comes(ADA);
  const c = await scene.asks();
  const offer = await scene.offer(ADA, c);
  const life = await scene.under.timeline.life(c);
  assert.ok(life.at === "life" && life.authority);
  const { authority } = life;
  const taken: Authority = {
    ...authority,
    version: authority.version + 1,
    state: "active",
    assignee: "lin",
    members: [...authority.members, LIN.user],
  };
  const body = { event: "assigned", reason: "accepted", state: "active", assignee: "lin", version: taken.version };
  const from = { id: "deskwire", role: "system", name: "Deskwire" } as const;
  const change = { expect: authority.version, authority: taken };
  await scene.under.timeline.route({ tenant: TENANT, c, from, mid: "of another router", kind: "routing", body, routing: change });
  await assert.rejects(scene.router.accept(ADA, c, offer), refusal("conflict"));
  await until("the repair", async () => (await scene.router.inbox(LIN)).conversations.some((held) => held.c === c));
  const { own, offers } = await scene.router.inbox(ADA);
  assert.deepEqual([own.load, offers], [0, []]);
  await scene.router.close(LIN, c);
  assert.deepEqual(await scene.routed(c), ["queued", "offered", "assigned lin", "closed"]);
});

test("with the ledger and the windows lost, an open conversation comes back from history with its agent", async (t) => {
  const house = await RouterHouse.build(t);
  const first = await sceneAt(house);
  const c = await first.held(ADA);
  await house.isStored();
  await house.kill(first.under);
  await house.loseLedger();
  house.loseWindows();
  const second = await sceneAt(house);
  assert.equal(await second.router.revive(TENANT, c), "alive");
  assert.deepEqual(await second.routed(c), ["barrier", "asserted ada"]);
  await second.router.agentHere(ADA, PROFILE);
  assert.deepEqual(
    (await second.router.inbox(ADA)).conversations.map((held) => held.c),
    [c],
  );
  await second.router.close(ADA, c);
});

test("what the ledger refused did not happen: the next question finds the desk as it was committed", async (t) => {
  const house = await RouterHouse.build(t);
  const broken = { commits: 0, loads: 0 };
  const ledger: Odd["ledger"] = (real) =>
    instead<Ledger>(real, {
      commit: (...commit) => (broken.commits-- > 0 ? Promise.reject(unwritable()) : real.commit(...commit)),
      load: (...load) => (broken.loads-- > 0 ? Promise.reject(unwritable()) : real.load(...load)),
    });
  const scene = await sceneAt(house, { ledger });
  await scene.comes(ADA);
  Object.assign(broken, { commits: 1, loads: 1 });
  await assert.rejects(scene.asks(), refusal("unavailable"));
  await assert.rejects(scene.asks(), refusal("unavailable"));
  const c = await scene.asks();
  await scene.accepts(ADA, c);
  assert.deepEqual(await scene.routed(c), ["queued", "offered", "assigned ada"]);
  assert.equal((await scene.router.inbox(ADA)).own.load, 1);
});

test("a second tab is answered when the conversation has begun, and not before", async (t) => {
  const house = await RouterHouse.build(t);
  const gate = new Gate();
  const timeline: Odd["timeline"] = (real) => instead(real, { begin: (draft) => gate.opened.then(() => real.begin(draft)) });
  const scene = await sceneAt(house, { timeline });
  const answered: string[] = [];
  const tabs = [scene.asks(), scene.asks()].map((tab) => tab.then((c) => answered.push(c)));
  await until("the visitor to wait", async () => (await scene.router.queue(ADA)).topics.some(({ waiting }) => waiting > 0));
  // Asked after both of them, and so answered after both were decided.
  await scene.router.agentHere(ADA, PROFILE);
  await turns();
  assert.deepEqual(answered, []);
  gate.open();
  await Promise.all(tabs);
  assert.equal(new Set(answered).size, 1);
});

test("who is identified twice at once is answered when the entry stands, and not before", async (t) => {
  const house = await RouterHouse.build(t);
  const gate = new Gate();
  const timeline: Odd["timeline"] = (real) => instead(real, { route: (draft) => gate.opened.then(() => real.route(draft)) });
  const scene = await sceneAt(house, { timeline });
  const c = await scene.asks();
  const answered: unknown[] = [];
  const nora = visitor("nora").user;
  const tabs = [1, 2].map((tab) => scene.router.identify(VERA, nora).then(() => answered.push(tab)));
  const waits = async () => (await scene.router.queue(agent("sun", "supervisor"))).waiting ?? [];
  await until("the conversation to be hers", async () => (await waits()).some(({ visitor: { id } }) => id === "nora"));
  // Asked after both of them, and so answered after both were decided.
  await scene.router.agentHere(ADA, PROFILE);
  await turns();
  assert.deepEqual(answered, []);
  gate.open();
  await Promise.all(tabs);
  assert.deepEqual(await scene.routed(c), ["queued", "identified"]);
});

test("what the desk forgot of a visitor is known as hers all the same", async (t) => {
  const house = await RouterHouse.build(t);
  const first = await sceneAt(house);
  const c = await first.held(ADA);
  await house.isStored();
  await house.kill(first.under);
  await house.loseLedger();
  house.loseWindows();
  const second = await sceneAt(house);
  await second.router.identify(VERA, visitor("nora").user);
  assert.deepEqual(await second.routed(c), ["barrier", "asserted ada", "identified ada"]);
  assert.equal(await second.asks(visitor("nora")), c);
});

test("whose a conversation is outlives the router that decided it and said nothing", async (t) => {
  const house = await RouterHouse.build(t);
  const notes: string[] = [];
  const timeline: Odd["timeline"] = (real) => instead(real, { route: () => NEVER });
  const first = await sceneAt(house, { ledger: noting(notes), timeline });
  const c = await first.asks();
  // Another commit: what the conversation's beginning left to be written is written with it.
  await first.router.agentHere(ADA, PROFILE);
  void first.router.identify(VERA, visitor("nora").user);
  await until("the ruling to be committed", () => notes.some((note) => note.includes("identified")));
  await house.kill(first.under);
  const second = await sceneAt(house);
  await second.becomes(c, "identified");
  assert.equal(await second.asks(visitor("nora")), c);
  assert.notEqual(await second.asks(VERA), c);
});

test("while the journal takes nothing, offers are made and accepted all the same", async (t) => {
  const house = await RouterHouse.build(t);
  const timeline: Odd["timeline"] = (real) => instead(real, { record: () => NEVER });
  const scene = await sceneAt(house, { timeline });
  const c = await scene.held(ADA);
  assert.equal(await scene.assignee(c), "ada");
});
