import assert from "node:assert/strict";
import { test } from "node:test";
import { Play } from "../test/support/desk-play.js";
import { agentRow, restoreAgent, restoreConversation } from "./restore.js";
import { type Desk, newDesk, RULES } from "./state.js";

/** The desk as another router reads it back from its rows. */
function takenOver(play: Play): Play {
  const again = new Play();
  const rows = { agents: [...play.desk.agents.values()].map(agentRow), conversations: [...play.desk.conversations.values()] };
  const { agents, conversations } = structuredClone(rows);
  const desk: Desk = newDesk();
  for (const row of agents) restoreAgent(desk, row, play.now);
  for (const row of conversations) restoreConversation(desk, row, play.now);
  return Object.assign(again, { desk, now: play.now });
}

test("an open offer outlives its router: its agent's gateway may still declare it", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("c");
  const next = takenOver(play);
  assert.deepEqual([next.passes(200), next.comes("lin"), next.passes(RULES.declare_ms - 201)], [[], [], []]);
  assert.deepEqual(next.appears("ada"), []);
  assert.deepEqual([next.passes(5_000), next.accepts("c")], [[], ["assigned ada"]]);
});

test("the offer of an agent that nobody declares is taken back after 5 s and goes to another one", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("c");
  const next = takenOver(play);
  next.comes("lin");
  assert.deepEqual([next.passes(RULES.declare_ms - 1), next.passes(1)], [[], ["rescinded ada", "offered lin"]]);
});

test("an agent that was gone before the takeover is awaited by nobody", () => {
  const play = new Play();
  play.comes("ada");
  play.leaves("ada");
  assert.equal(takenOver(play).agent("ada").awaited_until, undefined);
});

test("what an agent held is its own until the grace after the takeover is over", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("c");
  play.accepts("c");
  const next = takenOver(play);
  assert.deepEqual([next.passes(RULES.grace_ms - 1), next.conversation("c").assignee], [[], "ada"]);
  assert.deepEqual(next.passes(1), ["queued ada"]);
});

test("an offer that nobody was shown yet runs out all the same", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("c");
  delete play.conversation("c").offer?.expires_at;
  const next = takenOver(play);
  next.appears("ada");
  assert.deepEqual([next.passes(19_999), next.passes(1)], [[], ["missed ada"]]);
});

test("the order of arrival, of idleness and of skips goes on where it was", () => {
  const play = new Play();
  for (const agent of ["ada", "lin"]) play.comes(agent);
  for (const c of ["a", "b", "c"]) play.asks(c);
  for (const c of ["a", "b"]) play.accepts(c);
  play.declines("c");
  const { seq, handings } = play.desk;
  const next = takenOver(play);
  assert.ok(next.desk.seq >= seq - 1 && next.desk.handings === handings, `${next.desk.seq} ${next.desk.handings}`);
  assert.equal(next.conversation("c").skips.length, 1);
});
