import type { Party } from "../proto/message.js";
import type { Conversation } from "./conversation.js";
import type { Reason } from "./reasons.js";
import type { AgentProfile, AgentStatus, Status } from "./router.js";
import type { Agent, Desk } from "./state.js";

/** An agent nobody has told us of yet: it is not here, and offline until it says otherwise. */
export function newcomer(party: Party, profile: AgentProfile, now: number): Agent {
  return {
    party,
    profile,
    status: "offline",
    idle_since: now,
    idle_seq: 0,
    online_seq: 0,
    gateways: new Set(),
    gone_at: now,
    held: new Set(),
    offers: new Set(),
  };
}

/** What holds: an agent without a socket is offline, whatever it set. */
export function statusOf(agent: Agent): Status {
  return agent.gateways.size === 0 ? "offline" : agent.status;
}

/** The agent's own figure, never above the account's maximum. */
export function capacityOf(agent: Agent): number {
  return Math.max(0, Math.min(agent.capacity ?? agent.profile.capacity, agent.profile.capacity_max));
}

/** One load per agent, over all its devices. */
export function loadOf(agent: Agent): number {
  return agent.held.size;
}

/** An open offer holds capacity as if it were accepted. */
export function hasRoom(agent: Agent): boolean {
  return agent.held.size + agent.offers.size < capacityOf(agent);
}

/** As {@link hasRoom}; the agent's own offer of this conversation takes none of it. */
export function hasRoomFor(agent: Agent, { c }: Conversation): boolean {
  return agent.held.size + agent.offers.size - (agent.offers.has(c) ? 1 : 0) < capacityOf(agent);
}

export function effective(agent: Agent): AgentStatus {
  return { status: statusOf(agent), capacity: capacityOf(agent), load: loadOf(agent) };
}

/** Why this agent cannot be asked for this conversation, its skips aside; undefined when it can. */
export function unfit(agent: Agent, conversation: Conversation): Reason | undefined {
  return misfit(agent, conversation) ?? unavailable(agent);
}

/** Why this agent cannot be asked for anything. */
export function unavailable(agent: Agent): Reason | undefined {
  const status = statusOf(agent);
  if (status !== "online") return status;
  return hasRoom(agent) ? undefined : "no_capacity";
}

function misfit(agent: Agent, conversation: Conversation): Reason | undefined {
  if (!serves(agent, conversation.topic)) return "topic";
  return conversation.skills.every((skill) => knows(agent, skill)) ? undefined : "skills";
}

export function serves(agent: Agent, topic: string): boolean {
  return agent.profile.topics.includes("*") || agent.profile.topics.includes(topic);
}

/** An agent may narrow its skills, not widen them. */
function knows(agent: Agent, skill: string): boolean {
  return agent.profile.skills.includes(skill) && (agent.skills?.includes(skill) ?? true);
}

/** Away for so long that what it had set does not hold any more. */
export function isForgotten(desk: Desk, { gone_at }: Agent, now: number): boolean {
  return gone_at !== undefined && now - gone_at >= desk.rules.remember_ms;
}

/** What holds again for an agent who has no socket yet. */
export function statusAtReturn(desk: Desk, agent: Agent | undefined, now: number): Status | undefined {
  if (!agent || agent.gateways.size > 0 || isForgotten(desk, agent, now)) return undefined;
  return agent.status === "offline" ? undefined : agent.status;
}

/** Brings the desk's sets in line with an agent that changed. */
export function refresh(desk: Desk, agent: Agent): void {
  desk.suspects.add(agent.party.id);
  desk.dirty.agents.add(agent.party.id);
  member(desk.free, agent.party.id, unavailable(agent) === undefined);
  member(desk.gone, agent.party.id, agent.gone_at !== undefined);
}

/** The agent was given something or let go of it: of all agents it is the least idle. */
export function busied(desk: Desk, agent: Agent, now: number): void {
  desk.handings += 1;
  agent.idle_since = now;
  agent.idle_seq = desk.handings;
  refresh(desk, agent);
}

function member(set: Set<string>, id: string, belongs: boolean): void {
  if (belongs) set.add(id);
  else set.delete(id);
}

/** The agent, made up when the desk does not know it: somebody the timeline names, whom no gateway has declared. */
export function agentOf(desk: Desk, id: string, now: number): Agent {
  return desk.agents.get(id) ?? enrol(desk, newcomer({ id, role: "agent", name: id }, NOBODY, now));
}

const NOBODY: AgentProfile = { skills: [], topics: [], capacity: 0, capacity_max: 0 };

export function enrol(desk: Desk, agent: Agent): Agent {
  const id = agent.party.id;
  const at = desk.roll.findIndex((each) => each >= id);
  if (at < 0) desk.roll.push(id);
  else if (desk.roll[at] !== id) desk.roll.splice(at, 0, id);
  desk.agents.set(id, agent);
  refresh(desk, agent);
  return agent;
}

export function strike(desk: Desk, id: string): void {
  desk.agents.delete(id);
  desk.roll.splice(desk.roll.indexOf(id), 1);
  for (const set of [desk.free, desk.gone, desk.suspects]) set.delete(id);
  desk.dirty.agents.add(id);
}
