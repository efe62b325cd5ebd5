import type { Logger } from "../lib/log.js";
import type { History, HistoryPage, PageQuery } from "../persister/history.js";
import { readMessage } from "../proto/frames.js";
import type { MessageEvent, Party } from "../proto/message.js";
import { BEGINNING, compare, type Position } from "../proto/position.js";
import type { Held, Inbox, Offer } from "../router/router.js";
import type { Entry } from "../timeline/entry.js";
import type { Timeline } from "../timeline/timeline.js";
import { type AskStored, mergeBackward } from "./merge.js";
import type { Session } from "./session.js";

/** Entries looked at for what is unread: a larger count is shown as this. */
const LOOK_BACK = 100;

/** Beyond this many bytes conversations are shown without what was said last and without attributes: the whole inbox has to fit one frame. */
const FULL_BYTES_MAX = 96 * 1_024;

/** Kinds that are no message of anybody. */
const UNSAID: ReadonlySet<string> = new Set(["routing", "system", "recall"]);

interface ShownVisitor {
  readonly id: string;
  readonly name: string;
  readonly attributes: object;
}

interface HeldRow extends Omit<Held, "visitor"> {
  readonly head: Position;
  readonly visitor: ShownVisitor;
  readonly last?: MessageEvent;
  readonly unread: number;
  readonly waiting_ms: number;
}

export interface InboxesPorts {
  readonly timeline: Pick<Timeline, "window">;
  readonly history: Pick<History, "visitor" | "marks" | "conversation" | "page">;
  readonly log: Logger;
}

/** What agents are shown of conversations they have not opened: who asks, what was said last, what is unread, who waits. */
export class Inboxes {
  readonly #ports: InboxesPorts;

  constructor(ports: InboxesPorts) {
    this.#ports = ports;
  }

  /** An offer with all that is known of its visitor. */
  async shown(tenant: string, offer: Offer): Promise<Omit<Offer, "visitor"> & { readonly visitor: object }> {
    return { ...offer, visitor: await this.#visitor(tenant, offer.visitor) };
  }

  async inbox(session: Session, { own, conversations, offers }: Inbox, now: number): Promise<object> {
    const [held, offered] = await Promise.all([
      Promise.all(conversations.map((each) => this.#held(session, each, now))),
      Promise.all(offers.map((offer) => this.shown(session.tenant, offer))),
    ]);
    return { ...own, conversations: lean(held), offers: offered };
  }

  async #held({ tenant, user }: Session, held: Held, now: number): Promise<HeldRow> {
    const { c, state, ask, assigned_at } = held;
    const [visitor, entries, read] = await Promise.all([
      this.#visitor(tenant, held.visitor),
      this.#newest(tenant, c),
      this.#readUpTo(tenant, c, user.id),
    ]);
    const said = entries.filter(({ kind }) => !UNSAID.has(kind));
    const head = entries.at(-1)?.pos ?? (await this.#ports.history.conversation(tenant, c))?.head ?? BEGINNING;
    const last = said.at(-1);
    const unread = said.filter(({ pos, from }) => from === held.visitor.id && compare(pos, read) > 0).length;
    const waiting_ms = waitingSince(said, held.visitor.id, now);
    return { c, state, head, visitor, ask, assigned_at, ...(last && { last: readMessage(last.frame) }), unread, waiting_ms };
  }

  /** Of the window, and of history where there is none or it does not reach back so far. */
  async #newest(tenant: string, c: string): Promise<readonly Entry[]> {
    const live = await this.#ports.timeline.window(c, { limit: LOOK_BACK });
    const ask: AskStored = (range, limit) => this.#stored({ tenant, c, ...range, limit });
    const { rows } = live.at === "window" ? await mergeBackward(live, undefined, LOOK_BACK, ask) : await ask({}, LOOK_BACK);
    return rows.flatMap(({ entry }) => entry ?? []);
  }

  async #stored(query: PageQuery): Promise<HistoryPage> {
    return this.#ports.history.page(query).catch((err: unknown) => {
      this.#ports.log.warn({ c: query.c, err }, "what was said before is not known");
      return { rows: [], more: false, incomplete: [] };
    });
  }

  async #readUpTo(tenant: string, c: string, user: string): Promise<Position> {
    const marks = await this.#ports.history.marks(tenant, c).catch((err: unknown) => {
      this.#ports.log.warn({ c, err }, "marks are not known");
      return [];
    });
    return marks.find((mark) => mark.user === user)?.read ?? BEGINNING;
  }

  async #visitor(tenant: string, { id, name }: Party): Promise<ShownVisitor> {
    const known = await this.#ports.history.visitor(tenant, id).catch((err: unknown) => {
      this.#ports.log.warn({ visitor: id, err }, "a visitor's attributes are not known");
      return undefined;
    });
    const { attributes = {}, url, title, since } = known ?? {};
    return { id, name: known?.name ?? name, attributes, ...present({ url, title: title || undefined, since }) };
  }
}

/** The first rows whole, as many as the budget holds; the others with what is always small. */
function lean(rows: readonly HeldRow[]): readonly object[] {
  let bytes = 0;
  return rows.map((row) => {
    bytes += Buffer.byteLength(JSON.stringify(row));
    if (bytes <= FULL_BYTES_MAX) return row;
    const { last: _left, ask, visitor, ...small } = row;
    return { ...small, ask: { ...ask, attributes: {} }, visitor: { ...visitor, attributes: {} } };
  });
}

/** For how long the visitor has been without an answer. */
function waitingSince(said: readonly Entry[], visitor: string, now: number): number {
  const answered = said.findLastIndex(({ from, kind }) => from !== visitor && kind !== "note");
  const first = said.slice(answered + 1).find(({ from }) => from === visitor);
  return first ? Math.max(0, now - first.ts) : 0;
}

function present(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
