import type { ConversationState } from "../proto/message.js";
import type { Position } from "../proto/position.js";
import type { Authority, Entry, Mark } from "../timeline/entry.js";
import type { ConversationRow, ConversationsQuery } from "./store.js";

/** The messages of history.proto and common.proto, as the loader gives and takes them: unset messages are null. */
export interface WirePosition {
  readonly epoch: number;
  readonly n: number;
}

export interface WireAuthority extends Omit<Authority, "assignee" | "state"> {
  readonly state: string;
  readonly assignee?: string;
}

export interface WireEntry extends Omit<Entry, "pos" | "authority" | "audience"> {
  readonly pos: WirePosition;
  readonly audience: string;
  readonly authority: WireAuthority | null;
}

export interface WireMark {
  readonly user: string;
  readonly got: WirePosition | null;
  readonly read: WirePosition | null;
}

export interface WireConversation {
  readonly tenant: string;
  readonly c: string;
  readonly authority: WireAuthority;
  readonly head: WirePosition;
  readonly opened_at: number;
  readonly updated_at: number;
  readonly closing: { readonly pos: WirePosition; readonly at: number; readonly reason: string } | null;
  readonly rating: { readonly score: number; readonly comment?: string } | null;
  readonly last: (Omit<NonNullable<ConversationRow["last"]>, "recalled"> & { readonly recalled: boolean }) | null;
  readonly tags: readonly string[];
}

/** Unset lists are empty. */
export type WireConversationsQuery = Omit<ConversationsQuery, "words" | "reader"> & {
  readonly words: readonly string[];
  readonly reader: NonNullable<ConversationsQuery["reader"]> | null;
};

export function toWire(pos: Position): WirePosition;
export function toWire(pos: Position | undefined): WirePosition | null;
export function toWire(pos: Position | undefined): WirePosition | null {
  return pos ? { epoch: pos[0], n: pos[1] } : null;
}

export function fromWire(pos: WirePosition): Position {
  return [pos.epoch, pos.n];
}

export function authorityFromWire({ version, state, topic, visitor, assignee, members }: WireAuthority): Authority {
  const authority = { version, state: state as ConversationState, topic, visitor, members };
  return assignee === undefined ? authority : { ...authority, assignee };
}

export function entryToWire(entry: Entry): WireEntry {
  return { ...entry, pos: toWire(entry.pos), authority: entry.authority ?? null };
}

export function entryFromWire({ pos, audience, authority, ...rest }: WireEntry): Entry {
  const entry = { ...rest, pos: fromWire(pos), audience: audience as Entry["audience"] };
  return authority ? { ...entry, authority: authorityFromWire(authority) } : entry;
}

export function markToWire({ user, got, read }: Mark): WireMark {
  return { user, got: toWire(got), read: toWire(read) };
}

export function markFromWire({ user, got, read }: WireMark): Mark {
  return { user, ...(got && { got: fromWire(got) }), ...(read && { read: fromWire(read) }) };
}

export function conversationToWire(row: ConversationRow): WireConversation {
  const { closed, closed_at, closed_reason, rating, last, head, ...rest } = row;
  const closing = closed ? { pos: toWire(closed), at: closed_at ?? 0, reason: closed_reason ?? "" } : null;
  const said = last ? { ...last, recalled: last.recalled === true } : null;
  return { ...rest, head: toWire(head), closing, rating: rating ?? null, last: said };
}

export function conversationFromWire(row: WireConversation): ConversationRow {
  const { tenant, c, authority, head, opened_at, updated_at, closing, rating, last, tags } = row;
  return {
    ...{ tenant, c, authority: authorityFromWire(authority), head: fromWire(head), opened_at, updated_at },
    ...(closing && { closed: fromWire(closing.pos), closed_at: closing.at, closed_reason: closing.reason }),
    ...(rating && { rating: { score: rating.score, ...(rating.comment === undefined ? {} : { comment: rating.comment }) } }),
    ...(last && { last: lastFromWire(last) }),
    tags,
  };
}

function lastFromWire({ recalled, ...last }: NonNullable<WireConversation["last"]>): NonNullable<ConversationRow["last"]> {
  return recalled ? { ...last, recalled } : last;
}

export function queryToWire({ words = [], reader, ...query }: ConversationsQuery): WireConversationsQuery {
  return { ...query, words, reader: reader ?? null };
}

export function queryFromWire({ words, reader, ...query }: WireConversationsQuery): ConversationsQuery {
  return { ...query, ...(words.length > 0 && { words }), ...(reader && { reader }) };
}
