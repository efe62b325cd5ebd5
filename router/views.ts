import type { Party } from "../proto/message.js";
import type { Conversation } from "./conversation.js";
import { capacityOf, effective, loadOf, statusOf } from "./roster.js";
import type { Inbox, QueueView } from "./router.js";
import { offerOf } from "./ruling.js";
import type { Agent, Desk } from "./state.js";

/** As many waiting visitors as one answer shows; the counts are of all of them. */
const WAITING_MAX = 500;

/** What an agent holds and is offered. */
export function inboxOf(desk: Desk | undefined, agent: string, now: number): Inbox {
  const own = desk?.agents.get(agent);
  const rows = (ids: Iterable<string>): Conversation[] => [...ids].map((c) => desk?.conversations.get(c) as Conversation);
  return {
    own: own ? effective(own) : { status: "offline", capacity: 0, load: 0 },
    conversations: rows(own?.held ?? []).map(({ c, state, visitor, ask, topic, assigned_at }) => ({
      ...{ c, state, visitor, ask: { ...ask, topic } },
      assigned_at: assigned_at ?? now,
    })),
    offers: rows(own?.offers ?? []).map((conversation) => offerOf(conversation, now)),
  };
}

export interface QueueAsker {
  readonly user: Party;
  /** Topics it may see, `*` for all. */
  readonly serves: readonly string[];
  /** All topics of the tenant. */
  readonly topics: readonly string[];
}

/** An agent sees its topics' counts, also where nobody waits; a supervisor all of them, who waits, and the agents. */
export function queueView(desk: Desk | undefined, { user, serves, topics }: QueueAsker, now: number): QueueView {
  const all = [...new Set([...topics, ...(desk?.queue.topics() ?? [])])].sort();
  const shown = all.filter((topic) => serves.includes("*") || serves.includes(topic)).map((topic) => topicCount(desk, topic, now));
  if (user.role !== "supervisor") return { topics: shown };
  const waiting = all.flatMap((topic) => desk?.queue.line(topic) ?? []).slice(0, WAITING_MAX);
  return {
    topics: shown,
    waiting: waiting.map((each) => waitingRow(each, now)),
    agents: [...(desk?.agents.values() ?? [])].map(agentRow).sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

function topicCount(desk: Desk | undefined, topic: string, now: number) {
  const line = desk?.queue.line(topic) ?? [];
  const oldest = line.reduce((since, each) => Math.min(since, each.waits_since), now);
  return { topic, waiting: line.length, oldest_ms: now - oldest };
}

function waitingRow({ c, topic, visitor, priority, waits_since, state }: Conversation, now: number) {
  return { c, topic, visitor, priority, waited_ms: now - waits_since, state };
}

function agentRow(agent: Agent) {
  const { id, name } = agent.party;
  return { id, name, status: statusOf(agent), capacity: capacityOf(agent), load: loadOf(agent) };
}
