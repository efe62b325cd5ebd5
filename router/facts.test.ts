import assert from "node:assert/strict";
import { test } from "node:test";
import { Play, TERMS } from "../test/support/desk-play.js";
import type { Authority } from "../timeline/entry.js";
import type { Standing } from "./conversation.js";
import { RULES } from "./state.js";

function stands(play: Play, c: string, change: Partial<Authority>, pos: Standing["pos"]): string[] {
  const visitor = { id: `of-${c}`, role: "visitor", name: c } as const;
  const authority: Authority = { version: 1, state: "queued", topic: "support", visitor, members: [visitor], ...change };
  return play.does({ type: "repaired", c, standing: { authority, pos }, ask: {}, terms: TERMS });
}

test("an agent who returns within 30 minutes has its last status, capacity and skills again", () => {
  const play = new Play();
  play.comes("ada", { skills: ["en", "zh"] });
  play.sets("ada", { status: "away", capacity: 7, skills: ["zh"] });
  play.leaves("ada");
  assert.equal(play.status("ada").status, "offline");
  play.now += RULES.remember_ms - 1;
  play.appears("ada", { skills: ["en", "zh"] });
  assert.deepEqual([play.status("ada"), play.agent("ada").skills], [{ status: "away", capacity: 7, load: 0 }, ["zh"]]);
});

test("an agent who returns after 30 minutes starts offline, also when nobody looked meanwhile", () => {
  const play = new Play();
  play.comes("ada");
  play.sets("ada", { status: "online", capacity: 7 });
  play.leaves("ada");
  play.now += RULES.remember_ms;
  play.appears("ada");
  assert.deepEqual(play.status("ada"), { status: "offline", capacity: 2, load: 0 });
});

test("an agent who stays away for 30 minutes leaves the roster", () => {
  const play = new Play();
  play.comes("ada");
  play.leaves("ada");
  play.passes(RULES.remember_ms - 1);
  assert.deepEqual(play.desk.roll, ["ada"]);
  play.passes(1);
  assert.deepEqual([play.desk.roll, play.desk.agents.size, play.desk.gone.size], [[], 0, 0]);
});

test("asking again for what is open adds attributes and changes nothing else", () => {
  const play = new Play();
  play.does({
    type: "asked",
    ...{ c: "c", visitor: { id: "v", role: "visitor", name: "V" }, topic: "support", terms: TERMS },
    ask: { priority: 3, attributes: { page: "/a", cart: 2 } },
  });
  assert.deepEqual(play.does({ type: "merged", c: "c", ask: { priority: 9, skills: ["zh"], attributes: { page: "/b" } } }), []);
  assert.deepEqual(play.conversation("c").ask, { priority: 3, attributes: { page: "/b", cart: 2 } });
  assert.deepEqual([play.conversation("c").priority, play.conversation("c").skills], [3, []]);
});

test("a closed conversation is forgotten when its reopen window is over", () => {
  const play = new Play();
  play.asks("c", { terms: { reopen_window_ms: 1_000 } });
  play.closes("c");
  play.passes(999);
  assert.equal(play.desk.conversations.has("c"), true);
  play.passes(1);
  assert.deepEqual([play.desk.conversations.size, play.desk.closed.size, play.desk.visitors.size], [0, 0, 0]);
});

test("what stands in the timeline replaces what was thought here", () => {
  const play = new Play();
  play.comes("ada");
  play.comes("lin");
  play.asks("c");
  stands(play, "c", { version: 7, state: "active", assignee: "lin" }, [1, 7]);
  const { assignee, version, offer } = play.conversation("c");
  assert.deepEqual([assignee, version, offer, play.status("lin").load, play.agent("ada").offers.size], ["lin", 7, undefined, 1, 0]);
});

test("what stands older than what is known here changes nothing", () => {
  const play = new Play();
  play.asks("c");
  stands(play, "c", { version: 5, state: "active", assignee: "lin" }, [1, 5]);
  stands(play, "c", { version: 4, state: "closed" }, [1, 4]);
  assert.deepEqual([play.conversation("c").assignee, play.conversation("c").version], ["lin", 5]);
});

test("a later life may count its versions from a lower one", () => {
  const play = new Play();
  play.asks("c");
  stands(play, "c", { version: 9, state: "active", assignee: "lin" }, [1, 9]);
  stands(play, "c", { version: 4, state: "active", assignee: "lin" }, [2, 2]);
  assert.equal(play.conversation("c").version, 4);
});

test("an offer that the timeline speaks of and nobody knows is made anew", () => {
  const play = new Play();
  play.comes("ada");
  assert.deepEqual(stands(play, "c", { version: 2, state: "offered" }, [1, 2]), ["offered ada"]);
  assert.equal(play.conversation("c").version, 3);
});

test("an assignee whom no gateway declared loses the conversation after the grace", () => {
  const play = new Play();
  stands(play, "c", { version: 3, state: "active", assignee: "stranger" }, [1, 3]);
  assert.deepEqual([play.passes(RULES.grace_ms - 1), play.passes(1)], [[], ["queued stranger"]]);
});
