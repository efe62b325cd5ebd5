import type { MessageEvent } from "../../proto/message.js";
import { compare, follows, later, type Position } from "../../proto/position.js";
import type { Gap, HistoryPage, Opened, PageMessage, Skip } from "./wire.js";

interface Item {
  readonly message: MessageEvent;
  /** History has it for ever. What was only seen live may be lost with the life it was seen in. */
  readonly sure: boolean;
  /** How many breaks in the order had been seen when it came. */
  readonly breaks: number;
}

/** What history must be asked for next: everything above `after`, at least up to `upto`. */
export interface Wanted {
  readonly after: Position;
  readonly upto: Position;
}

/**
 * What one reader knows of one conversation, by the rules of the protocol. Pure: no time, no network.
 *
 * Each (sender, mid) stands once, ascending by position; a message that comes again higher is moved there. Whenever the order is broken (a
 * hole, another epoch, a `gap`), `wanted` says what to ask of history; when nothing is wanted, nothing is missing.
 */
export class Timeline {
  /** Up to here this reader has read; undefined before the first page. */
  position: Position | undefined;
  /** The lowest position loaded, and whether nothing lies below it. */
  floor: Position | undefined;
  complete = false;
  wanted: Wanted | undefined;
  #items: Item[] = [];
  readonly #places = new Map<string, Position>();
  readonly #recalled = new Set<string>();
  #breaks = 0;

  /** How often the order was broken. A page asked for before a break may show what is lost by now. */
  get breaks(): number {
    return this.#breaks;
  }

  get messages(): readonly MessageEvent[] {
    return this.#items.map((item) => item.message);
  }

  has(from: string, mid: string): boolean {
    return this.#places.has(keyOf(from, mid));
  }

  recalled(message: MessageEvent): boolean {
    return this.#recalled.has(keyOf(message.from.id, message.mid));
  }

  /** The reply to `open`: the newest page. Coming back, it may or may not touch what was read before. */
  opened(page: Pick<Opened, "messages" | "head" | "complete">): void {
    const first = page.messages[0]?.pos;
    const before = this.position;
    if (!before) this.#keep((item) => page.complete || !first || compare(item.message.pos, first) >= 0);
    else if (!this.#touches(before, first, page.head)) this.gap({ after: before, head: page.head });
    if (!before || page.complete) {
      this.floor = first;
      this.complete = page.complete;
    }
    this.position = page.head;
    for (const message of page.messages) this.#put(message, this.#over(message.pos));
  }

  /** A live event. False when it was old and is ignored. */
  live(event: MessageEvent | Skip): boolean {
    const at = this.position;
    if (!at || compare(event.pos, at) <= 0) return false;
    if (!follows(at, event.pos)) this.#hole(at, event.pos);
    this.position = event.pos;
    if (event.ev === "message") this.#put(event, false);
    return true;
  }

  /** The server cannot replay what follows `after`: the reader goes on at `head`, also when that is lower. */
  gap({ after, head }: Pick<Gap, "after" | "head">): void {
    const at = this.position ?? after;
    const [lowest, highest] = [lower(after, at), later(after, at)];
    if (lowest[0] === head[0] && compare(highest, head) <= 0) this.#want(lowest, head);
    else this.#broken(lower(lowest, head), later(highest, head));
    this.position = head;
  }

  /** What the server has delivered on this connection: everything up to it came before it was said, or never will. */
  behind(head: Position): void {
    const at = this.position;
    if (!at || compare(head, at) <= 0) return;
    this.#want(at, head);
  }

  /** An older page, asked for with `before: floor`. */
  older(page: HistoryPage): void {
    for (const message of page.messages) this.#put(message, this.#over(message.pos));
    this.floor = page.messages[0]?.pos ?? this.floor;
    const missing = span(page);
    this.complete = !page.more && !missing;
    if (missing) this.#want(missing.after, missing.upto);
  }

  /** The page above `asked.after`. Answers true when some of it could not be read yet and must be asked for again. */
  caughtUp(asked: Wanted, page: HistoryPage): boolean {
    const last = page.messages.at(-1)?.pos ?? asked.after;
    const upto = page.more ? last : later(asked.upto, last);
    const missing = page.incomplete ?? [];
    this.#drop(asked.after, upto, missing, new Set(page.messages.map((message) => String(message.pos))));
    for (const message of page.messages) this.#put(message, this.#over(message.pos));
    if (this.position && last[0] > this.position[0]) this.#broken(this.position, last);
    if (this.position) this.position = later(this.position, last);
    // When something broke while this page was on its way, what is wanted reaches further and is asked for whole.
    if (this.wanted === asked) this.wanted = next(asked, upto, page);
    return missing.length > 0 || (page.more && page.messages.length === 0);
  }

  /** The reply to an own send: this is its place for ever. */
  confirmed(message: MessageEvent): void {
    const below = this.floor && compare(message.pos, this.floor) < 0 && !this.complete;
    if (!below) this.#put(message, true);
  }

  #touches(at: Position, first: Position | undefined, head: Position): boolean {
    if (compare(at, head) === 0) return true;
    if (at[0] !== head[0] || compare(head, at) < 0 || !first) return false;
    return compare(first, at) <= 0 || follows(at, first);
  }

