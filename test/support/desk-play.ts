import assert from "node:assert/strict";
import { DAYS, type Hours } from "../../directory/hours.js";
import type { Conversation, Terms } from "../../router/conversation.js";
import { before } from "../../router/queue.js";
import { effective } from "../../router/roster.js";
import type { AgentProfile, AgentStatus, StatusWish } from "../../router/router.js";
import { type Agent, type Desk, type DeskEvent, newDesk, type Rules, type Verdict } from "../../router/state.js";
import { step } from "../../router/step.js";

export const TERMS: Terms = { skills: [], offer_timeout_ms: 20_000, reopen_window_ms: 86_400_000, away_on_missed_offer: true };

/** From 01:00 to 02:00 UTC; a play begins at 22:13:20. */
export const NIGHT: Hours = {
  time_zone: "UTC",
  week: Object.fromEntries(DAYS.map((day) => [day, [["01:00", "02:00"]]])),
};

/** From the beginning of a play until it opens. */
export const SHUT_MS = 10_000_000;

export const PROFILE: AgentProfile = { skills: [], topics: ["*"], capacity: 2, capacity_max: 10 };

/** A desk, its time in the test's hand, and the verdicts of the last event. Offers are shown at once, as a linked gateway would. */
export class Play {
  readonly desk: Desk;
  now = 1_700_000_000_000;
  verdicts: Verdict[] = [];
  /** Sees every verdict when the desk is as it says. */
  watch: (verdict: Verdict) => void = () => undefined;

  constructor(rules?: Rules) {
    this.desk = newDesk(rules);
  }

  /** Plays one event; its verdicts as `event agent`, in order. */
  does(event: DeskEvent): string[] {
    this.verdicts = [];
    this.#step(event);
    return this.verdicts.map(({ event: what, agent }) => [what, agent].filter(Boolean).join(" "));
  }

  /** Lets time pass and the desk notice. */
  passes(by_ms: number): string[] {
    this.now += by_ms;
    return this.does({ type: "tick" });
  }

  asks(c: string, { topic = "support", priority, skills, terms, offline = false }: Wish = {}): string[] {
    const ask = { ...(priority === undefined ? {} : { priority }), ...(skills && { skills }) };
    const visitor = { id: `of-${c}`, role: "visitor", name: c } as const;
    return this.does({ type: "asked", c, visitor, topic, ask, terms: { ...TERMS, ...terms }, offline });
  }

  /** The agent has a socket and is online. */
  comes(agent: string, profile: Partial<AgentProfile> = {}, gateway = "g1"): string[] {
    return [...this.appears(agent, profile, gateway), ...this.sets(agent, { status: "online" })];
  }

  appears(agent: string, profile: Partial<AgentProfile> = {}, gateway = "g1"): string[] {
    const party = { id: agent, role: "agent", name: agent } as const;
    return this.does({ type: "agent_here", party, profile: { ...PROFILE, ...profile }, gateway });
  }

  leaves(agent: string, gateway = "g1"): string[] {
    return this.does({ type: "agent_gone", agent, gateway });
  }

  sets(agent: string, wish: StatusWish): string[] {
    return this.does({ type: "status", agent, wish });
  }

  accepts(c: string, agent = this.offeredTo(c)): string[] {
    return this.does({ type: "accepted", c, agent, offer: this.conversation(c).offer?.id ?? "none" });
  }

  declines(c: string, agent = this.offeredTo(c)): string[] {
    return this.does({ type: "declined", c, agent, offer: this.conversation(c).offer?.id ?? "none" });
  }

  transfers(c: string, by: string, to: { agent?: string; topic?: string; skills?: string[] }, terms: Partial<Terms> = {}): string[] {
    const { topic } = this.conversation(c);
    const party = { id: by, role: "agent", name: by } as const;
    return this.does({ type: "transferred", c, by: party, to, topic: to.topic ?? topic, terms: { ...TERMS, ...terms } });
  }

  /** Given by a supervisor, or taken by the agent itself. */
  assigns(c: string, agent: string, by = "boss"): string[] {
    return this.does({ type: "assigned", c, by: { id: by, role: by === "boss" ? "supervisor" : "agent", name: by }, agent });
  }

  /** The visitor of this conversation is known by its own name. */
  identifies(c: string, as: string): string[] {
    const to = { id: as, role: "visitor", name: as } as const;
    return this.does({ type: "identified", visitor: this.conversation(c).visitor.id, to });
  }

  closes(c: string, by = "ada"): string[] {
    return this.does({ type: "closed", c, by: { id: by, role: "agent", name: by } });
  }

  conversation(c: string): Conversation {
    const found = this.desk.conversations.get(c);
    assert.ok(found, `there is no conversation ${c}`);
    return found;
  }

  agent(id: string): Agent {
    const found = this.desk.agents.get(id);
    assert.ok(found, `there is no agent ${id}`);
    return found;
  }

  status(id: string): AgentStatus {
    return effective(this.agent(id));
  }

  /** Whom the conversation is offered to. */
  offeredTo(c: string): string {
    return this.conversation(c).offer?.agent ?? "nobody";
  }

  /** Who waits without an offer, first in order first. */
  waiting(): string[] {
    return [...this.desk.queue.lanes()]
      .flat()
      .sort(before)
      .map(({ c }) => c);
  }

  #step(event: DeskEvent): void {
    const before = this.verdicts.length;
    step(this.desk, event, this.now, (verdict) => {
      this.verdicts.push(verdict);
      this.watch(verdict);
    });
    for (const { c, offer, event: what } of this.verdicts.slice(before)) {
      if (what === "offered") this.#step({ type: "shown", c, offer: offer as string });
    }
  }
}

export interface Wish {
  readonly topic?: string;
  readonly priority?: number;
  readonly skills?: readonly string[];
  readonly terms?: Partial<Terms>;
  readonly offline?: boolean;
}
