import type { Ask } from "../proto/message.js";
import type { Authority } from "../timeline/entry.js";
import { type Conversation, needed, type Standing } from "./conversation.js";
import { agentOf, enrol, isForgotten, newcomer, refresh, strike } from "./roster.js";
import type { Agent, Desk, DeskEvent } from "./state.js";
import { belongsTo, list, queueUp, settle, unlist } from "./transition.js";

type Of<T extends DeskEvent["type"]> = Extract<DeskEvent, { readonly type: T }>;

/** Takes in what an event says is so, before anything is decided on it. */
export function absorb(desk: Desk, event: DeskEvent, now: number): void {
  switch (event.type) {
    case "asked":
      return asked(desk, event, now);
    case "reopened":
      return reopened(desk, event, now);
    case "merged":
      return merge(desk, event);
    case "agent_here":
      return here(desk, event, now);
    case "agent_gone":
      return gone(desk, desk.agents.get(event.agent), event.gateway, now);
    case "gateway_gone":
      for (const agent of desk.agents.values()) gone(desk, agent, event.gateway, now);
      return;
    case "status":
      return status(desk, event);
    case "shown":
      return shown(desk, event, now);
    case "hours":
      return otherHours(desk, event);
    case "repaired":
      return repaired(desk, event, now);
    case "tick":
      return forget(desk, now);
    default:
      return;
  }
}

function asked(desk: Desk, event: Of<"asked">, now: number): void {
  add(desk, {
    c: event.c,
    visitor: event.visitor,
    ask: event.ask,
    topic: event.topic,
    skills: needed(event.ask.skills, event.terms.skills),
    terms: event.terms,
    priority: event.ask.priority ?? 0,
    arrived_at: now,
    arrived_seq: desk.seq,
    waits_since: now,
    version: 0,
    members: [event.visitor],
    state: "queued",
    since: now,
    offers: 0,
    ...(event.offline ? { offline: true } : {}),
    skips: [],
  });
}

export function add(desk: Desk, conversation: Conversation): void {
  desk.conversations.set(conversation.c, conversation);
  list(desk, conversation);
  desk.dirty.conversations.add(conversation.c);
}

function reopened(desk: Desk, event: Of<"reopened">, now: number): void {
  const conversation = desk.conversations.get(event.c) as Conversation;
  conversation.ask = mergeAsk(conversation.ask, event.ask);
  conversation.terms = event.terms;
  conversation.skills = needed(conversation.ask.skills, event.terms.skills);
  conversation.arrived_at = now;
  conversation.arrived_seq = desk.seq;
  conversation.waits_since = now;
  conversation.skips = [];
  if (event.offline) conversation.offline = true;
  else delete conversation.offline;
}

function merge(desk: Desk, event: Of<"merged">): void {
  const conversation = desk.conversations.get(event.c);
  if (!conversation || !event.ask.attributes) return;
  conversation.ask = mergeAsk(conversation.ask, event.ask);
  desk.dirty.conversations.add(event.c);
}

/** Of a later ask only the attributes count. */
function mergeAsk(ask: Ask, later: Ask): Ask {
  return later.attributes ? { ...ask, attributes: { ...ask.attributes, ...later.attributes } } : ask;
}

function here(desk: Desk, event: Of<"agent_here">, now: number): void {
  const agent = desk.agents.get(event.party.id) ?? enrol(desk, newcomer(event.party, event.profile, now));
  if (isForgotten(desk, agent, now)) unset(agent);
  agent.party = event.party;
  agent.profile = event.profile;
  agent.gateways.add(event.gateway);
  delete agent.gone_at;
  delete agent.awaited_until;
  refresh(desk, agent);
}

function unset(agent: Agent): void {
  agent.status = "offline";
  delete agent.capacity;
  delete agent.skills;
}

function gone(desk: Desk, agent: Agent | undefined, gateway: string, now: number): void {
  if (!agent?.gateways.delete(gateway) || agent.gateways.size > 0) return;
  agent.gone_at = now;
  refresh(desk, agent);
}

