import type { Position } from "./position.js";

/** Who stands behind an entry. `system` is Deskwire itself. */
export type Role = "visitor" | "agent" | "supervisor" | "bot" | "system";

export interface Party {
  readonly id: string;
  readonly role: Role;
  readonly name: string;
}

export type ConversationState = "queued" | "offered" | "active" | "hold" | "wrapup" | "closed";

/** Kinds a client may send; `routing` and `system` only Deskwire writes. Clients tolerate kinds they do not know. */
export type SentKind = "text" | "file" | "card" | "note" | "recall";

export type RoutingEvent =
  | "queued"
  | "offered"
  | "declined"
  | "missed"
  | "rescinded"
  | "assigned"
  | "released"
  | "held"
  | "unheld"
  | "transferred"
  | "wrapup"
  | "closed"
  | "reopened"
  | "identified"
  | "barrier"
  | "asserted";

/** The body of a `routing` entry. `version` rises by exactly one with every routing entry but `barrier`, which has none. */
export interface RoutingBody {
  readonly event: RoutingEvent;
  readonly reason: string;
  readonly state: ConversationState;
  readonly assignee?: string;
  readonly to?: { readonly agent?: string; readonly topic?: string; readonly skills?: readonly string[] };
  /** Whose conversation it is from here on (`identified`). */
  readonly visitor?: Party;
  readonly version?: number;
}

/** What a visitor asks for when it opens a conversation. */
export interface Ask {
  readonly topic?: string;
  readonly skills?: readonly string[];
  readonly priority?: number;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** The `message` event: the one frame that stands in the window, on the bus, in the journal and on the wire. */
export interface MessageEvent {
  readonly ev: "message";
  readonly c: string;
  readonly pos: Position;
  readonly ts: number;
  readonly mid: string;
  readonly from: Party;
  readonly kind: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An entry this reader may not see, or that could not be read back, as it stands in a page. */
export interface HiddenMessage {
  readonly pos: Position;
  readonly kind: "hidden";
}

/** Who may see an entry. Readers outside the audience get `skip` live and `hidden` in pages. */
export type Audience = "all" | "agents";

const VISITOR_EVENTS: ReadonlySet<string> = new Set<RoutingEvent>([
  "queued",
  "assigned",
  "transferred",
  "held",
  "closed",
  "reopened",
  "identified",
]);

/** How long after it was said a message may be withdrawn. */
export const RECALL_MS = 120_000;

const RECALLABLE: ReadonlySet<string> = new Set(["text", "file", "card", "note"]);

/** What is of a kind that may be withdrawn. */
export function isRecallable({ kind }: { readonly kind: string }): boolean {
  return RECALLABLE.has(kind);
}

/** The body of an entry that its sender withdrew: the rest of it stays as it was. */
export const RECALLED = { recalled: true } as const;

export function isRecalled(body: Readonly<Record<string, unknown>>): boolean {
  return body["recalled"] === true;
}

/** What a `tagged` entry changes. */
export function tagChange(body: Readonly<Record<string, unknown>>): {
  readonly add: readonly string[];
  readonly remove: readonly string[];
} {
  return { add: textsOf(body["add"]), remove: textsOf(body["remove"]) };
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

/** Visitors see neither notes, nor tags, nor the routing entries that are about agents. A recall has the audience of what it withdraws. */
export function audienceOf(kind: string, body: Readonly<Record<string, unknown>>): Audience {
  if (kind === "note" || (kind === "system" && body["code"] === "tagged")) return "agents";
  if (kind === "routing") return VISITOR_EVENTS.has(String(body["event"])) ? "all" : "agents";
  return "all";
}
