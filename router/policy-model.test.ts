import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NIGHT, Play } from "../test/support/desk-play.js";
import type { Conversation } from "./conversation.js";
import { agentRow, restoreAgent, restoreConversation } from "./restore.js";
import { type Agent, type Desk, newDesk, RULES, type Verdict } from "./state.js";

/**
 * The policy against random days at a desk. What must hold is written here a second time, from the rules and not from the code: who
 * fits whom, who is skipped, who comes first. A failure prints the seed and the shortest day that shows it.
 */

const AGENTS = ["ada", "lin", "max", "sun"];
const TOPICS = ["support", "sales"];
const SKILLS = [[], ["en"], ["zh"], ["en", "zh"]];

const pick = <T>(items: readonly T[]) => fc.constantFrom(...items);
const which = fc.nat(1_000);
const profile = fc.record({
  skills: pick(SKILLS),
  topics: pick([["*"], ["support"], ["sales"]]),
  capacity: fc.nat(3),
  capacity_max: fc.integer({ min: 1, max: 4 }),
});
const move = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant("asks" as const),
      topic: pick(TOPICS),
      skills: pick(SKILLS),
      priority: fc.nat(2),
      offline: fc.boolean(),
      hours: pick([undefined, NIGHT]),
    }),
  },
  { weight: 4, arbitrary: fc.record({ does: fc.constant("comes" as const), agent: pick(AGENTS), profile, gateway: pick(["g1", "g2"]) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("leaves" as const), agent: pick(AGENTS), gateway: pick(["g1", "g2"]) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("drops" as const), gateway: pick(["g1", "g2"]) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant("sets" as const),
      agent: pick(AGENTS),
      status: pick(["online", "online", "away", "offline"] as const),
      capacity: fc.option(fc.nat(5), { nil: undefined }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ does: fc.constant("accepts" as const), which }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant("declines" as const), which }) },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant("transfers" as const),
      which,
      to: fc.oneof(fc.record({ agent: pick(AGENTS) }), fc.record({ topic: pick(TOPICS) }), fc.record({ skills: pick([["en"], ["zh"]]) })),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant("assigns" as const), which, agent: pick(AGENTS), by: pick(["boss", "itself"] as const) }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("closes" as const), which }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("returns" as const), which }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("identifies" as const), which, as: pick(["nora", "omar"]) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant("passes" as const),
      ms: pick([1, 200, 600, 5_000, 20_000, 30_000, 60_000, 1_800_000, 9_000_000]),
    }),
  },
);
type Move = typeof move extends fc.Arbitrary<infer M> ? M : never;

const day = fc.array(move, { minLength: 1, maxLength: 60, size: "max" });
const RUNS = { numRuns: 400 };

class Day extends Play {
  #asked = 0;

  play(move: Move): unknown {
    switch (move.does) {
      case "asks":
        this.#asked += 1;
        return this.asks(`c${this.#asked}`, { ...move, terms: { reopen_window_ms: 3_600_000, ...(move.hours && { hours: move.hours }) } });
      case "comes":
        return this.comes(move.agent, move.profile, move.gateway);
      case "leaves":
        return this.leaves(move.agent, move.gateway);
      case "drops":
        return this.does({ type: "gateway_gone", gateway: move.gateway });
      case "sets":
        return this.sets(move.agent, { status: move.status, ...(move.capacity === undefined ? {} : { capacity: move.capacity }) });
      case "passes":
        return this.passes(move.ms);
      default:
        return this.#onConversation(move, (c) => this.conversation(c).state);
    }
  }

  #onConversation(move: Extract<Move, { which: number }>, stateOf: (c: string) => string): unknown {
    const inState = (...states: string[]): string | undefined => {
      const found = [...this.desk.conversations.keys()].filter((c) => states.includes(stateOf(c)));
      return found[move.which % Math.max(1, found.length)];
    };
    const c = inState(...STATES[move.does]);
    if (c === undefined) return undefined;
    switch (move.does) {
      case "accepts":
        return this.accepts(c);
      case "declines":
        return this.declines(c);
      case "transfers":
        return this.transfers(c, this.conversation(c).assignee as string, move.to);
      case "assigns":
        return this.assigns(c, move.agent, move.by === "itself" ? move.agent : move.by);
      case "closes":
        return this.closes(c);
      case "identifies":
        return this.identifies(c, move.as);
      case "returns":
        return this.does({ type: "reopened", c, ask: {}, terms: this.conversation(c).terms });
    }
  }
}

