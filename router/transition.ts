import type { Party } from "../proto/message.js";
import { type Conversation, needed, type Skip } from "./conversation.js";
import { agentOf, busied, refresh } from "./roster.js";
import type { Agent, Desk, DeskEvent, Verdict } from "./state.js";

/** How much of a new interval goes into a topic's pace. */
const PACE_WEIGHT = 0.2;

/** Carries out one verdict: the desk is then as the verdict says, and the conversation's version is one higher. */
export function apply(desk: Desk, verdict: Verdict, event: DeskEvent, now: number): void {
  const conversation = desk.conversations.get(verdict.c) as Conversation;
  conversation.version += 1;
  switch (verdict.event) {
    case "queued":
    case "reopened":
      queueUp(desk, conversation, now);
      return;
    case "offered":
      makeOffer(desk, conversation, verdict, now);
      return;
    case "assigned":
      if (conversation.assignee === undefined) keepPace(desk, conversation.topic, now);
      settle(desk, conversation, { state: "active", assignee: verdict.agent as string }, now);
      return;
    case "declined":
    case "missed":
      skip(desk, conversation, verdict.agent as string, verdict.event, now);
      queueUp(desk, conversation, now);
      if (verdict.away) sendAway(desk, verdict.agent as string);
      return;
    case "rescinded":
      queueUp(desk, conversation, now);
      return;
    case "transferred":
      handOn(desk, conversation, verdict, event, now);
      return;
    case "closed":
      settle(desk, conversation, { state: "closed" }, now);
      return;
    case "identified":
      belongsTo(desk, conversation, verdict.visitor as Party);
      return;
  }
}

/** Nobody holds it and nobody is asked: it waits, at the place its arrival gives it. */
export function queueUp(desk: Desk, conversation: Conversation, now: number): void {
  if (conversation.state !== "queued" && conversation.state !== "offered") conversation.waits_since = now;
  settle(desk, conversation, { state: "queued" }, now);
  desk.queue.enter(conversation, false);
}

/** Ends what was (place in the queue, offer, assignee) and enters the state. */
export function settle(
  desk: Desk,
  conversation: Conversation,
  to: { readonly state: Conversation["state"]; readonly assignee?: string },
  now: number,
): void {
  desk.queue.leave(conversation);
  endOffer(desk, conversation, now);
  if (conversation.assignee !== to.assignee) {
    letGo(desk, conversation, now);
    if (to.assignee !== undefined) take(desk, conversation, to.assignee, now);
  }
  conversation.state = to.state;
  conversation.since = now;
  if (to.state === "closed") desk.closed.add(conversation.c);
  else desk.closed.delete(conversation.c);
  desk.dirty.conversations.add(conversation.c);
}

function endOffer(desk: Desk, conversation: Conversation, now: number): void {
  const { offer } = conversation;
  if (!offer) return;
  delete conversation.offer;
  desk.offered.delete(conversation.c);
  const agent = desk.agents.get(offer.agent);
  if (!agent?.offers.delete(conversation.c)) return;
  busied(desk, agent, now);
}

function letGo(desk: Desk, conversation: Conversation, now: number): void {
  const agent = conversation.assignee === undefined ? undefined : desk.agents.get(conversation.assignee);
  delete conversation.assignee;
  delete conversation.assigned_at;
  if (!agent?.held.delete(conversation.c)) return;
  busied(desk, agent, now);
}

function take(desk: Desk, conversation: Conversation, id: string, now: number): void {
  const agent = agentOf(desk, id, now);
  conversation.assignee = id;
  conversation.assigned_at = now;
  if (!conversation.members.some((member) => member.id === id)) conversation.members = [...conversation.members, agent.party];
  conversation.skips = [];
  agent.held.add(conversation.c);
  busied(desk, agent, now);
}

function makeOffer(desk: Desk, conversation: Conversation, verdict: Verdict, now: number): void {
  const agent = desk.agents.get(verdict.agent as string) as Agent;
  conversation.offers += 1;
  conversation.offer = { id: verdict.offer as string, agent: agent.party.id };
  conversation.state = "offered";
  conversation.since = now;
  desk.offered.add(conversation.c);
  desk.queue.enter(conversation, true);
  desk.dirty.conversations.add(conversation.c);
  agent.offers.add(conversation.c);
  busied(desk, agent, now);
}

/** It is this visitor's from here on. Who it was before stays a member: its other tabs go on. */
export function belongsTo(desk: Desk, conversation: Conversation, visitor: Party): void {
  const { c } = conversation;
  unlist(desk, conversation);
  conversation.visitor = visitor;
  if (!conversation.members.some(({ id }) => id === visitor.id)) conversation.members = [...conversation.members, visitor];
  list(desk, conversation);
  desk.dirty.conversations.add(c);
}

/** Among its visitor's. */
export function list({ visitors }: Desk, { c, visitor }: Conversation): void {
  const own = visitors.get(visitor.id);
  if (own) own.add(c);
  else visitors.set(visitor.id, new Set([c]));
}

export function unlist({ visitors }: Desk, { c, visitor }: Conversation): void {
  const own = visitors.get(visitor.id);
  own?.delete(c);
  if (own?.size === 0) visitors.delete(visitor.id);
}

/** One skip per agent: the newest. */
function skip(desk: Desk, conversation: Conversation, agent: string, reason: Skip["reason"], now: number): void {
  const others = conversation.skips.filter((each) => each.agent !== agent);
  conversation.skips = [...others, { agent, seq: desk.seq, at: now, reason }];
}

function sendAway(desk: Desk, id: string): void {
  const agent = desk.agents.get(id);
  if (!agent) return;
  agent.status = "away";
  refresh(desk, agent);
}

function handOn(desk: Desk, conversation: Conversation, verdict: Verdict, event: DeskEvent, now: number): void {
  if (event.type !== "transferred") throw new TypeError(`a ${event.type} event hands nothing on`);
  settle(desk, conversation, { state: "queued" }, now);
  conversation.waits_since = now;
  conversation.topic = event.topic;
  conversation.terms = event.terms;
  conversation.skills = needed(
    event.to.topic === undefined ? [...conversation.skills, ...(event.to.skills ?? [])] : event.to.skills,
    event.terms.skills,
  );
  conversation.skips = [];
  if (verdict.agent !== undefined) skip(desk, conversation, verdict.agent, "sent_on", now);
  conversation.handed = { by: event.by.id, to: event.to };
  desk.queue.enter(conversation, false);
}

function keepPace(desk: Desk, topic: string, now: number): void {
  const pace = desk.paces.get(topic);
  if (!pace) {
    desk.paces.set(topic, { last_at: now });
    return;
  }
  const interval_ms = now - pace.last_at;
  pace.interval_ms = pace.interval_ms === undefined ? interval_ms : pace.interval_ms + PACE_WEIGHT * (interval_ms - pace.interval_ms);
  pace.last_at = now;
}
