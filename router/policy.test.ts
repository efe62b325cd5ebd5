import assert from "node:assert/strict";
import { test } from "node:test";
import { NIGHT, Play, SHUT_MS } from "../test/support/desk-play.js";
import { RULES } from "./state.js";

test("of those who wait, a higher priority comes first and then who came earlier", () => {
  const play = new Play();
  for (const [c, priority] of [
    ["early", 0],
    ["urgent", 5],
    ["late", 0],
    ["urgent-too", 5],
  ] as const)
    play.asks(c, { priority });
  play.appears("ada", { capacity: 4 });
  assert.deepEqual(play.waiting(), ["urgent", "urgent-too", "early", "late"]);
  play.sets("ada", { status: "online" });
  assert.deepEqual(
    play.verdicts.map(({ c }) => c),
    ["urgent", "urgent-too", "early", "late"],
  );
});

test("two who come in the same millisecond keep the order in which they came", () => {
  const play = new Play();
  for (const c of ["z", "m", "a"]) play.asks(c);
  assert.deepEqual(play.waiting(), ["z", "m", "a"]);
});

test("who waits is offered to an agent the moment one is free", () => {
  const play = new Play();
  assert.deepEqual(play.asks("c"), ["queued"]);
  assert.deepEqual(play.comes("ada"), ["offered ada"]);
  assert.deepEqual(play.asks("d"), ["queued", "offered ada"]);
});

test("an agent must have every skill that is asked for, the topic's included", () => {
  const play = new Play();
  play.comes("ada", { skills: ["en"] });
  play.comes("lin", { skills: ["zh", "refunds"] });
  assert.deepEqual(play.asks("c", { skills: ["en", "refunds"] }), ["queued"]);
  assert.deepEqual(play.asks("d", { skills: ["zh"], terms: { skills: ["refunds"] } }), ["queued", "offered lin"]);
});

test("an agent may narrow its skills but not widen them", () => {
  const play = new Play();
  play.comes("ada", { skills: ["en", "zh"] });
  play.sets("ada", { status: "online", skills: ["zh", "fr"] });
  assert.deepEqual(play.asks("c", { skills: ["en"] }), ["queued"]);
  assert.deepEqual(play.asks("d", { skills: ["fr"] }), ["queued"]);
  assert.deepEqual(play.asks("e", { skills: ["zh"] }), ["queued", "offered ada"]);
});

test("an agent is offered only conversations of its topics", () => {
  const play = new Play();
  play.comes("ada", { topics: ["sales"] });
  assert.deepEqual(play.asks("c", { topic: "support" }), ["queued"]);
  assert.deepEqual(play.asks("d", { topic: "sales" }), ["queued", "offered ada"]);
});

test("who fits nobody keeps nobody else from being served", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("odd", { priority: 9, skills: ["nobody has this"] });
  assert.deepEqual(play.asks("plain"), ["queued", "offered ada"]);
});

test("an open offer holds capacity as a conversation does", () => {
  const play = new Play();
  play.comes("ada", { capacity: 2 });
  play.asks("held");
  play.accepts("held");
  assert.deepEqual(play.asks("offered"), ["queued", "offered ada"]);
  assert.deepEqual(play.asks("waits"), ["queued"]);
  assert.deepEqual(play.status("ada"), { status: "online", capacity: 2, load: 1 });
});

test("capacity stays inside the account's maximum whatever the agent wishes", () => {
  const play = new Play();
  play.comes("ada", { capacity: 1, capacity_max: 3 });
  play.sets("ada", { status: "online", capacity: 400 });
  assert.equal(play.status("ada").capacity, 3);
  for (const c of ["a", "b", "c", "d"]) play.asks(c);
  assert.deepEqual([play.agent("ada").offers.size, play.waiting()], [3, ["d"]]);
});

test("an accepted offer assigns the conversation and makes the agent a member", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("c");
  assert.deepEqual(play.accepts("c"), ["assigned ada"]);
  const { state, assignee, members, version } = play.conversation("c");
  assert.deepEqual([state, assignee, members.map(({ id }) => id), version], ["active", "ada", ["of-c", "ada"], 3]);
});

test("an offer is accepted by nobody but the agent it was made to", () => {
  const play = new Play();
  play.comes("ada");
  play.comes("lin");
  play.asks("c");
  assert.deepEqual([play.offeredTo("c"), play.accepts("c", "lin")], ["ada", []]);
  assert.equal(play.conversation("c").state, "offered");
});

