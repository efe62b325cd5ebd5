import { createHash } from "node:crypto";
import type { ErrorCode } from "../../proto/codes.js";
import type { Position } from "../../proto/position.js";

/**
 * The history of a run, as its clients saw it: one line for everything they sent and everything they were told, in the order of one
 * monotonic clock. As a file it is JSON lines.
 *
 * `who` names one reader and writer over all its connections (a tab, an agent's device); `user` is who stands behind it.
 */
export type History = readonly Line[];

export type Line = { readonly at_ms: number } & (
  | Client<"connect", { readonly user: string }>
  | Client<"close", { readonly code: number }>
  | Client<"send", Said>
  /** The reply to a `send`. */
  | Client<"ack", { readonly user: string; readonly c: string; readonly mid: string; readonly pos: Position; readonly dup: boolean }>
  | Client<"refusal", { readonly op: string; readonly c?: string; readonly mid?: string; readonly code: ErrorCode }>
  /** From here on events of the conversation come: after its newest page (`head`), or after what the reader had (`from`). */
  | Client<"attach", { readonly c: string; readonly head: Position; readonly from?: Position }>
  | Client<"detach", { readonly c: string }>
  | Client<"accept", { readonly user: string; readonly c: string; readonly offer: string }>
  | Client<"event", { readonly c: string; readonly seen: Seen }>
  | Client<"gap", { readonly c: string; readonly after: Position; readonly head: Position }>
  | Client<"page", Page>
  /** What a client shows when everything is over: the messages it would draw, in its order. */
  | Client<"view", { readonly c: string; readonly shown: readonly Seen[] }>
  /** What history holds when everything is over, read from the beginning. */
  | Client<"record", { readonly c: string; readonly seen: readonly Seen[] }>
  /** The server was killed without a word. */
  | { readonly t: "kill" }
);

type Client<T extends string, Fields> = { readonly t: T; readonly who: string } & Fields;

/** One try to send. */
export interface Said {
  readonly user: string;
  readonly c: string;
  readonly mid: string;
  readonly content: string;
  /** The mid of the sender's that it takes back. */
  readonly takes?: string;
}

/** A page of history; exclusive `after` or `before`, neither for the newest. */
export interface Page {
  readonly c: string;
  readonly after?: Position;
  readonly before?: Position;
  readonly seen: readonly Seen[];
  /** There is more in the direction of reading. */
  readonly more: boolean;
  /** Half-open ranges that could not be read. */
  readonly incomplete: readonly (readonly [from: Position, to: Position])[];
}

/** An entry as somebody saw it. One that this reader may not see has its position only. */
export interface Seen {
  readonly pos: Position;
  readonly from?: string;
  readonly role?: string;
  readonly mid?: string;
  readonly kind?: string;
  readonly content?: string;
  /** Of routing entries. */
  readonly routing?: { readonly event: string; readonly version?: number; readonly assignee?: string };
}

/** A line as its writer knows it; whoever keeps the history adds the time. */
export type Written<L = Line> = L extends unknown ? Omit<L, "at_ms"> : never;

export type LineOf<T extends Line["t"]> = Extract<Line, { readonly t: T }>;

export function linesOf<T extends Line["t"]>(history: History, t: T): LineOf<T>[] {
  return history.filter((line): line is LineOf<T> => line.t === t);
}

/** Identifies content: what is said and what is read are the same when these are equal, whatever the order of the fields. */
export function contentOf(kind: string, body: unknown): string {
  return createHash("sha256")
    .update(`${kind}\n${JSON.stringify(sorted(body))}`)
    .digest("base64url")
    .slice(0, 16);
}

/** What stands in the place of a content that its sender took back. */
export const TAKEN_BACK = "taken back";

/** (conversation, sender, mid): one message for ever. */
export function keyOf(c: string, from: string, mid: string): string {
  return JSON.stringify([c, from, mid]);
}

export function write(history: History): string {
  return history.map((line) => `${JSON.stringify(line)}\n`).join("");
}

export function read(text: string): History {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, field]) => [name, sorted(field)]));
}
