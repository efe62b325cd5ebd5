import { type ConversationState, isRecalled, type MessageEvent, tagChange } from "../proto/message.js";
import { compare, type Position } from "../proto/position.js";
import type { Authority, Entry } from "../timeline/entry.js";
import type { ConversationRow } from "./store.js";

/**
 * What the store keeps of a conversation while its entries arrive. Every part carries the position it comes from, so that entries may
 * arrive in any order, and twice, and leave the same.
 */
export interface Summary {
  readonly head: Position;
  readonly opened: { readonly pos: Position; readonly at: number };
  /** Absent while only `barrier` and `asserted` are stored. */
  readonly updated?: { readonly pos: Position; readonly at: number };
  readonly routed?: { readonly pos: Position; readonly authority: Authority };
  readonly closed?: { readonly pos: Position; readonly at: number; readonly reason: string };
  readonly rated?: { readonly pos: Position; readonly score: number; readonly comment?: string };
  readonly said?: NonNullable<ConversationRow["last"]> & { readonly pos: Position };
  /** The last word on each tag that was ever there. */
  readonly tags?: Readonly<Record<string, { readonly pos: Position; readonly on: boolean }>>;
}

/** Characters of the last message that a list shows. */
export const PREVIEW_CHARS = 200;

/** The summary with one more entry in it. Pure. */
export function grown(summary: Summary | undefined, entry: Entry): Summary {
  const here = { pos: entry.pos, at: entry.ts };
  const base: Summary = summary ?? { head: entry.pos, opened: here };
  const head = compare(entry.pos, base.head) > 0 ? entry.pos : base.head;
  const opened = compare(entry.pos, base.opened.pos) < 0 ? here : base.opened;
  return { ...base, head, opened, ...learned(base, entry) };
}

/** The summary without the content of the entry at `pos`, which its sender withdrew. Pure. */
export function withdrawn(summary: Summary, pos: Position): Summary {
  const { said } = summary;
  return said && compare(said.pos, pos) === 0 ? { ...summary, said: { ...said, text: "", recalled: true } } : summary;
}

function learned(base: Summary, entry: Entry): Partial<Summary> {
  switch (entry.kind) {
    case "routing":
      return routed(base, entry);
    case "system":
      return { ...touched(base, entry), ...rated(base, entry), ...tagged(base, entry) };
    case "text":
    case "file":
    case "card":
      return { ...touched(base, entry), ...said(base, entry) };
    default:
      return touched(base, entry);
  }
}

function newer(pos: Position, than: { readonly pos: Position } | undefined): boolean {
  return than === undefined || compare(pos, than.pos) > 0;
}

function touched(base: Summary, entry: Entry): Partial<Summary> {
  return newer(entry.pos, base.updated) ? { updated: { pos: entry.pos, at: entry.ts } } : {};
}

function routed(base: Summary, entry: Entry): Partial<Summary> {
  const { event, reason } = parse(entry).body;
  const quiet = event === "barrier" || event === "asserted";
  const { authority, pos } = entry;
  return {
    ...(quiet ? {} : touched(base, entry)),
    ...(authority && newer(pos, base.routed) ? { routed: { pos, authority } } : {}),
    ...(event === "closed" && newer(pos, base.closed) ? { closed: { pos, at: entry.ts, reason: String(reason) } } : {}),
  };
}

function rated(base: Summary, entry: Entry): Partial<Summary> {
  const { code, score, comment } = parse(entry).body;
  if (code !== "rated" || typeof score !== "number" || !newer(entry.pos, base.rated)) return {};
  return { rated: { pos: entry.pos, score, ...(typeof comment === "string" ? { comment } : {}) } };
}

function tagged(base: Summary, entry: Entry): Partial<Summary> {
  const { pos } = entry;
  const { body } = parse(entry);
  if (body["code"] !== "tagged") return {};
  const { add, remove } = tagChange(body);
  const words = [...add.map((tag) => [tag, true] as const), ...remove.map((tag) => [tag, false] as const)];
  const newest = words.filter(([tag]) => newer(pos, base.tags?.[keyOf(tag)]));
  return { tags: { ...base.tags, ...Object.fromEntries(newest.map(([tag, on]) => [keyOf(tag), { pos, on }])) } };
}

/** A tag may be called `__proto__`, a key may not. */
function keyOf(tag: string): string {
  return `#${tag}`;
}

function said(base: Summary, entry: Entry): Partial<Summary> {
  if (!newer(entry.pos, base.said)) return {};
  const { body, from } = parse(entry);
  const text = body["text"] ?? body["name"] ?? body["title"] ?? "";
  const recalled = isRecalled(body) ? ({ recalled: true } as const) : {};
  return { said: { pos: entry.pos, ts: entry.ts, from, kind: entry.kind, text: preview(String(text)), ...recalled } };
}

function parse(entry: Entry): MessageEvent {
  return JSON.parse(entry.frame) as MessageEvent;
}

/** Cut between characters: half a surrogate pair is no text. */
function preview(text: string): string {
  return text.slice(0, PREVIEW_CHARS).replace(/[\uD800-\uDBFF]$/, "");
}

/** What others see of it; undefined while no routing entry is stored. */
export function rowOf(tenant: string, c: string, summary: Summary): ConversationRow | undefined {
  const { routed, opened, updated, head, rated, said } = summary;
  if (routed === undefined) return undefined;
  return {
    tenant,
    c,
    authority: routed.authority,
    head,
    opened_at: opened.at,
    updated_at: (updated ?? opened).at,
    ...closing(routed.authority.state, summary.closed),
    ...(rated ? { rating: { score: rated.score, ...(rated.comment === undefined ? {} : { comment: rated.comment }) } } : {}),
    ...(said ? { last: lastOf(said) } : {}),
    tags: tagsOf(summary.tags ?? {}),
  };
}

function lastOf({ pos: _pos, ...last }: NonNullable<Summary["said"]>): NonNullable<ConversationRow["last"]> {
  return last;
}

function tagsOf(tags: NonNullable<Summary["tags"]>): readonly string[] {
  const standing = Object.entries(tags).filter(([, { on }]) => on);
  return standing.map(([key]) => key.slice(1)).sort();
}

function closing(state: ConversationState, closed: Summary["closed"]): Partial<ConversationRow> {
  if (state !== "closed" || closed === undefined) return {};
  return { closed: closed.pos, closed_at: closed.at, closed_reason: closed.reason };
}