test("an offer that ended cannot be accepted any more", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("c");
  const offer = play.conversation("c").offer?.id as string;
  play.declines("c");
  assert.deepEqual(play.does({ type: "accepted", c: "c", agent: "ada", offer }), []);
});

test("a declined conversation keeps its place and goes to the next agent", () => {
  const play = new Play();
  play.comes("ada", { capacity: 1 });
  play.asks("first");
  play.asks("second");
  play.comes("lin", { capacity: 1 });
  assert.deepEqual([play.offeredTo("first"), play.offeredTo("second")], ["ada", "lin"]);
  assert.deepEqual(play.declines("second"), ["declined lin"]);
  assert.deepEqual(play.declines("first"), ["declined ada", "offered lin", "offered ada"]);
  assert.deepEqual([play.offeredTo("first"), play.offeredTo("second")], ["lin", "ada"]);
});

test("an offer that nobody answers in time goes back to the queue, and its agent is away", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("c");
  assert.deepEqual(play.passes(19_999), []);
  assert.deepEqual(play.passes(1), ["missed ada"]);
  assert.deepEqual([play.conversation("c").state, play.status("ada").status, play.verdicts[0]?.away], ["queued", "away", true]);
});

test("a tenant may leave an agent online that let an offer pass", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("c", { terms: { away_on_missed_offer: false } });
  assert.deepEqual(play.passes(20_000), ["missed ada"]);
  assert.equal(play.status("ada").status, "online");
});

test("the other offers of an agent who becomes away go to somebody else", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("first");
  play.passes(5_000);
  play.asks("second");
  play.comes("lin");
  assert.deepEqual(play.passes(15_000), ["missed ada", "rescinded ada", "offered lin", "offered lin"]);
});

test("the time of an offer runs from when the agent was shown it", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("c");
  delete play.conversation("c").offer?.expires_at;
  assert.deepEqual(play.passes(60_000), []);
  play.does({ type: "shown", c: "c", offer: play.conversation("c").offer?.id as string });
  assert.deepEqual([play.passes(19_999), play.passes(1)], [[], ["missed ada"]]);
});

test("an offer is taken back from an agent who goes away, offline or without a socket", () => {
  const play = new Play();
  for (const end of [() => play.sets("ada", { status: "away" }), () => play.sets("ada", { status: "offline" }), () => play.leaves("ada")]) {
    play.comes("ada");
    play.asks("c");
    assert.deepEqual(end(), ["rescinded ada"]);
    play.closes("c");
  }
});

test("an agent who lowers its capacity gives back the newest offers, not what it holds", () => {
  const play = new Play();
  play.comes("ada", { capacity: 3 });
  for (const c of ["held", "older", "newer"]) play.asks(c);
  play.accepts("held");
  assert.deepEqual(play.sets("ada", { status: "online", capacity: 2 }), ["rescinded ada"]);
  assert.deepEqual([play.offeredTo("older"), play.waiting()], ["ada", ["newer"]]);
  play.sets("ada", { status: "online", capacity: 0 });
  assert.deepEqual([play.conversation("held").assignee, play.waiting()], ["ada", ["older", "newer"]]);
});

test("an agent on two devices is here until the last one leaves", () => {
  const play = new Play();
  play.comes("ada", {}, "g1");
  play.appears("ada", {}, "g2");
  play.asks("held");
  play.accepts("held");
  play.leaves("ada", "g1");
  assert.deepEqual(play.passes(RULES.grace_ms), []);
  play.asks("c");
  assert.deepEqual(play.does({ type: "gateway_gone", gateway: "g2" }), ["rescinded ada"]);
});

test("what an agent held is given to others when it stays away beyond the grace", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("c");
  play.accepts("c");
  play.leaves("ada");
  play.comes("lin");
  assert.deepEqual(play.passes(RULES.grace_ms - 1), []);
  assert.deepEqual(play.passes(1), ["queued ada", "offered lin"]);
  assert.equal(play.verdicts[0]?.reason, "agent_lost");
});

test("an agent who is back inside the grace keeps what it held", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("c");
  play.accepts("c");
  play.leaves("ada");
  play.passes(RULES.grace_ms - 1);
  play.appears("ada");
  assert.deepEqual(play.passes(60_000), []);
  assert.equal(play.conversation("c").assignee, "ada");
});

