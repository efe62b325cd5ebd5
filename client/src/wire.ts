import type { ErrorCode } from "../../proto/codes.js";
import type { Ask, ConversationState, HiddenMessage, MessageEvent, Party, Role } from "../../proto/message.js";
import type { Position } from "../../proto/position.js";

/** What the server answers and says, as far as this SDK reads it. Unknown fields, events and kinds are let through. */
export interface Welcome {
  readonly user: Party;
  readonly tenant: string;
  readonly now: number;
  readonly expires_at: number;
  readonly ping_ms: number;
  readonly limits: Limits;
}

export interface Hello extends Welcome {
  readonly session: string;
  readonly node: string;
  readonly resumed: Readonly<Record<string, Resumed>>;
}

export interface Limits {
  readonly frame_bytes: number;
  readonly text_bytes: number;
  readonly in_flight: number;
  readonly sends_per_s: number;
  readonly history_max: number;
}

export interface Resumed {
  readonly head?: Position;
  readonly gap?: boolean;
  readonly error?: WireError;
}

export interface WireError {
  readonly code: ErrorCode;
  readonly message?: string;
  readonly retry?: boolean;
  readonly retry_after_ms?: number;
}

export type PageMessage = MessageEvent | HiddenMessage;

export interface Member {
  readonly id: string;
  readonly role: Role;
  readonly name: string;
  readonly online: boolean;
  readonly got?: Position;
  readonly read?: Position;
}

export interface QueuePlace {
  readonly position: number;
  readonly eta_ms: number;
}

export interface Opened {
  readonly c: string;
  readonly state: ConversationState;
  readonly head: Position;
  readonly messages: readonly PageMessage[];
  readonly complete: boolean;
  readonly members: readonly Member[];
  readonly assignee?: string;
  readonly tags?: readonly string[];
  readonly queue?: QueuePlace;
}

export interface HistoryPage {
  readonly messages: readonly PageMessage[];
  readonly more: boolean;
  readonly incomplete?: readonly (readonly [from: Position, to: Position])[];
}

export interface Sent {
  readonly pos: Position;
  readonly ts: number;
  readonly dup?: boolean;
}

export interface Pong {
  readonly now: number;
  readonly heads: Readonly<Record<string, Position>>;
}

export interface Visitor {
  readonly id: string;
  readonly name: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly url?: string;
  readonly title?: string;
  readonly since?: number;
}

export interface Offer {
  readonly c: string;
  readonly offer: string;
  readonly expires_ms: number;
  readonly visitor: Visitor;
  readonly ask: Ask;
  readonly waited_ms: number;
}

export interface Held {
  readonly c: string;
  readonly state: ConversationState;
  readonly head: Position;
  readonly visitor: Visitor;
  readonly ask: Ask;
  readonly assigned_at: number;
  readonly last?: Readonly<Record<string, unknown>>;
  readonly unread: number;
  readonly waiting_ms: number;
}

/** With it, what holds for the agent itself over all its devices. */
export interface Inbox extends AgentStatus {
  readonly conversations: readonly Held[];
  readonly offers: readonly Offer[];
}

export type AgentPresence = "online" | "away" | "offline";

export interface AgentStatus {
  readonly status: AgentPresence;
  readonly capacity: number;
  readonly load: number;
}

export interface Skip {
  readonly ev: "skip";
  readonly c: string;
  readonly pos: Position;
}

export interface Gap {
  readonly ev: "gap";
  readonly c: string;
  readonly after: Position;
  readonly head: Position;
}

export type ServerEvent =
  | MessageEvent
  | Skip
  | Gap
  | { readonly ev: "mark"; readonly c: string; readonly user: string; readonly got?: Position; readonly read?: Position }
  | { readonly ev: "typing"; readonly c: string; readonly user: string; readonly text?: string }
  | { readonly ev: "presence"; readonly c: string; readonly user: string; readonly online: boolean }
  | ({ readonly ev: "queue"; readonly c: string } & QueuePlace)
  | { readonly ev: "visit"; readonly c: string; readonly user: string; readonly url: string; readonly title?: string }
  | AgentEvent
  | { readonly ev: "goaway"; readonly reason: string; readonly reconnect_in_ms: number };

export type AgentEvent =
  | ({ readonly ev: "offer" } & Offer)
  | { readonly ev: "offer_end"; readonly c: string; readonly offer: string; readonly reason: string }
  | { readonly ev: "assigned" | "released"; readonly c: string; readonly reason: string; readonly version: number }
  | { readonly ev: "status"; readonly status: AgentPresence; readonly reason: string }
  | { readonly ev: "queue_changed" };

export type Fields = Readonly<Record<string, unknown>>;
