import { type Conversation, isShut, type Skip } from "./conversation.js";
import type { Reason } from "./reasons.js";
import { unfit } from "./roster.js";
import type { Agent, Desk, PassedOver } from "./state.js";

/** As many agents as one decision names among those it passed over. */
const PASSED_MAX = 50;

export interface Choice {
  readonly agent: Agent;
  readonly reason: Reason;
}

/** All free agents who could take this conversation, the skipped ones included. */
export function fitting(desk: Desk, conversation: Conversation): Agent[] {
  const found: Agent[] = [];
  for (const id of desk.free) {
    const agent = desk.agents.get(id) as Agent;
    if (unfit(agent, conversation) === undefined) found.push(agent);
  }
  return found;
}

/** Whom to ask: the longest idle of those not skipped; when all are, the one asked longest ago, if its round is over. */
export function choose(desk: Desk, conversation: Conversation, candidates: readonly Agent[], now: number): Choice | undefined {
  const fresh = candidates.filter((agent) => skipOf(desk, conversation, agent, now) === undefined);
  const agent = least(fresh, longestIdle);
  return agent ? { agent, reason: "longest_idle" } : againstSkips(desk, conversation, candidates, now);
}

/**
 * A skip ends early once everybody else who fits was asked after it. An agent who is the only one there is not asked again that way: its
 * skip runs its full time, or until it sets itself online anew.
 */
function againstSkips(desk: Desk, conversation: Conversation, candidates: readonly Agent[], now: number): Choice | undefined {
  const oldest = least(
    candidates.map((agent) => ({ agent, skip: skipOf(desk, conversation, agent, now) as Skip })),
    (a, b) => a.skip.seq - b.skip.seq,
  );
  if (!oldest || now - oldest.skip.at < desk.rules.reask_ms) return undefined;
  const askedSince = conversation.skips.some((skip) => skip.seq > oldest.skip.seq);
  return askedSince ? { agent: oldest.agent, reason: "asked_round" } : undefined;
}

/** The skip that keeps this agent from being asked; undefined once it ran out or the agent set itself online anew. */
export function skipOf(desk: Desk, conversation: Conversation, agent: Agent, now: number): Skip | undefined {
  const skip = conversation.skips.find((each) => each.agent === agent.party.id);
  if (!skip || skip.seq < agent.online_seq || now - skip.at >= desk.rules.skip_ms) return undefined;
  return skip;
}

/** Why each other agent was not taken; those who could have been first. */
export function passedOver(desk: Desk, conversation: Conversation, taken: Agent | undefined, now: number): PassedOver[] {
  const passed: PassedOver[] = [];
  const others: PassedOver[] = [];
  const shut = isShut(conversation, now) ? "outside_hours" : undefined;
  for (const id of desk.roll) {
    if (id === taken?.party.id) continue;
    const agent = desk.agents.get(id) as Agent;
    const reason = unfit(agent, conversation);
    if (reason === undefined) passed.push({ agent: id, reason: shut ?? skipOf(desk, conversation, agent, now)?.reason ?? "less_idle" });
    else if (others.length < PASSED_MAX) others.push({ agent: id, reason });
    if (passed.length === PASSED_MAX) break;
  }
  return [...passed, ...others].slice(0, PASSED_MAX);
}

function longestIdle(a: Agent, b: Agent): number {
  return a.idle_since - b.idle_since || a.idle_seq - b.idle_seq || (a.party.id < b.party.id ? -1 : 1);
}

function least<T>(items: readonly T[], order: (a: T, b: T) => number): T | undefined {
  let best: T | undefined;
  for (const item of items) if (best === undefined || order(item, best) < 0) best = item;
  return best;
}
