import type { Position } from "../../proto/position.js";
import type { History, Line, Seen, Written } from "./history.js";

export const C = "c1";
const LIFE = 16_777_217;
/** The life after a restart. */
export const LATER = 33_554_433;

export const pos = (n: number, life = LIFE): Position => [life, n];

/** An entry as its readers see it: what `from` said with `mid`. */
export function said(n: number, from: string, mid: string, role = "visitor", life = LIFE): Seen {
  return { pos: pos(n, life), from, role, mid, kind: "text", content: mid };
}

/** A routing entry. */
export function routed(n: number, event: string, version: number, assignee?: string): Seen {
  const routing = { event, version, ...(assignee !== undefined && { assignee }) };
  return { pos: pos(n), from: "router", role: "system", mid: `r${n}`, kind: "routing", content: "", routing };
}

const STEP_MS = 10;

/** A history written by hand; its lines come at even steps, but where more time `passes`. */
export class Story {
  #now_ms = 0;
  readonly #lines: Line[] = [];

  get history(): History {
    return this.#lines;
  }

  tells(...lines: Written[]): this {
    for (const line of lines) this.#lines.push({ at_ms: this.passes(STEP_MS).#now_ms, ...line } as Line);
    return this;
  }

  passes(by_ms: number): this {
    this.#now_ms += by_ms;
    return this;
  }

  /** `user` sends and is told that the message lasts at `n`. */
  sends(user: string, mid: string, n: number, life?: number): this {
    const about = { who: user, user, c: C, mid };
    return this.tells({ t: "send", ...about, content: mid }, { t: "ack", ...about, pos: pos(n, life), dup: false });
  }

  /** `who` joined at `head` and is given these. */
  reads(who: string, head: number, ...entries: readonly Seen[]): this {
    return this.tells({ t: "attach", who, c: C, head: pos(head) }).gets(who, ...entries);
  }

  gets(who: string, ...entries: readonly Seen[]): this {
    return this.tells(...entries.map((seen) => ({ t: "event" as const, who, c: C, seen })));
  }

  /** The end: what history has. */
  ends(...seen: readonly Seen[]): History {
    return this.tells({ t: "record", who: "history", c: C, seen }).history;
  }
}