test("a conversation that lost its agent is served before those who came after it", () => {
  const play = new Play();
  play.comes("ada", { capacity: 1 });
  play.asks("first");
  play.accepts("first");
  play.asks("second");
  play.leaves("ada");
  play.passes(RULES.grace_ms);
  assert.deepEqual(play.waiting(), ["first", "second"]);
});

test("a transfer to an agent releases the sender at once and asks the other one", () => {
  const play = new Play();
  for (const agent of ["ada", "lin", "max"]) play.comes(agent);
  play.asks("c");
  play.accepts("c");
  assert.deepEqual(play.transfers("c", "ada", { agent: "max" }), ["transferred ada", "offered max"]);
  assert.deepEqual([play.conversation("c").assignee, play.status("ada").load], [undefined, 0]);
});

test("a transfer to an agent that is declined or missed goes to the queue of its topic", () => {
  for (const end of [(play: Play) => play.declines("c"), (play: Play) => play.passes(20_000)]) {
    const play = new Play();
    for (const agent of ["ada", "lin", "max"]) play.comes(agent);
    play.asks("c");
    play.accepts("c");
    play.transfers("c", "ada", { agent: "max" });
    end(play);
    assert.deepEqual([play.offeredTo("c"), play.conversation("c").topic], ["lin", "support"]);
  }
});

test("a transfer to an agent who cannot take it goes to the queue at once and says why", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("c");
  play.accepts("c");
  play.comes("full", { capacity: 0 });
  play.comes("lin");
  assert.deepEqual(play.transfers("c", "ada", { agent: "full" }), ["transferred ada", "offered lin"]);
  assert.deepEqual(play.verdicts[0]?.passed, [{ agent: "full", reason: "no_capacity" }]);
  play.accepts("c");
  play.transfers("c", "lin", { agent: "stranger" });
  assert.deepEqual(play.verdicts[0]?.passed, [{ agent: "stranger", reason: "offline" }]);
});

test("a transfer to a topic takes that topic's skills and agents", () => {
  const play = new Play();
  play.comes("ada", { topics: ["support"] });
  play.asks("c", { topic: "support", skills: ["en"], terms: { skills: [] } });
  play.comes("lin", { topics: ["sales"], skills: ["prices"] });
  play.comes("ann", { topics: ["support"], skills: ["en"] });
  play.accepts("c");
  assert.deepEqual(play.transfers("c", "ann", { topic: "sales" }, { skills: ["prices"] }), ["transferred ann", "offered lin"]);
  assert.deepEqual([play.conversation("c").topic, play.conversation("c").skills], ["sales", ["prices"]]);
});

test("a transfer to skills stays in its topic and asks for them too", () => {
  const play = new Play();
  play.comes("ada", { skills: ["en"] });
  play.comes("lin", { skills: ["en", "refunds"] });
  play.asks("c", { skills: ["en"] });
  play.accepts("c");
  assert.deepEqual(play.transfers("c", "ada", { skills: ["refunds"] }), ["transferred ada", "offered lin"]);
  assert.deepEqual(play.conversation("c").skills, ["en", "refunds"]);
});

test("who sent a conversation on is not asked for it before everybody else was", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("c");
  play.accepts("c");
  assert.deepEqual(play.transfers("c", "ada", { topic: "support" }), ["transferred ada"]);
  play.passes(1_000);
  assert.deepEqual(play.comes("lin"), ["offered lin"]);
  assert.deepEqual(play.declines("c", "lin"), ["declined lin", "offered ada"]);
});

test("who is given a conversation holds it at once, and who held it has room again", () => {
  const play = new Play();
  for (const agent of ["ada", "lin"]) play.comes(agent, { capacity: 1 });
  play.asks("c");
  play.accepts("c", "ada");
  assert.deepEqual(play.assigns("c", "lin"), ["assigned lin"]);
  assert.deepEqual([play.verdicts[0]?.reason, play.verdicts[0]?.from], ["assigned_by_supervisor", { agent: "ada" }]);
  assert.deepEqual([play.conversation("c").assignee, play.status("ada").load, play.status("lin").load], ["lin", 0, 1]);
  assert.deepEqual(play.asks("d"), ["queued", "offered ada"]);
});

