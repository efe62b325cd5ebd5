import { BEGINNING, compare, follows, type Position } from "../../proto/position.js";
import type { LineOf, Page } from "./history.js";

/** Entries that went past a reader, between two it was given. */
export interface Hole {
  readonly at_ms: number;
  readonly after: Position;
  readonly next: Position;
  /** When the reader was told of it, or read it. */
  closed_ms?: number;
}

/** Time during which events of the conversation came. */
export interface Stretch {
  readonly from_ms: number;
  to_ms: number;
}

/**
 * One reader of one conversation, as the protocol has it: events at or below its position are ignored, one that does not follow leaves a
 * hole, a `gap` or a page that covers the hole closes it.
 */
export class Reading {
  readonly c: string;
  readonly who: string;
  readonly holes: Hole[] = [];
  readonly stretches: Stretch[] = [];
  readonly #steps: { readonly at_ms: number; readonly pos: Position }[] = [];
  #position: Position | undefined;
  #attached: Stretch | undefined;

  constructor(who: string, c: string) {
    this.who = who;
    this.c = c;
  }

  /** Where the reader was then. */
  positionAt(at_ms: number): Position {
    return this.#steps.findLast((step) => step.at_ms <= at_ms)?.pos ?? BEGINNING;
  }

  /** Something went past the reader, and nobody told it. */
  get open(): boolean {
    return this.holes.some(({ closed_ms }) => closed_ms === undefined);
  }

  attach({ at_ms, head, from }: LineOf<"attach">): void {
    this.detach(at_ms);
    this.#step(at_ms, from ?? head);
    this.#attached = { from_ms: at_ms, to_ms: Number.POSITIVE_INFINITY };
    this.stretches.push(this.#attached);
  }

  detach(at_ms: number): void {
    if (this.#attached) this.#attached.to_ms = at_ms;
    this.#attached = undefined;
  }

  event({ at_ms, seen: { pos } }: LineOf<"event">): void {
    const after = this.#position;
    if (!after || compare(pos, after) <= 0) return;
    if (!follows(after, pos)) this.holes.push({ at_ms, after, next: pos });
    this.#step(at_ms, pos);
  }

  gap({ at_ms, after, head }: LineOf<"gap">): void {
    this.#close(at_ms, (hole) => compare(after, hole.after) <= 0 && compare(hole.next, head) <= 0);
    this.#step(at_ms, head);
  }

  page(page: LineOf<"page">): void {
    const [from, to] = covered(page);
    const reads = ({ after, next }: Hole): boolean => compare(from, after) <= 0 && compare(next, to) <= 0 && !broken(page, after, next);
    this.#close(page.at_ms, reads);
  }

  #step(at_ms: number, pos: Position): void {
    this.#position = pos;
    this.#steps.push({ at_ms, pos });
  }

  #close(at_ms: number, closes: (hole: Hole) => boolean): void {
    for (const hole of this.holes) if (hole.closed_ms === undefined && closes(hole)) hole.closed_ms = at_ms;
  }
}

const END: Position = [Number.POSITIVE_INFINITY, 0];

/** Everything after the first and up to the second is on the page. */
function covered({ after, before, seen, more }: Page): readonly [Position, Position] {
  const [first, last] = [seen[0]?.pos, seen.at(-1)?.pos];
  if (after) return [after, more ? (last ?? after) : END];
  const to = before ?? END;
  return [more && first ? [first[0], first[1] - 1] : more ? to : BEGINNING, to];
}

function broken({ incomplete }: Page, after: Position, next: Position): boolean {
  return incomplete.some(([from, to]) => compare(from, next) < 0 && compare(to, after) > 0);
}