const STATES = {
  accepts: ["offered"],
  declines: ["offered"],
  transfers: ["active"],
  assigns: ["queued", "offered", "active"],
  closes: ["queued", "offered", "active"],
  identifies: ["queued", "offered", "active", "closed"],
  returns: ["closed"],
} as const;

/** Plays the day; `check` looks at the desk after every move, `watch` at every verdict. */
function played(moves: readonly Move[], check: (play: Day) => void, watch: (verdict: Verdict, play: Day) => void = () => undefined): Day {
  const play = new Day();
  play.watch = (verdict) => watch(verdict, play);
  for (const each of moves) {
    play.play(each);
    check(play);
  }
  return play;
}

function room(agent: Agent): number {
  const capacity = Math.min(agent.capacity ?? agent.profile.capacity, agent.profile.capacity_max);
  return capacity - agent.held.size - agent.offers.size;
}

function couldTake(agent: Agent, conversation: Conversation): boolean {
  const { topics, skills } = agent.profile;
  const serves = topics.includes("*") || topics.includes(conversation.topic);
  return serves && conversation.skills.every((skill) => skills.includes(skill));
}

function isSkipped(agent: Agent, { skips }: Conversation, now: number): boolean {
  return skips.some((skip) => skip.agent === agent.party.id && skip.seq >= agent.online_seq && now < skip.at + RULES.skip_ms);
}

/** Night is from 01:00 to 02:00 UTC. */
function waitsForHours({ offline, terms }: Conversation, now: number): boolean {
  return offline === true && terms.hours === NIGHT && new Date(now).getUTCHours() !== 1;
}

function isWorking(agent: Agent): boolean {
  return agent.gateways.size > 0 && agent.status === "online";
}

function all(desk: Desk): { conversations: Conversation[]; agents: Agent[]; waiting: Conversation[] } {
  const conversations = [...desk.conversations.values()];
  return { conversations, agents: [...desk.agents.values()], waiting: conversations.filter(({ state }) => state === "queued") };
}

test("no agent is offered or assigned more than it has room for", () => {
  fc.assert(
    fc.property(day, (moves) => {
      played(
        moves,
        ({ desk }) => {
          for (const agent of all(desk).agents)
            assert.ok(agent.offers.size === 0 || room(agent) >= 0, `${agent.party.id} is over its capacity`);
        },
        ({ event, agent = "" }, { desk }) => {
          const given = event === "assigned" && desk.agents.get(agent);
          assert.ok(!given || room(given) >= 0, `${agent} was given more than it has room for`);
        },
      );
    }),
    RUNS,
  );
});

test("a conversation has one holder or one offer, and that agent alone counts it", () => {
  fc.assert(
    fc.property(day, (moves) => {
      played(moves, ({ desk }) => {
        const { conversations, agents } = all(desk);
        for (const { c, assignee, offer, state } of conversations) {
          const holders = agents.filter(({ held }) => held.has(c)).map(({ party }) => party.id);
          const asked = agents.filter(({ offers }) => offers.has(c)).map(({ party }) => party.id);
          assert.deepEqual(holders, state === "active" ? [assignee] : [], `holders of ${c}`);
          assert.deepEqual(asked, state === "offered" ? [offer?.agent] : [], `who is asked for ${c}`);
        }
      });
    }),
    RUNS,
  );
});

test("nobody who fits, is free and is not skipped stands idle while somebody waits", () => {
  fc.assert(
    fc.property(day, (moves) => {
      played(moves, ({ desk, now }) => {
        const { agents, waiting } = all(desk);
        const idle = agents.filter((agent) => isWorking(agent) && room(agent) > 0);
        for (const one of waiting)
          for (const agent of idle)
            assert.ok(
              !couldTake(agent, one) || isSkipped(agent, one, now) || waitsForHours(one, now),
              `${one.c} waits and ${agent.party.id} is free`,
            );
      });
    }),
    RUNS,
  );
});

test("what was left by a form is offered to nobody while its topic is closed", () => {
  fc.assert(
    fc.property(day, (moves) => {
      played(
        moves,
        () => undefined,
        ({ c, event }, { desk, now }) => {
          assert.ok(event !== "offered" || !waitsForHours(desk.conversations.get(c) as Conversation, now), `${c} was offered`);
        },
      );
    }),
    RUNS,
  );
});

