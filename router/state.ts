import type { Hours } from "../directory/hours.js";
import type { Ask, ConversationState, Party, RoutingBody, RoutingEvent } from "../proto/message.js";
import type { Conversation, Standing, Terms } from "./conversation.js";
import { Queue } from "./queue.js";
import type { Reason } from "./reasons.js";
import type { AgentProfile, Status, StatusWish } from "./router.js";

/** What one tenant's routing stands on. Everything the policy knows is in here, in the event, and in `now`. */
export interface Desk {
  /** Counts events: order inside one millisecond. */
  seq: number;
  /** Counts what agents were given or let go of: order of idleness inside one millisecond. */
  handings: number;
  readonly conversations: Map<string, Conversation>;
  /** Conversations by their visitor's id. */
  readonly visitors: Map<string, Set<string>>;
  readonly agents: Map<string, Agent>;
  readonly queue: Queue;
  /** Conversations with an open offer. */
  readonly offered: Set<string>;
  /** Agents who are here, online and below their capacity. */
  readonly free: Set<string>;
  /** Agents without a socket anywhere. */
  readonly gone: Set<string>;
  /** Agents who changed in this event: their open offers may no longer stand. */
  readonly suspects: Set<string>;
  /** Ids of all agents, ascending. */
  readonly roll: string[];
  /** Closed conversations, in the order they were closed. */
  readonly closed: Set<string>;
  /** How fast each topic's visitors find an agent. */
  readonly paces: Map<string, Pace>;
  readonly rules: Rules;
  /** What changed since the last commit, by id. */
  readonly dirty: { readonly conversations: Set<string>; readonly agents: Set<string> };
}

/** The figures of the policy. */
export interface Rules {
  /** An agent without a socket keeps its conversations this long. */
  readonly grace_ms: number;
  /** Who declined or missed is skipped at most this long. */
  readonly skip_ms: number;
  /** … and at least this long, so that agents who all decline are not asked in a spin. */
  readonly reask_ms: number;
  /** An agent's status is restored when it returns within this time. */
  readonly remember_ms: number;
  /** Gateways have declared their agents this long after a takeover. */
  readonly declare_ms: number;
  /** Where the topic does not say otherwise. */
  readonly offer_timeout_ms: number;
  readonly reopen_window_ms: number;
  /** What a visitor tells of itself in one conversation, as JSON in UTF-8. */
  readonly attributes_bytes: number;
}

export const RULES: Rules = {
  grace_ms: 30_000,
  skip_ms: 60_000,
  reask_ms: 500,
  remember_ms: 1_800_000,
  declare_ms: 5_000,
  offer_timeout_ms: 20_000,
  reopen_window_ms: 86_400_000,
  attributes_bytes: 8_192,
};

export function newDesk(rules: Rules = RULES): Desk {
  return {
    seq: 0,
    handings: 0,
    conversations: new Map(),
    visitors: new Map(),
    agents: new Map(),
    queue: new Queue(),
    offered: new Set(),
    free: new Set(),
    gone: new Set(),
    suspects: new Set(),
    roll: [],
    closed: new Set(),
    paces: new Map(),
    rules,
    dirty: { conversations: new Set(), agents: new Set() },
  };
}

export interface Agent {
  party: Party;
  profile: AgentProfile;
  /** What it set last, or what the server set for it. What holds is `statusOf`. */
  status: Status;
  /** Its own figures, inside the profile's. */
  capacity?: number;
  skills?: readonly string[];
  /** When it was last given work or let go of some. */
  idle_since: number;
  idle_seq: number;
  /** The event at which it last set itself online: skips before it are void. */
  online_seq: number;
  /** Gateways where it has sockets. */
  readonly gateways: Set<string>;
  /** Since when it has none. */
  gone_at?: number;
  /** Was here when another router had the desk, and is not declared yet: until then its offers stand. */
  awaited_until?: number;
  readonly held: Set<string>;
  readonly offers: Set<string>;
}

/** Intervals between assignments of one topic. */
export interface Pace {
  last_at: number;
  /** Smoothed; absent until the second assignment. */
  interval_ms?: number;
}

export type DeskEvent =
  | {
      readonly type: "asked";
      readonly c: string;
      readonly visitor: Party;
      readonly topic: string;
      readonly ask: Ask;
      readonly terms: Terms;
      readonly offline?: boolean;
    }
  | { readonly type: "reopened"; readonly c: string; readonly ask: Ask; readonly terms: Terms; readonly offline?: boolean }
  /** The visitor asked again for what is open. */
  | { readonly type: "merged"; readonly c: string; readonly ask: Ask }
  | { readonly type: "agent_here"; readonly party: Party; readonly profile: AgentProfile; readonly gateway: string }
  | { readonly type: "agent_gone"; readonly agent: string; readonly gateway: string }
  | { readonly type: "gateway_gone"; readonly gateway: string }
  | { readonly type: "status"; readonly agent: string; readonly wish: StatusWish }
  /** The agent was shown its offer: its time runs. */
  | { readonly type: "shown"; readonly c: string; readonly offer: string }
  | { readonly type: "accepted"; readonly c: string; readonly agent: string; readonly offer: string }
  | { readonly type: "declined"; readonly c: string; readonly agent: string; readonly offer: string; readonly why?: string }
  | {
      readonly type: "transferred";
      readonly c: string;
      readonly by: Party;
      readonly to: NonNullable<RoutingBody["to"]>;
      readonly topic: string;
      readonly terms: Terms;
    }
  /** Somebody takes the conversation, or is given it, without having been asked. */
  | { readonly type: "assigned"; readonly c: string; readonly by: Party; readonly agent: string }
  | { readonly type: "closed"; readonly c: string; readonly by: Party; readonly why?: string }
  /** A visitor who was nobody is known by its own name. */
  | { readonly type: "identified"; readonly visitor: string; readonly to: Party }
  /** The topic is open at other hours than those who wait for it were told. */
  | { readonly type: "hours"; readonly topic: string; readonly hours?: Hours }
  /** What stands in the timeline is newer than what was thought here: it goes. */
  | { readonly type: "repaired"; readonly c: string; readonly standing: Standing; readonly ask: Ask; readonly terms: Terms }
  | { readonly type: "tick" };

/** What was decided for one conversation: one routing entry. */
export interface Verdict {
  readonly c: string;
  readonly event: Exclude<RoutingEvent, "released" | "held" | "unheld" | "wrapup" | "barrier" | "asserted">;
  readonly reason: Reason;
  /** The conversation's state after it. */
  readonly state: ConversationState;
  /** Whom it is given to, offered to, or taken from. */
  readonly agent?: string;
  readonly offer?: string;
  readonly to?: NonNullable<RoutingBody["to"]>;
  /** Whom somebody else takes it from: who holds it, or was asked. */
  readonly from?: Loser;
  /** Whose conversation it is from here on. */
  readonly visitor?: Party;
  /** The agent becomes away with it. */
  readonly away?: boolean;
  readonly passed: readonly PassedOver[];
  readonly detail?: Readonly<Record<string, unknown>>;
}

export interface Loser {
  readonly agent: string;
  /** Its open offer, which ends. */
  readonly offer?: string;
}

export interface PassedOver {
  readonly agent: string;
  readonly reason: Reason;
}