  #hole(at: Position, next: Position): void {
    if (at[0] === next[0]) this.#want(at, next);
    else this.#broken(at, next);
  }

  /** Another life began, or the end of one was lost: what is not sure has to be read again, and what history lacks is dropped. */
  #broken(from: Position, upto: Position): void {
    this.#breaks++;
    const unsure = this.#items.find((item) => !item.sure)?.message.pos;
    this.#want(unsure ? lower(from, before(unsure)) : from, upto);
  }

  #want(after: Position, upto: Position): void {
    const known = this.wanted;
    if (known && compare(known.after, after) <= 0 && compare(known.upto, upto) >= 0) return;
    this.wanted = known ? { after: lower(known.after, after), upto: later(known.upto, upto) } : { after, upto };
  }

  /** Of a life before the one that is read: history has what it will ever have of it. */
  #over(pos: Position): boolean {
    return this.position !== undefined && pos[0] < this.position[0];
  }

  #drop(after: Position, upto: Position, missing: readonly (readonly [Position, Position])[], kept: ReadonlySet<string>): void {
    const unreadable = (pos: Position) => missing.some(([from, to]) => compare(pos, from) > 0 && compare(pos, to) <= 0);
    const stays = ({ message: { pos }, sure, breaks }: Item) =>
      sure || breaks === this.#breaks || compare(pos, after) <= 0 || compare(pos, upto) > 0 || kept.has(String(pos)) || unreadable(pos);
    this.#keep(stays);
  }

  #keep(stays: (item: Item) => boolean): void {
    for (const item of this.#items) if (!stays(item)) this.#forget(item.message);
    this.#items = this.#items.filter(stays);
  }

  #forget({ from, mid, kind, body }: MessageEvent): void {
    this.#places.delete(keyOf(from.id, mid));
    if (kind === "recall") this.#recalled.delete(keyOf(from.id, String(body["mid"])));
  }

  #put(message: PageMessage, sure: boolean): void {
    if (!("mid" in message)) return this.#keep((item) => compare(item.message.pos, message.pos) !== 0);
    const key = keyOf(message.from.id, message.mid);
    const place = this.#places.get(key);
    if (place && compare(place, message.pos) > 0) return;
    const there = this.#items.find((item) => compare(item.message.pos, message.pos) === 0);
    this.#keep((item) => item !== there && (!place || compare(item.message.pos, place) !== 0));
    if (message.kind === "recall") this.#recalled.add(keyOf(message.from.id, String(message.body["mid"])));
    this.#places.set(key, message.pos);
    this.#insert({ message, sure: sure || there?.sure === true, breaks: this.#breaks });
  }

  #insert(item: Item): void {
    let at = this.#items.length;
    while (at > 0 && compare((this.#items[at - 1] as Item).message.pos, item.message.pos) > 0) at--;
    this.#items.splice(at, 0, item);
  }
}

/** What is left of a want after a page that reached `upto`: from the first range that could not be read, or from there. */
function next(asked: Wanted, upto: Position, page: HistoryPage): Wanted | undefined {
  const missing = span(page);
  if (missing) return { after: missing.after, upto: later(asked.upto, missing.upto) };
  return page.more && compare(upto, asked.upto) < 0 ? { after: upto, upto: asked.upto } : undefined;
}

/** From the lowest to the highest place of a page that could not be read. */
function span({ incomplete = [] }: HistoryPage): Wanted | undefined {
  const [first, last] = [incomplete[0], incomplete.at(-1)];
  return first && last && { after: first[0], upto: last[1] };
}

function lower(a: Position, b: Position): Position {
  return compare(a, b) <= 0 ? a : b;
}

/** The place just before: exclusive lower ends reach a message this way. */
function before(pos: Position): Position {
  return [pos[0], Math.max(0, pos[1] - 1)];
}

function keyOf(from: string, mid: string): string {
  return `${from}\n${mid}`;
}
