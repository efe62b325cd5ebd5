import type { Channel, Peer, Transport } from "../../client/src/index.js";
import { compare, type Position } from "../../proto/position.js";
import { C, type Heard, ME, message } from "./scripted-desk.js";

interface Entry {
  readonly pos: Position;
  readonly mid: string;
  readonly mine: boolean;
  /** This reader may not see it. */
  readonly hidden: boolean;
  durable: boolean;
  /** History has it. */
  stored: boolean;
  trimmed: boolean;
}

/** The end of a life, as history sees it: nothing can be added before it once the next life's first entry is stored. */
interface Seam {
  readonly pos: Position;
  readonly opens: Entry;
}

interface Waiting {
  readonly command: Heard;
  /** The page as it was when it was asked for; what it says may be old when it is answered. */
  readonly page?: object;
  readonly reply: Reply;
}

/** Takes what a command is answered. */
type Reply = (frame: object) => void;

/** Pages are this short, so that there are many. */
const PAGE_MOST = 4;

/**
 * What a desk with one conversation would do, small enough to be believed: entries get places, become durable and stored in their order, are
 * lost with their life when they were not durable, and are told to one client over one line at a time. Each method is something that can
 * happen at any moment.
 */
export class ModelDesk implements Transport {
  entries: Entry[] = [];
  #epoch = 1;
  #peer: Peer | undefined;
  /** Frames under way to the client, oldest first. */
  #wire: object[] = [];
  #waiting: Waiting[] = [];
  /** The last position told on this line; undefined while the conversation is not open on it. */
  #cursor: Position | undefined;
  #swallow = false;
  readonly #onLine: Reply = (frame) => this.#tell(frame);
  readonly #waiters = new Set<() => void>();

  constructor() {
    this.#append("begin", false, true);
  }

