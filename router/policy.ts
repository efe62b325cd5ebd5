import { opensAt } from "../directory/hours.js";
import { choose, fitting, passedOver } from "./choice.js";
import { type Conversation, isShut } from "./conversation.js";
import { before } from "./queue.js";
import type { Reason } from "./reasons.js";
import { capacityOf, hasRoomFor, statusOf, unavailable } from "./roster.js";
import type { Agent, Desk, DeskEvent, Loser, Verdict } from "./state.js";

/** Recorded with every decision: which policy took it. */
export const POLICY = "fifo-1";

type Of<T extends DeskEvent["type"]> = Extract<DeskEvent, { readonly type: T }>;

/**
 * What an event itself decides. Pure: same desk, event and time, same answer; nothing is changed. Events that are only facts (who is
 * here, which status) decide nothing: what follows from them is for {@link next} to say.
 */
export function decide(desk: Desk, event: DeskEvent, now: number): Verdict[] {
  switch (event.type) {
    case "asked":
      return [arrival(desk, event.c, "queued", event.offline ? "offline" : "asked", now)];
    case "reopened":
      return [arrival(desk, event.c, "reopened", event.offline ? "offline" : "asked_again", now)];
    case "accepted":
      return accepted(desk, event);
    case "declined":
      return declined(desk, event);
    case "transferred":
      return transferred(desk, event, now);
    case "assigned":
      return assigned(desk, event);
    case "closed":
      return closed(desk, event);
    case "identified":
      return identified(desk, event, now);
    default:
      return [];
  }
}

/** The next thing that is due by time alone. Pure; ask again after applying the answer. */
export function due(desk: Desk, now: number): Verdict | undefined {
  return missedOffer(desk, now) ?? lostAgent(desk, now);
}

/** The next thing that is not as it should be: an offer that no longer stands, or a visitor whom somebody free could serve. Pure. */
export function next(desk: Desk, now: number): Verdict | undefined {
  return rescind(desk, now) ?? offer(desk, now);
}

function arrival(desk: Desk, c: string, event: "queued" | "reopened", reason: Reason, now: number): Verdict {
  const conversation = desk.conversations.get(c) as Conversation;
  const shut = isShut(conversation, now);
  const nobody = shut || fitting(desk, conversation).length === 0;
  const passed = nobody ? passedOver(desk, conversation, undefined, now) : [];
  return { c, event, reason, state: "queued", passed, ...(shut ? { detail: untilOpen(conversation, now) } : {}) };
}

function untilOpen({ terms }: Conversation, now: number): NonNullable<Verdict["detail"]> {
  const opens_at = terms.hours && opensAt(terms.hours, now);
  const why: Reason = "outside_hours";
  return { why, ...(opens_at === undefined ? {} : { opens_at }) };
}

function accepted(desk: Desk, event: Of<"accepted">): Verdict[] {
  if (!stands(desk, event)) return [];
  return [{ c: event.c, event: "assigned", reason: "accepted", state: "active", agent: event.agent, offer: event.offer, passed: [] }];
}

function declined(desk: Desk, event: Of<"declined">): Verdict[] {
  if (!stands(desk, event)) return [];
  const detail = event.why === undefined ? {} : { detail: { why: event.why } };
  return [
    { c: event.c, event: "declined", reason: "declined", state: "queued", agent: event.agent, offer: event.offer, passed: [], ...detail },
  ];
}

function stands(desk: Desk, event: { c: string; agent: string; offer: string }): boolean {
  const open = desk.conversations.get(event.c)?.offer;
  return open?.id === event.offer && open.agent === event.agent;
}

/** The sender lets go at once; the agent it names is asked next, if it can be. */
function transferred(desk: Desk, event: Of<"transferred">, now: number): Verdict[] {
  const conversation = desk.conversations.get(event.c);
  if (!conversation || conversation.state === "closed") return [];
  const target = event.to.agent === undefined ? undefined : desk.agents.get(event.to.agent);
  const shut = isShut({ ...conversation, terms: event.terms }, now) ? "outside_hours" : undefined;
  const why = event.to.agent === undefined ? undefined : target ? (unavailable(target) ?? shut) : "offline";
  const passed = event.to.agent !== undefined && why !== undefined ? [{ agent: event.to.agent, reason: why }] : [];
  const release: Verdict = {
    c: event.c,
    event: "transferred",
    reason: transferReason(event.to),
    state: "queued",
    ...holder(conversation),
    to: event.to,
    passed,
    detail: { by: event.by.id },
  };
  if (!target || why !== undefined) return [release];
  return [release, offerTo(desk, conversation, target, "transfer_to_agent", now, [])];
}

function transferReason(to: Of<"transferred">["to"]): Reason {
  if (to.agent !== undefined) return "transfer_to_agent";
  return to.topic === undefined ? "transfer_to_skills" : "transfer_to_topic";
}

/** Without an offer: who held it, or was asked, loses it. Nobody is given more than it has room for. */
function assigned(desk: Desk, event: Of<"assigned">): Verdict[] {
  const conversation = desk.conversations.get(event.c);
  const agent = desk.agents.get(event.agent);
  if (!conversation || conversation.state === "closed" || conversation.assignee === event.agent) return [];
  if (!agent || !hasRoomFor(agent, conversation)) return [];
  const lost = holder(conversation);
  const own = lost.agent === event.agent && lost.offer !== undefined ? { offer: lost.offer } : {};
  const reason = assignReason(event, conversation);
  const detail = { by: event.by.id };
  return [
    { c: event.c, event: "assigned", reason, state: "active", agent: event.agent, ...own, ...loser(lost, event.agent), passed: [], detail },
  ];
}

