import type { Conversation } from "./conversation.js";
import { enrol, newcomer, refresh } from "./roster.js";
import type { Agent, Desk } from "./state.js";
import { list } from "./transition.js";

/** What the ledger keeps of an agent: what follows from its sockets and conversations is not in it. */
export type AgentRow = Omit<Agent, "gateways" | "held" | "offers" | "awaited_until">;

export function agentRow({ gateways: _sockets, held: _held, offers: _offers, awaited_until: _until, ...row }: Agent): AgentRow {
  return row;
}

/** Puts an agent's row back on the desk. No gateway has declared it yet: its grace begins now, unless it had begun before. */
export function restoreAgent(desk: Desk, row: AgentRow, now: number): void {
  const agent = enrol(desk, { ...newcomer(row.party, row.profile, now), ...row });
  if (row.gone_at === undefined) agent.awaited_until = now + desk.rules.declare_ms;
  agent.gone_at ??= now;
  desk.seq = Math.max(desk.seq, row.online_seq);
  desk.handings = Math.max(desk.handings, agent.idle_seq);
  refresh(desk, agent);
}

/** Puts a conversation's row back on the desk, after the agents. */
export function restoreConversation(desk: Desk, row: Conversation, now: number): void {
  desk.conversations.set(row.c, row);
  list(desk, row);
  desk.seq = Math.max(desk.seq, row.arrived_seq, ...row.skips.map(({ seq }) => seq));
  if (row.state === "closed") desk.closed.add(row.c);
  if (row.assignee !== undefined) hold(desk, row.assignee, "held", row.c);
  if (row.state === "queued" || row.state === "offered") desk.queue.enter(row, row.offer !== undefined);
  if (row.offer) {
    desk.offered.add(row.c);
    row.offer.expires_at ??= now + row.terms.offer_timeout_ms;
    hold(desk, row.offer.agent, "offers", row.c);
  }
}

function hold(desk: Desk, id: string, what: "held" | "offers", c: string): void {
  const agent = desk.agents.get(id);
  if (!agent) return;
  agent[what].add(c);
  refresh(desk, agent);
}
