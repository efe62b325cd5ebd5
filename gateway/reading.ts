import { DeskError } from "../lib/errors.js";
import type { Logger } from "../lib/log.js";
import type { History, HistoryPage } from "../persister/history.js";
import { hiddenElement } from "../proto/frames.js";
import type { Role } from "../proto/message.js";
import { BEGINNING, type Position } from "../proto/position.js";
import type { Timeline } from "../timeline/timeline.js";
import { type AskStored, aboveHoles, cut, type Live, type Merged, mergeBackward, mergeForward, type Range, type Row } from "./merge.js";
import type { Readership } from "./readership.js";
import type { Session } from "./session.js";

/** At most one of `before` and `after`, both exclusive; with neither the newest. */
export interface PageAsked {
  readonly c: string;
  readonly before?: Position;
  readonly after?: Position;
  readonly limit?: number;
}

/** A page as its reader may see it: `messages` are encoded, in the bytes they have everywhere. */
export interface ReadPage {
  readonly messages: readonly string[];
  readonly more: boolean;
  readonly incomplete: readonly Range[];
}

export interface ReadingLimits {
  readonly historyMax: number;
  readonly historyBytes: number;
}

export interface ReadingPorts {
  readonly timeline: Pick<Timeline, "window" | "journalEnd">;
  readonly history: Pick<History, "page">;
  readonly readership: Pick<Readership, "admit">;
  readonly limits: ReadingLimits;
  readonly log: Logger;
}

const PAGE_DEFAULT = 50;

/**
 * Pages of a conversation: the broker's window and history merged by position.
 *
 * Honest: a range that cannot be read yet stands in `incomplete`, also when history does not answer at all. An entry the reader may not
 * see stands in its place as `hidden`.
 */
export class Reading {
  readonly #ports: ReadingPorts;

  constructor(ports: ReadingPorts) {
    this.#ports = ports;
  }

  /** Rejects with `not_found` for what this session may not read, `unavailable` when neither window nor history can be asked. */
  async page(session: Session, asked: PageAsked): Promise<ReadPage> {
    await this.#ports.readership.admit(session, asked.c);
    const limit = this.limit(asked.limit);
    const { before, after } = asked;
    const range = { limit, ...(before && { before }), ...(after && { after }) };
    const live = await this.#ports.timeline.window(asked.c, range);
    // While a life has only its barrier, history may still lack the end of the one before: it has to judge the page alone.
    const begun = live.at === "window" && live.authority !== undefined;
    const merged = await this.#merged(session.tenant, { ...range, c: asked.c }, begun ? live : undefined);
    return this.#shown(session, merged, after ? "forward" : "backward");
  }

  /** A wish cut to what one page may hold. */
  limit(wish: number | undefined): number {
    return Math.min(wish ?? PAGE_DEFAULT, this.#ports.limits.historyMax);
  }

  /**
   * The newest `limit`, given the window's answer to the same question. Nothing below a hole: who is shown them pages on from the first one, and
   * meets the hole there.
   */
  async newest(session: Session, asked: { readonly c: string; readonly limit: number }, live: Live | undefined): Promise<ReadPage> {
    return this.#shown(session, aboveHoles(await this.#merged(session.tenant, asked, live)), "backward");
  }

  #shown({ user: { role } }: Session, page: Merged, direction: "forward" | "backward"): ReadPage {
    const bytesOf = (row: Row): number => Buffer.byteLength(shown(row, role));
    const { rows, more, incomplete } = cut(page, direction, bytesOf, this.#ports.limits.historyBytes);
    return { messages: rows.map((row) => shown(row, role)), more, incomplete };
  }

  /** The page asked for, given the window's answer to the same question; without a window history answers alone. */
  async #merged(tenant: string, asked: PageAsked & { readonly limit: number }, live: Live | undefined): Promise<Merged> {
    const { c, before, after, limit } = asked;
    if (!live) return this.#stored(tenant, c, { ...(before && { before }), ...(after && { after }) }, limit);
    const ask: AskStored = (range, rows) => this.#history(tenant, c, range, rows, live);
    return after ? mergeForward(live, after, limit, ask) : mergeBackward(live, before, limit, ask);
  }

  /** Nothing is live: the page is complete at its newest side only up to what the journal holds at this moment. */
  async #stored(tenant: string, c: string, range: { before?: Position; after?: Position }, limit: number): Promise<Merged> {
    const upto = await this.#ports.timeline.journalEnd(c);
    return this.#ports.history.page({ tenant, c, ...range, limit, upto });
  }

  /** A history that does not answer leaves a page that says so: the live part is still good. */
  async #history(
    tenant: string,
    c: string,
    range: { before?: Position; after?: Position },
    limit: number,
    live: Live,
  ): Promise<HistoryPage> {
    try {
      return await this.#ports.history.page({ tenant, c, ...range, limit });
    } catch (error) {
      if (!(error instanceof DeskError && error.retry)) throw error;
      this.#ports.log.warn({ c, code: error.code }, "history does not answer; the page is incomplete");
      const [epoch, n] = range.before ?? live.first;
      return { rows: [], more: range.before !== undefined, incomplete: [[range.after ?? BEGINNING, [epoch, Math.max(n - 1, 0)]]] };
    }
  }
}

/** The page as the result of `history`: one JSON object. */
export function encodePage(page: ReadPage): string {
  const incomplete = page.incomplete.length > 0 ? `,"incomplete":${JSON.stringify(page.incomplete)}` : "";
  return `{"messages":[${page.messages.join(",")}],"more":${page.more}${incomplete}}`;
}

function shown({ entry, pos }: Row, role: Role): string {
  const visible = entry && (entry.audience === "all" || role !== "visitor");
  return visible ? entry.frame : hiddenElement(pos);
}