function assignReason({ by, agent }: Of<"assigned">, { assignee }: Conversation): Reason {
  if (by.id !== agent) return "assigned_by_supervisor";
  return assignee === undefined ? "picked" : "taken_over";
}

function loser({ agent, offer }: Partial<Loser>, taker: string): { from?: Loser } {
  if (agent === undefined || agent === taker) return {};
  return { from: { agent, ...(offer === undefined ? {} : { offer }) } };
}

function closed(desk: Desk, event: Of<"closed">): Verdict[] {
  const conversation = desk.conversations.get(event.c);
  if (!conversation || conversation.state === "closed") return [];
  const detail = { by: event.by.id, ...(event.why === undefined ? {} : { why: event.why }) };
  return [{ c: event.c, event: "closed", reason: closeReason(event), state: "closed", ...holder(conversation), passed: [], detail }];
}

function closeReason(event: Of<"closed">): Reason {
  if (event.by.role === "visitor") return "closed_by_visitor";
  return event.by.role === "supervisor" ? "closed_by_supervisor" : "closed_by_agent";
}

/** What it has open, and what it could reopen, is the known visitor's; nothing else about it changes. */
function identified(desk: Desk, { visitor, to }: Of<"identified">, now: number): Verdict[] {
  const own = [...(desk.visitors.get(visitor) ?? [])].map((c) => desk.conversations.get(c) as Conversation);
  const moving = own.filter(({ state, since, terms }) => state !== "closed" || now - since < terms.reopen_window_ms);
  return moving.map(({ c, state }) => ({ c, event: "identified", reason: "identified", state, visitor: to, passed: [] }));
}

/** Who loses the conversation, and the offer that ends with it. */
function holder(conversation: Conversation): Partial<Loser> {
  if (conversation.offer) return { agent: conversation.offer.agent, offer: conversation.offer.id };
  return conversation.assignee === undefined ? {} : { agent: conversation.assignee };
}

function missedOffer(desk: Desk, now: number): Verdict | undefined {
  let late: Conversation | undefined;
  for (const c of desk.offered) {
    const conversation = desk.conversations.get(c) as Conversation;
    if (expiry(conversation) <= now && (!late || earlier(conversation, late))) late = conversation;
  }
  if (!late?.offer) return undefined;
  const away = late.terms.away_on_missed_offer;
  return {
    c: late.c,
    event: "missed",
    reason: "missed_offer",
    state: "queued",
    agent: late.offer.agent,
    offer: late.offer.id,
    away,
    passed: [],
  };
}

function earlier(a: Conversation, b: Conversation): boolean {
  return expiry(a) === expiry(b) ? a.c < b.c : expiry(a) < expiry(b);
}

function expiry(conversation: Conversation): number {
  return conversation.offer?.expires_at ?? Number.POSITIVE_INFINITY;
}

/** The first conversation of an agent who stayed away past its grace. */
function lostAgent(desk: Desk, now: number): Verdict | undefined {
  for (const id of [...desk.gone].sort()) {
    const agent = desk.agents.get(id) as Agent;
    const [c] = [...agent.held].sort();
    if (c === undefined || now - (agent.gone_at ?? now) < desk.rules.grace_ms) continue;
    return { c, event: "queued", reason: "agent_lost", state: "queued", agent: id, passed: [] };
  }
  return undefined;
}

/** An open offer stands only while its agent is online with room for it; the newest goes first. */
function rescind(desk: Desk, now: number): Verdict | undefined {
  for (const id of desk.suspects) {
    const agent = desk.agents.get(id);
    const c = agent && [...agent.offers].at(-1);
    if (!agent || c === undefined) continue;
    const reason = whyNot(agent, now);
    const open = desk.conversations.get(c)?.offer;
    if (reason && open) return { c, event: "rescinded", reason, state: "queued", agent: id, offer: open.id, passed: [] };
  }
  return undefined;
}

function whyNot(agent: Agent, now: number): Reason | undefined {
  if (agent.gateways.size === 0) return now < (agent.awaited_until ?? 0) ? undefined : "agent_gone";
  if (statusOf(agent) !== "online") return "agent_away";
  return agent.held.size + agent.offers.size > capacityOf(agent) ? "capacity_lowered" : undefined;
}

/** Of all who wait and could be served, the first in order. Lanes differ in whom they fit, so each is looked at once. */
function offer(desk: Desk, now: number): Verdict | undefined {
  if (desk.free.size === 0) return undefined;
  let first: { conversation: Conversation; verdict: () => Verdict } | undefined;
  for (const lane of desk.queue.lanes()) {
    const found = servable(desk, lane, now);
    if (found && (!first || before(found.conversation, first.conversation) < 0)) first = found;
  }
  return first?.verdict();
}

function servable(desk: Desk, lane: readonly Conversation[], now: number) {
  const candidates = fitting(desk, lane[0] as Conversation);
  if (candidates.length === 0) return undefined;
  for (const conversation of lane) {
    if (isShut(conversation, now)) continue;
    const choice = choose(desk, conversation, candidates, now);
    if (!choice) continue;
    const verdict = () => offerTo(desk, conversation, choice.agent, choice.reason, now, passedOver(desk, conversation, choice.agent, now));
    return { conversation, verdict };
  }
  return undefined;
}

function offerTo(desk: Desk, conversation: Conversation, agent: Agent, reason: Reason, now: number, passed: Verdict["passed"]): Verdict {
  return {
    c: conversation.c,
    event: "offered",
    reason,
    state: "offered",
    agent: agent.party.id,
    offer: `${conversation.c}.${conversation.offers + 1}`,
    to: { agent: agent.party.id },
    passed,
    detail: { waited_ms: now - conversation.waits_since, waiting: desk.queue.size },
  };
}