  open(_url: string, _protocols: readonly string[], peer: Peer): Channel {
    this.#peer = peer;
    queueMicrotask(() => peer === this.#peer && peer.opened());
    return {
      send: (text) => void (peer === this.#peer && this.#hear(JSON.parse(text) as Heard, this.#onLine)),
      close: () => void (peer === this.#peer && this.#hangUp()),
    };
  }

  get head(): Position {
    return this.entries.at(-1)?.pos as Position;
  }

  /** A command that did not come over the line. */
  ask(command: Heard, reply: Reply): void {
    this.#hear(command, reply);
  }

  /** Runs once, when the list changed. */
  onChange(run: () => void): void {
    this.#waiters.add(run);
  }

  /** Somebody else says something. */
  say(mid: string, hidden: boolean): void {
    this.#append(mid, false, hidden);
  }

  /** The next event is lost on its way. */
  lose(): void {
    this.#swallow = true;
  }

  /** The next frame under way comes twice. */
  double(): void {
    const [next] = this.#wire;
    if (next) this.#wire.unshift(next);
  }

  /** The next two frames under way overtake each other. */
  swap(): void {
    const [first, second, ...rest] = this.#wire;
    if (first && second) this.#wire = [second, first, ...rest];
  }

  deliver(frames: number): void {
    for (const frame of this.#wire.splice(0, frames)) this.#peer?.message(JSON.stringify(frame));
  }

  /** One of the unanswered commands is answered, in any order. */
  answer(which: number): void {
    const [next] = this.#waiting.splice(which % Math.max(1, this.#waiting.length), 1);
    if (next) this.#answer(next);
  }

  /** The journal takes what is not durable yet, oldest first. */
  settle(count: number): void {
    for (const entry of this.entries.filter((each) => !each.durable).slice(0, count)) entry.durable = true;
  }

  /** History takes what is durable, oldest first. */
  store(count: number): void {
    for (const entry of this.entries.filter((each) => each.durable && !each.stored).slice(0, count)) entry.stored = true;
  }

  /** The window forgets what is durable. */
  trim(): void {
    for (const entry of this.entries) entry.trimmed ||= entry.durable && entry.pos[0] === this.#epoch;
  }

  /** The live end is lost, and another life begins with a barrier. The line may outlive it. */
  crash(replays: boolean): void {
    const before = this.#cursor;
    this.entries = this.entries.filter((entry) => entry.durable);
    this.#epoch++;
    this.#cursor = undefined;
    const barrier = this.#append(`barrier-${this.#epoch}`, false, true);
    if (!before) return;
    if (replays) this.#tell(frameOf(barrier));
    this.#tell({ ev: "gap", c: C, after: before, head: barrier.pos });
    this.#cursor = barrier.pos;
  }

  /** The connection ends; what was under way is lost. */
  drop(code: number): void {
    const peer = this.#peer;
    this.#hangUp();
    peer?.closed(code, "");
  }

  #hangUp(): void {
    this.#peer = undefined;
    this.#wire = [];
    this.#waiting = [];
    this.#cursor = undefined;
  }

  #append(mid: string, mine: boolean, hidden: boolean): Entry {
    const n = this.entries.filter(({ pos }) => pos[0] === this.#epoch).length + 1;
    const entry: Entry = { pos: [this.#epoch, n], mid, mine, hidden, durable: false, stored: false, trimmed: false };
    this.entries.push(entry);
    if (this.#cursor) this.#pass(entry);
    for (const run of [...this.#waiters]) {
      this.#waiters.delete(run);
      run();
    }
    return entry;
  }

  #pass(entry: Entry): void {
    this.#cursor = entry.pos;
    if (!this.#swallow) this.#tell(frameOf(entry));
    this.#swallow = false;
  }

  #tell(frame: object): void {
    this.#wire.push(frame);
  }

  #hear(command: Heard, reply: Reply): void {
    switch (command.op) {
      case "hello":
        return this.#welcome(command);
      case "send":
        if (!this.#find(command)) this.#append(command["mid"], true, false);
        this.#waiting.push({ command, reply });
        return;
      case "history":
        this.#waiting.push({ command, page: this.#history(command), reply });
        return;
      case "open":
      case "ping":
        this.#waiting.push({ command, reply });
    }
  }

  #answer({ command, page, reply }: Waiting): void {
    const { op, id } = command;
    if (op === "open") return this.#show(id, reply);
    if (op === "ping") return reply({ re: id, now: 0, heads: this.#cursor ? { [C]: this.#cursor } : {} });
    if (op === "history") return reply({ re: id, ...page });
    const entry = this.#find(command);
    if (entry?.durable) reply({ re: id, pos: entry.pos, ts: 0 });
    else reply({ re: id, error: { code: entry ? "pending" : "unavailable", retry: true } });
  }

  #welcome({ id, resume }: Heard): void {
    const from = resume[C] as Position | undefined;
    const resumed = from ? { [C]: { head: this.head, ...(from[0] === this.#epoch ? {} : { gap: true }) } } : {};
    this.#tell({ re: id, user: ME, now: 0, expires_at: 1e9, ping_ms: 10_000, limits: { in_flight: 32 }, resumed });
    if (from) this.#resume(from);
  }

  #resume(from: Position): void {
    const [first, ...missed] = this.entries.filter(({ pos }) => pos[0] === this.#epoch && compare(pos, from) > 0);
    const whole = [...(first ? [first] : []), ...missed].every(({ trimmed }) => !trimmed);
    const crossed = from[0] !== this.#epoch;
    this.#cursor = this.head;
    if (whole) for (const entry of first ? [first, ...missed] : []) this.#tell(frameOf(entry));
    if (crossed || !whole) this.#tell({ ev: "gap", c: C, after: from, head: this.head });
  }

  #show(id: number, reply: Reply): void {
    const page = this.#page(this.#sequence().reverse());
    const lowest = page.unreadable[0]?.pos;
    const entries = page.entries.reverse().filter(({ pos }) => !lowest || compare(pos, lowest) > 0);
    const messages = entries.map(shapeOf);
    if (reply === this.#onLine) this.#cursor = this.head;
    const complete = !page.more && !lowest;
    reply({ re: id, c: C, state: "queued", head: this.head, messages, complete, members: [] });
  }

  #history({ after, before }: Heard): object {
    const all = this.#sequence();
    const older = () => all.filter(({ pos }) => !before || compare(pos, before) < 0).reverse();
    const range = after ? all.filter(({ pos }) => compare(pos, after) > 0) : older();
    const { entries, unreadable, more } = this.#page(range);
    const ascending = (a: { pos: Position }, b: { pos: Position }) => compare(a.pos, b.pos);
    const incomplete = unreadable.sort(ascending).map(({ pos }) => [this.#below(pos), pos]);
    return { messages: entries.sort(ascending).map(shapeOf), more, ...(incomplete.length > 0 ? { incomplete } : {}) };
  }

  /** As many as a page holds, and what lies between them that cannot be read. */
  #page(range: readonly (Entry | Seam)[]): { entries: Entry[]; unreadable: (Entry | Seam)[]; more: boolean } {
    const entries: Entry[] = [];
    const unreadable: (Entry | Seam)[] = [];
    for (const [i, each] of range.entries()) {
      if (!this.#readable(each)) unreadable.push(each);
      else if ("mid" in each) entries.push(each);
      if (entries.length === PAGE_MOST) return { entries, unreadable, more: range.slice(i + 1).some((next) => "mid" in next) };
    }
    return { entries, unreadable, more: false };
  }

  #readable(each: Entry | Seam): boolean {
    if ("opens" in each) return each.opens.stored;
    return each.stored || (each.pos[0] === this.#epoch && !each.trimmed);
  }

  #sequence(): (Entry | Seam)[] {
    return this.entries.flatMap((entry) => {
      const opens = entry.pos[1] === 1 && entry.pos[0] > 1;
      return opens ? [{ pos: [entry.pos[0], 0] as const, opens: entry }, entry] : [entry];
    });
  }

  #below(pos: Position): Position {
    return this.entries.findLast((entry) => compare(entry.pos, pos) < 0)?.pos ?? [0, 0];
  }

  #find({ mid }: Heard): Entry | undefined {
    return this.entries.find((entry) => entry.mine && entry.mid === mid);
  }
}

function frameOf(entry: Entry): object {
  if (entry.hidden) return { ev: "skip", c: C, pos: entry.pos };
  return message(entry.pos, entry.mid, entry.mine ? { from: ME } : {});
}

function shapeOf(entry: Entry): object {
  return entry.hidden ? { pos: entry.pos, kind: "hidden" } : frameOf(entry);
}