test("an offer to somebody else ends when the conversation is picked", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("c");
  play.appears("lin");
  assert.deepEqual(play.assigns("c", "lin", "lin"), ["assigned lin"]);
  assert.deepEqual([play.verdicts[0]?.reason, play.verdicts[0]?.from], ["picked", { agent: "ada", offer: "c.1" }]);
  assert.deepEqual([play.agent("ada").offers.size, play.desk.offered.size, play.waiting()], [0, 0, []]);
});

test("who is given what it was offered has accepted the offer with that", () => {
  const play = new Play();
  play.comes("ada", { capacity: 1 });
  play.asks("c");
  assert.deepEqual(play.assigns("c", "ada"), ["assigned ada"]);
  assert.deepEqual([play.verdicts[0]?.offer, play.verdicts[0]?.from, play.status("ada").load], ["c.1", undefined, 1]);
});

test("who takes over what somebody holds says so in its reason", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("c");
  play.accepts("c");
  play.appears("sun");
  play.does({ type: "assigned", c: "c", by: { id: "sun", role: "supervisor", name: "Sun" }, agent: "sun" });
  assert.deepEqual([play.verdicts[0]?.reason, play.verdicts[0]?.detail], ["taken_over", { by: "sun" }]);
});

test("nobody is given a conversation without room for it, one that is closed, or one it holds", () => {
  const play = new Play();
  play.comes("ada", { capacity: 1 });
  for (const c of ["held", "waits", "over"]) play.asks(c);
  play.accepts("held");
  play.closes("over");
  for (const c of ["held", "waits", "over"]) assert.deepEqual(play.assigns(c, "ada"), [], c);
  assert.deepEqual(play.assigns("waits", "stranger"), []);
});

test("closing ends what was: the place in the queue, the offer, the assignment", () => {
  const play = new Play();
  play.comes("ada", { capacity: 2 });
  for (const c of ["held", "offered", "waits"]) play.asks(c);
  play.accepts("held");
  assert.deepEqual(play.closes("offered"), ["closed ada", "offered ada"]);
  assert.deepEqual(play.closes("waits"), ["closed ada"]);
  assert.deepEqual(play.closes("held"), ["closed ada"]);
  assert.deepEqual([play.desk.queue.size, play.desk.offered.size, play.status("ada").load], [0, 0, 0]);
  assert.deepEqual(play.closes("held"), []);
});

test("who closed a conversation stands in its reason", () => {
  const play = new Play();
  for (const role of ["visitor", "agent", "supervisor"] as const) {
    play.asks(role);
    play.does({ type: "closed", c: role, by: { id: "x", role, name: "x" }, why: "done" });
    assert.deepEqual([play.verdicts[0]?.reason, play.verdicts[0]?.detail], [`closed_by_${role}`, { by: "x", why: "done" }]);
  }
});

test("a reopened conversation queues at the end and goes on counting its versions", () => {
  const play = new Play();
  play.asks("again");
  play.closes("again");
  play.passes(1_000);
  play.asks("waits");
  const { ask, terms } = play.conversation("again");
  assert.deepEqual(play.does({ type: "reopened", c: "again", ask, terms }), ["reopened"]);
  assert.deepEqual([play.waiting(), play.conversation("again").version], [["waits", "again"], 3]);
});

test("what a visitor has open is its own under the name it is known by, and all else about it stays", () => {
  const play = new Play();
  play.comes("ada", { capacity: 1 });
  play.asks("c");
  const { offer, since, state } = play.conversation("c");
  assert.deepEqual(play.identifies("c", "nora"), ["identified"]);
  const after = play.conversation("c");
  assert.deepEqual([after.visitor.id, after.members.map(({ id }) => id)], ["nora", ["of-c", "nora"]]);
  assert.deepEqual([after.offer, after.since, after.state, after.version], [offer, since, state, 3]);
  assert.deepEqual([play.desk.visitors.get("of-c"), play.desk.visitors.get("nora")], [undefined, new Set(["c"])]);
});

test("a visitor who is identified again moves nothing", () => {
  const play = new Play();
  play.asks("c");
  const { visitor } = play.conversation("c");
  play.identifies("c", "nora");
  assert.deepEqual(play.does({ type: "identified", visitor: visitor.id, to: { id: "nora", role: "visitor", name: "nora" } }), []);
});

test("what was closed goes to the known visitor while it could be reopened, and stays closed", () => {
  const play = new Play();
  play.asks("c", { terms: { reopen_window_ms: 60_000 } });
  play.closes("c");
  const { since } = play.conversation("c");
  play.now += 59_999;
  assert.deepEqual(play.identifies("c", "nora"), ["identified"]);
  assert.deepEqual([play.conversation("c").state, play.conversation("c").since], ["closed", since]);
  play.now += 1;
  assert.deepEqual(play.identifies("c", "omar"), []);
});