test("whoever is offered comes before all others who wait and whom that agent could take", () => {
  fc.assert(
    fc.property(day, (moves) => {
      played(moves, () => undefined, comesFirst);
    }),
    RUNS,
  );
});

function comesFirst({ c, reason, agent: id = "" }: Verdict, { desk, now }: Day): void {
  const taken = desk.conversations.get(c) as Conversation;
  const agent = desk.agents.get(id);
  const others = reason === "longest_idle" && agent ? all(desk).waiting.filter((one) => couldTake(agent, one)) : [];
  for (const one of others) {
    const earlier = one.priority === taken.priority && one.arrived_at < taken.arrived_at;
    const first = one.priority > taken.priority || earlier;
    assert.ok(!first || isSkipped(agent as Agent, one, now) || waitsForHours(one, now), `${one.c} should have come before ${c}`);
  }
}

test("every conversation is listed under its visitor and nobody else, and its visitor is a member", () => {
  fc.assert(
    fc.property(day, (moves) => {
      played(moves, ({ desk }) => {
        const listed = [...desk.visitors].flatMap(([visitor, own]) => [...own].map((c) => `${c} of ${visitor}`));
        const { conversations } = all(desk);
        assert.deepEqual(listed.sort(), conversations.map(({ c, visitor }) => `${c} of ${visitor.id}`).sort());
        for (const { members, visitor } of conversations) assert.equal(members.filter(({ id }) => id === visitor.id).length, 1);
      });
    }),
    RUNS,
  );
});

test("every verdict raises its conversation's version by one, and nothing else does", () => {
  fc.assert(
    fc.property(day, (moves) => {
      const ruled = new Map<string, number>();
      const count = ({ c }: Verdict): unknown => ruled.set(c, (ruled.get(c) ?? 0) + 1);
      played(
        moves,
        ({ desk }) => {
          for (const { c, version } of desk.conversations.values()) assert.equal(version, ruled.get(c), `version of ${c}`);
        },
        count,
      );
    }),
    RUNS,
  );
});

test("nothing is stuck: with one agent who can do everything, every open conversation is served", () => {
  fc.assert(
    fc.property(day, (moves) => {
      const play = played(moves, () => undefined);
      for (const agent of AGENTS) for (const gateway of ["g1", "g2"]) play.leaves(agent, gateway);
      play.passes(RULES.grace_ms);
      play.comes("zed", { skills: ["en", "zh"], capacity: 1_000, capacity_max: 1_000 });
      for (const c of play.desk.offered) play.accepts(c);
      const open = all(play.desk).conversations.filter((one) => one.state !== "closed" && !waitsForHours(one, play.now));
      assert.deepEqual(
        open.filter(({ assignee }) => assignee !== "zed").map(({ c, state }) => `${c} ${state}`),
        [],
      );
    }),
    RUNS,
  );
});

test("the same day gives the same decisions", () => {
  fc.assert(
    fc.property(day, (moves) => {
      const decisions = (): Verdict[] => {
        const all: Verdict[] = [];
        played(
          moves,
          () => undefined,
          (verdict) => all.push(verdict),
        );
        return all;
      };
      assert.deepEqual(decisions(), decisions());
    }),
    RUNS,
  );
});

test("a desk that is read back from its rows stands where it stood and rules alike", () => {
  fc.assert(
    fc.property(day, (moves) => {
      const play = played(moves, () => undefined);
      for (const agent of AGENTS) for (const gateway of ["g1", "g2"]) play.leaves(agent, gateway);
      const again = new Day();
      Object.assign(again, { desk: readBack(play.desk, play.now), now: play.now });
      assert.deepEqual(again.waiting(), play.waiting());
      assert.deepEqual(again.desk.visitors, play.desk.visitors);
      const later = (each: Play): string[] => [...each.comes("ada", { capacity: 2 }), ...each.passes(60_000), ...each.comes("lin")];
      assert.deepEqual(later(again), later(play));
    }),
    RUNS,
  );
});

function readBack(desk: Desk, now: number): Desk {
  const copy = newDesk();
  for (const agent of desk.agents.values()) restoreAgent(copy, structuredClone(agentRow(agent)), now);
  for (const row of [...desk.conversations.values()].sort((a, b) => a.since - b.since))
    restoreConversation(copy, structuredClone(row), now);
  return copy;
}