function status(desk: Desk, event: Of<"status">): void {
  const agent = desk.agents.get(event.agent);
  if (!agent) return;
  agent.status = event.wish.status;
  if (event.wish.capacity !== undefined) agent.capacity = event.wish.capacity;
  if (event.wish.skills !== undefined) agent.skills = event.wish.skills;
  if (event.wish.status === "online") agent.online_seq = desk.seq;
  refresh(desk, agent);
}

function shown(desk: Desk, event: Of<"shown">, now: number): void {
  const conversation = desk.conversations.get(event.c);
  if (conversation?.offer?.id !== event.offer) return;
  conversation.offer.expires_at = now + conversation.terms.offer_timeout_ms;
  desk.dirty.conversations.add(event.c);
}

function otherHours(desk: Desk, { topic, hours }: Of<"hours">): void {
  for (const conversation of desk.queue.line(topic)) {
    if (!conversation.offline) continue;
    const { hours: _before, ...terms } = conversation.terms;
    conversation.terms = { ...terms, ...(hours && { hours }) };
    desk.dirty.conversations.add(conversation.c);
  }
}

/** The timeline's answer stands. An offer it speaks of that is not ours is known to nobody: who was offered waits again. */
function repaired(desk: Desk, event: Of<"repaired">, now: number): void {
  const { authority } = event.standing;
  const known = desk.conversations.get(event.c);
  const conversation = known ?? adopted(desk, event, now);
  if (!accept(desk, event.c, event.standing)) return;
  conversation.version = authority.version;
  belongsTo(desk, conversation, authority.visitor);
  if (known && inSameHands(known, authority)) return;
  desk.queue.leave(conversation);
  conversation.topic = authority.topic;
  conversation.members = authority.members;
  if (authority.state === "closed") settle(desk, conversation, { state: "closed" }, now);
  else if (authority.assignee === undefined) queueUp(desk, conversation, now);
  else {
    agentOf(desk, authority.assignee, now);
    settle(desk, conversation, { state: authority.state, assignee: authority.assignee }, now);
  }
}

/** Notes what the timeline accepted. False when something newer is known. */
export function accept(desk: Desk, c: string, standing: Standing): boolean {
  const conversation = desk.conversations.get(c);
  const known = conversation?.standing;
  if (!conversation || (known && !isNewer(standing, known))) return false;
  const sameLife = known === undefined || known.pos[0] === standing.pos[0];
  conversation.standing = standing;
  conversation.version = sameLife ? Math.max(conversation.version, standing.authority.version) : standing.authority.version;
  desk.dirty.conversations.add(c);
  return true;
}

/** A later life counts from what was durable, so its versions may be lower. */
function isNewer(a: Standing, b: Standing): boolean {
  return a.pos[0] === b.pos[0] ? a.authority.version > b.authority.version : a.pos[0] > b.pos[0];
}

function inSameHands({ state, assignee, topic }: Conversation, authority: Authority): boolean {
  return state === authority.state && assignee === authority.assignee && topic === authority.topic;
}

function adopted(desk: Desk, event: Of<"repaired">, now: number): Conversation {
  const { visitor, topic } = event.standing.authority;
  asked(desk, { type: "asked", c: event.c, visitor, topic, ask: event.ask, terms: event.terms }, now);
  return desk.conversations.get(event.c) as Conversation;
}

/** Drops what nobody can come back to: closed past the reopen window, agents away past remembering. Who was awaited in vain is gone. */
function forget(desk: Desk, now: number): void {
  for (const c of desk.closed) {
    const conversation = desk.conversations.get(c) as Conversation;
    if (now - conversation.since < conversation.terms.reopen_window_ms) break;
    drop(desk, conversation);
  }
  for (const id of desk.gone) {
    const agent = desk.agents.get(id) as Agent;
    if (agent.awaited_until !== undefined && now >= agent.awaited_until) desk.suspects.add(id);
    if (agent.held.size === 0 && isForgotten(desk, agent, now)) strike(desk, id);
  }
}

function drop(desk: Desk, conversation: Conversation): void {
  desk.closed.delete(conversation.c);
  desk.conversations.delete(conversation.c);
  unlist(desk, conversation);
  desk.dirty.conversations.add(conversation.c);
}
