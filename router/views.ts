import type { Conversation } from "./conversation.js";
import { capacityOf, effective, loadOf, serves, statusOf } from "./roster.js";
import type { Caller, Inbox, QueueView } from "./router.js";
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

/** An agent sees its topics' counts; a supervisor all of them, who waits, and the agents. */
export function queueView(desk: Desk | undefined, { user }: Caller, now: number): QueueView {
  if (!desk) return user.role === "supervisor" ? { topics: [], waiting: [], agents: [] } : { topics: [] };
  const agent = desk.agents.get(user.id);
  const all = [...desk.queue.topics()].sort();
  const shown = user.role === "supervisor" ? all : all.filter((topic) => agent && serves(agent, topic));
  const topics = shown.map((topic) => topicCount(desk, topic, now));
  if (user.role !== "supervisor") return { topics };
  const waiting = all.flatMap((topic) => desk.queue.line(topic)).slice(0, WAITING_MAX);
  return {
    topics,
    waiting: waiting.map((each) => waitingRow(each, now)),
    agents: desk.roll.map((id) => agentRow(desk.agents.get(id) as Agent)),
  };
}

function topicCount(desk: Desk, topic: string, now: number) {
  const line = desk.queue.line(topic);
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
