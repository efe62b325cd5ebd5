import assert from "node:assert/strict";
import { test } from "node:test";
import { Play } from "../test/support/desk-play.js";
import { RULES } from "./state.js";

test("of those who fit, the agent who waited longest for work is asked", () => {
  const play = new Play();
  for (const agent of ["max", "ada", "lin"]) {
    play.comes(agent);
    play.passes(1_000);
  }
  assert.deepEqual(play.asks("c"), ["queued", "offered max"]);
  play.passes(1_000);
  assert.deepEqual(play.asks("d"), ["queued", "offered ada"]);
  play.closes("d");
  play.passes(1_000);
  assert.deepEqual(play.asks("e"), ["queued", "offered lin"]);
  assert.deepEqual(play.asks("f"), ["queued", "offered max"]);
});

test("agents who wait equally long are asked in the order of their ids", () => {
  const play = new Play();
  for (const agent of ["max", "lin", "ada"]) play.comes(agent);
  assert.deepEqual(
    [play.asks("c"), play.asks("d")],
    [
      ["queued", "offered ada"],
      ["queued", "offered lin"],
    ],
  );
});

test("who declined is skipped until every other agent who fits was asked", () => {
  const play = new Play();
  for (const agent of ["ada", "lin", "max"]) play.comes(agent);
  play.asks("c");
  play.passes(1_000);
  assert.deepEqual(play.declines("c", "ada"), ["declined ada", "offered lin"]);
  play.passes(1_000);
  assert.deepEqual(play.declines("c", "lin"), ["declined lin", "offered max"]);
  assert.deepEqual(play.declines("c", "max"), ["declined max", "offered ada"]);
  assert.equal(play.verdicts[1]?.reason, "asked_round");
});

test("agents who all decline are not asked in a spin", () => {
  const play = new Play();
  for (const agent of ["ada", "lin"]) play.comes(agent);
  play.asks("c");
  play.declines("c", "ada");
  assert.deepEqual(play.declines("c", "lin"), ["declined lin"]);
  assert.deepEqual([play.passes(RULES.reask_ms - 1), play.passes(1)], [[], ["offered ada"]]);
});

test("an agent who declined and is the only one there is asked again after 60 s", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("c");
  play.declines("c");
  assert.deepEqual([play.passes(59_999), play.passes(1)], [[], ["offered ada"]]);
});

test("an agent who declined is asked again when it sets itself online anew", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("c");
  play.declines("c");
  assert.deepEqual(play.sets("ada", { status: "away" }), []);
  assert.deepEqual(play.sets("ada", { status: "online" }), ["offered ada"]);
});

test("who declined one conversation is still asked for others", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("c");
  play.declines("c");
  assert.deepEqual(play.asks("d"), ["queued", "offered ada"]);
});

test("an agent who missed an offer and came back is skipped for it no longer", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("c");
  play.passes(20_000);
  assert.deepEqual(play.sets("ada", { status: "online" }), ["offered ada"]);
});

test("a decision names every agent that was passed over, and why", () => {
  const play = new Play();
  play.comes("away");
  play.sets("away", { status: "away" });
  play.comes("busy", { capacity: 0 });
  play.comes("elsewhere", { topics: ["sales"] });
  play.comes("gone");
  play.leaves("gone");
  play.comes("unskilled");
  play.comes("decliner", { skills: ["en"] });
  play.asks("c", { skills: ["en"] });
  play.passes(1_000);
  for (const agent of ["lin", "max"]) play.comes(agent, { skills: ["en"] });
  play.declines("c", "decliner");
  assert.equal(play.offeredTo("c"), "lin");
  assert.deepEqual(Object.fromEntries(play.verdicts[1]?.passed.map(({ agent, reason }) => [agent, reason]) ?? []), {
    ...{ away: "skills", busy: "skills", elsewhere: "topic", gone: "skills", unskilled: "skills" },
    ...{ decliner: "declined", max: "less_idle" },
  });
});

test("an agent without room, away or offline is passed over for that", () => {
  const play = new Play();
  play.comes("away");
  play.sets("away", { status: "away" });
  play.comes("full", { capacity: 0 });
  play.comes("gone");
  play.leaves("gone");
  play.asks("c");
  assert.deepEqual(play.verdicts[0]?.passed, [
    { agent: "away", reason: "away" },
    { agent: "full", reason: "no_capacity" },
    { agent: "gone", reason: "offline" },
  ]);
});

test("a decision names at most 50 agents, those who could have been asked first", () => {
  const play = new Play();
  for (let n = 0; n < 60; n++) play.comes(`full-${n}`, { capacity: 0 });
  for (const agent of ["zoe", "zed"]) play.comes(agent);
  play.asks("c");
  const passed = play.verdicts[1]?.passed ?? [];
  assert.deepEqual([play.offeredTo("c"), passed.length, passed[0]], ["zed", 50, { agent: "zoe", reason: "less_idle" }]);
});
