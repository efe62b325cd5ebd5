import type { Hours } from "../../../directory/hours.js";
import type { Conversation } from "../../../router/conversation.js";
import type { Changes, Ledger, Page } from "../../../router/ledger.js";
import type { AgentRow } from "../../../router/restore.js";
import type { Ruling } from "../../../router/ruling.js";

const VISITOR = { id: "v_1", role: "visitor", name: "Vera 🫖" } as const;

const HOURS: Hours = { time_zone: "Europe/Berlin", week: { mon: [["09:00", "24:00"]] }, holidays: ["2026-12-25"] };

export function conversation(c: string, change: Partial<Conversation> = {}): Conversation {
  return {
    ...{ c, visitor: VISITOR, ask: { attributes: { cart: [1, { deep: null }] } }, topic: "support", skills: ["en"], priority: 0 },
    terms: { skills: [], offer_timeout_ms: 20_000, reopen_window_ms: 3_600_000, away_on_missed_offer: true, hours: HOURS },
    ...{ arrived_at: 17, arrived_seq: 1, waits_since: 17, members: [VISITOR], state: "queued", since: 17, offers: 0, version: 1 },
    offline: true,
    skips: [{ agent: "ada", seq: 3, at: 20, reason: "declined" }],
    ...change,
  };
}

export function agent(id: string, change: Partial<AgentRow> = {}): AgentRow {
  return {
    ...{ party: { id, role: "agent", name: id }, status: "online", idle_since: 17, idle_seq: 2, online_seq: 4 },
    profile: { skills: ["en"], topics: ["*"], capacity: 2, capacity_max: 5 },
    ...change,
  };
}

export function ruling(id: string, c = "c_1"): Ruling {
  return {
    ...{ id, tenant: "shop", c, at: 17, begins: true, pushes: [] },
    verdict: { c, event: "queued", reason: "asked", state: "queued", passed: [], from: { agent: "ada" }, visitor: VISITOR },
    authority: { version: 1, state: "queued", topic: "support", visitor: VISITOR, members: [VISITOR] },
  };
}

export function commit(ledger: Ledger, shard: number, token: number, changes: Partial<Changes>): Promise<void> {
  return ledger.commit(shard, token, { conversations: [], agents: [], rulings: [], said: [], ...changes });
}

export function ids({ conversations, agents, outbox }: Page): { conversations: string[]; agents: string[]; outbox: string[] } {
  return {
    conversations: conversations.map(({ row }) => row.c).sort(),
    agents: agents.map(({ row }) => row.party.id).sort(),
    outbox: outbox.map(({ id }) => id),
  };
}

export const NOTHING = { conversations: [], agents: [], outbox: [] };
