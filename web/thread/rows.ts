import type { Party } from "../../proto/message.js";

/** How far an own message has come. `got` and `read`: by somebody on the other side. */
export type Delivery = "sending" | "sent" | "got" | "read" | "failed";

/** A message as a thread shows it, whoever supplies it. */
export interface Said {
  /** Stable over retries and moves: sender and mid. */
  readonly key: string;
  readonly from: Party;
  readonly kind: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Milliseconds; the local time of writing until the server gave one. */
  readonly ts: number;
  readonly withdrawn: boolean;
  /** Own messages only. */
  readonly delivery?: Delivery;
  /** It may still be withdrawn. */
  readonly recallable?: boolean;
}

export type Row =
  | { readonly row: "day"; readonly key: string; readonly ts: number }
  | { readonly row: "notice"; readonly key: string; readonly said: Said }
  | {
      readonly row: "bubble";
      readonly key: string;
      readonly said: Said;
      readonly mine: boolean;
      readonly first: boolean;
      readonly last: boolean;
    };

/** Messages of one sender closer than this stand together. */
const GROUP_MS = 5 * 60_000;

/** Lays a conversation out in its order: a line per day, notices for routing, bubbles grouped by sender. */
export function rows(messages: readonly Said[]): Row[] {
  const result: Row[] = [];
  let before: Said | undefined;
  messages.forEach((said, i) => {
    if (before === undefined || dayOf(before.ts) !== dayOf(said.ts))
      result.push({ row: "day", key: `day ${dayOf(said.ts)} ${said.key}`, ts: said.ts });
    result.push(rowOf(said, before, messages[i + 1]));
    before = said;
  });
  return result;
}

function rowOf(said: Said, before: Said | undefined, after: Said | undefined): Row {
  if (isNotice(said)) return { row: "notice", key: said.key, said };
  const mine = said.delivery !== undefined;
  return { row: "bubble", key: said.key, said, mine, first: !together(before, said), last: !together(said, after) };
}

function isNotice(said: Said): boolean {
  return said.kind === "routing" || said.kind === "system";
}

function together(a: Said | undefined, b: Said | undefined): boolean {
  if (a === undefined || b === undefined || isNotice(a) || isNotice(b)) return false;
  const alike = a.from.id === b.from.id && (a.kind === "note") === (b.kind === "note");
  return alike && b.ts - a.ts < GROUP_MS && dayOf(a.ts) === dayOf(b.ts);
}

/** The local calendar day, as a number that can be compared. */
export function dayOf(ts: number): number {
  const date = new Date(ts);
  return date.getFullYear() * 10_000 + date.getMonth() * 100 + date.getDate();
}
