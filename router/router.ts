import type { Ask, ConversationState, Party } from "../proto/message.js";
import type { Position } from "../proto/position.js";
import type { Decision } from "../timeline/record.js";

/**
 * Router: who talks to whom. The gateway's view of it; behind it stands one shard owner per tenant, reached over the `Session` stream.
 *
 * Calls are keyed by tenant. Each rejects with a DeskError of proto/codes.ts; `unavailable` when no owner answers within 5 s, and every
 * call may then be repeated: each is harmless twice. A resolved call means its routing entries are in the live timeline, not that they are
 * durable yet.
 */
export interface Router {
  /** A visitor's open conversation on the topic, else the last one closed inside the reopen window (reopened), else a new one. */
  open(caller: Caller, ask: Ask): Promise<{ readonly c: string }>;

  /** As {@link open}, by a form: what begins with it is offered while its topic is open, and only then. */
  openOffline(caller: Caller, ask: Ask): Promise<{ readonly c: string }>;

  /**
   * Gives a conversation without a life under the current storage epoch one: barrier, then its authority from history. `closed`: it
   * needs none. Rejects with `not_found` for a conversation that was never stored, `pending` while history is behind.
   */
  revive(tenant: string, c: string): Promise<"alive" | "closed">;

  accept(caller: Caller, c: string, offer: string): Promise<void>;
  decline(caller: Caller, c: string, offer: string, reason?: string): Promise<void>;
  /**
   * Gives it to an agent without asking: by a supervisor, or by the agent itself where the topic allows picking. Who held it is released.
   * `forbidden` for what the caller may not give, `conflict` when that agent is not here, not online or has no room.
   */
  assign(caller: Caller, c: string, agent: string): Promise<void>;
  transfer(caller: Caller, c: string, to: { agent?: string; topic?: string; skills?: readonly string[] }, note?: string): Promise<void>;
  /** By the visitor, the assignee or a supervisor. Answers the position of the closing entry; twice is harmless. */
  close(caller: Caller, c: string, reason?: string): Promise<{ readonly pos: Position }>;
  /**
   * What the caller, a visitor nobody knows, has open is `to`'s from here on, and so is what it closed inside the reopen window. The caller
   * stays a member. Resolves when the entries that say so are in the live timelines.
   */
  identify(caller: Caller, to: Party): Promise<void>;
  /** By the visitor; a closed conversation may be rated. */
  rate(caller: Caller, c: string, score: number, comment?: string): Promise<void>;

  /** Sets an agent's status; undefined fields stay. Answers what holds now. */
  status(caller: Caller, wish: StatusWish): Promise<AgentStatus>;
  inbox(caller: Caller): Promise<Inbox>;
  /** A supervisor sees all; an agent only its topics' counts. */
  queue(caller: Caller): Promise<QueueView>;
  explain(tenant: string, c: string): Promise<readonly Decision[]>;

  /** Where a visitor stands, for the reply to `open`; undefined when it is not waiting. */
  waiting(tenant: string, c: string): Promise<QueuePlace | undefined>;

  /** Tells the router which agents have sockets at this gateway. An agent with none anywhere is lost, then gone after the grace. */
  agentHere(caller: Caller, profile: AgentProfile): Promise<void>;
  agentGone(caller: Caller): Promise<void>;

  /** What the router says unasked. One listener, called in order. */
  listen(listener: RouterListener): void;
}

export interface RouterListener {
  push(push: Push): void;
  /** Something that `queue` shows is not as it was. At most twice a second per tenant. */
  queueChanged(tenant: string): void;
  /** Every agent here has to be declared again. */
  forgotten(): void;
}

export interface Caller {
  readonly tenant: string;
  readonly user: Party;
}

/** What the account says of an agent; a status wish may lower its capacity and narrow its skills. */
export interface AgentProfile {
  readonly skills: readonly string[];
  readonly topics: readonly string[];
  readonly capacity: number;
  readonly capacity_max: number;
}

export type Status = "online" | "away" | "offline";

export interface StatusWish {
  readonly status: Status;
  readonly capacity?: number;
  readonly skills?: readonly string[];
  /** The socket that wishes: it has the answer, the agent's others are told. */
  readonly session?: string;
}

export interface AgentStatus {
  readonly status: Status;
  readonly capacity: number;
  readonly load: number;
}

export interface Held {
  readonly c: string;
  readonly state: ConversationState;
  readonly visitor: Party;
  readonly ask: Ask;
  readonly assigned_at: number;
}

export interface Offer {
  readonly c: string;
  readonly offer: string;
  readonly expires_ms: number;
  readonly visitor: Party;
  readonly ask: Ask;
  readonly waited_ms: number;
}

export interface Inbox {
  /** What holds for the agent itself, over all its devices. */
  readonly own: AgentStatus;
  readonly conversations: readonly Held[];
  readonly offers: readonly Offer[];
}

export interface QueuePlace {
  readonly position: number;
  readonly eta_ms: number;
}

export interface QueueView {
  readonly topics: readonly { readonly topic: string; readonly waiting: number; readonly oldest_ms: number }[];
  readonly waiting?: readonly {
    readonly c: string;
    readonly topic: string;
    readonly visitor: Party;
    readonly priority: number;
    readonly waited_ms: number;
    readonly state: ConversationState;
  }[];
  readonly agents?: readonly {
    readonly id: string;
    readonly name: string;
    readonly status: Status;
    readonly capacity: number;
    readonly load: number;
  }[];
}

/** To all sessions of one agent, or all but one. */
export interface Push {
  readonly tenant: string;
  readonly agent: string;
  readonly except?: string;
  readonly event: AgentEvent;
}

export type AgentEvent =
  | ({ readonly ev: "offer" } & Offer)
  | {
      readonly ev: "offer_end";
      readonly c: string;
      readonly offer: string;
      readonly reason: "accepted" | "declined" | "timeout" | "rescinded";
    }
  | { readonly ev: "assigned"; readonly c: string; readonly reason: string; readonly version: number }
  | { readonly ev: "released"; readonly c: string; readonly reason: string; readonly version: number }
  | { readonly ev: "status"; readonly status: Status; readonly reason: string };