test("what was left by a form is offered when its topic opens, and not a moment before", () => {
  const play = new Play();
  play.comes("ada");
  assert.deepEqual(play.asks("c", { offline: true, terms: { hours: NIGHT } }), ["queued"]);
  const [queued] = play.verdicts;
  const opens_at = play.now + SHUT_MS;
  assert.deepEqual([queued?.reason, queued?.detail], ["offline", { why: "outside_hours", opens_at }]);
  assert.deepEqual(queued?.passed, [{ agent: "ada", reason: "outside_hours" }]);
  assert.deepEqual([play.passes(SHUT_MS - 1), play.passes(1)], [[], ["offered ada"]]);
});

test("what was left by a form is offered at once while its topic is open, and on a topic without hours", () => {
  const play = new Play();
  play.now += SHUT_MS;
  play.comes("ada");
  assert.deepEqual(play.asks("c", { offline: true, terms: { hours: NIGHT } }), ["queued", "offered ada"]);
  assert.deepEqual(play.asks("d", { offline: true }), ["queued", "offered ada"]);
});

test("who asks while its topic is closed is served all the same, before all that was left by a form", () => {
  const play = new Play();
  play.asks("form", { offline: true, terms: { hours: NIGHT } });
  play.asks("live", { terms: { hours: NIGHT } });
  assert.deepEqual(play.comes("ada"), ["offered ada"]);
  assert.deepEqual([play.offeredTo("live"), play.offeredTo("form")], ["ada", "nobody"]);
});

test("what was left by a form and is declined, or handed to an agent, after closing time waits until the next opening", () => {
  const play = new Play();
  play.now += SHUT_MS;
  play.comes("ada");
  play.comes("lin");
  for (const c of ["declined", "held"]) play.asks(c, { offline: true, terms: { hours: NIGHT, offer_timeout_ms: 10_000_000 } });
  const [, holder] = [play.offeredTo("declined"), play.offeredTo("held")];
  play.accepts("held");
  play.now += 3_600_000;
  assert.deepEqual(play.declines("declined").slice(1), []);
  const to = holder === "ada" ? "lin" : "ada";
  assert.deepEqual(play.transfers("held", holder, { agent: to }, { hours: NIGHT }), [`transferred ${holder}`]);
  assert.deepEqual(play.verdicts[0]?.passed, [{ agent: to, reason: "outside_hours" }]);
  assert.deepEqual(play.passes(23 * 3_600_000 - 1), []);
  assert.deepEqual(play.passes(1).length, 2);
});

test("who asks anew for what was left by a form and closed is served as anybody else", () => {
  const play = new Play();
  play.asks("c", { offline: true, terms: { hours: NIGHT } });
  play.closes("c");
  play.comes("ada");
  const { ask, terms } = play.conversation("c");
  assert.deepEqual(play.does({ type: "reopened", c: "c", ask, terms }), ["reopened", "offered ada"]);
});

test("what waits for opening hours is offered when they are changed to what is open now", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("c", { offline: true, terms: { hours: NIGHT } });
  const { hours: _night, ...terms } = play.conversation("c").terms;
  play.desk.dirty.conversations.clear();
  assert.deepEqual(play.does({ type: "hours", topic: "sales" }), []);
  assert.deepEqual(play.does({ type: "hours", topic: "support", hours: { time_zone: "UTC", week: {} } }), []);
  assert.deepEqual([...play.desk.dirty.conversations], ["c"]);
  assert.deepEqual(play.does({ type: "hours", topic: "support" }), ["offered ada"]);
  assert.deepEqual(play.conversation("c").terms, terms);
});

test("an agent may pick what waits for opening hours", () => {
  const play = new Play();
  play.asks("c", { offline: true, terms: { hours: NIGHT } });
  play.comes("ada");
  assert.deepEqual(play.assigns("c", "ada", "ada"), ["assigned ada"]);
});

test("nothing is decided when nothing changed", () => {
  const play = new Play();
  play.comes("ada");
  play.asks("c");
  play.accepts("c");
  assert.deepEqual([play.passes(200), play.passes(200), play.appears("ada")], [[], [], []]);
});
