import { LiveConversation, type LivePorts } from "../../gateway/live-conversation.js";
import { Outlet } from "../../gateway/outlet.js";
import { Reader } from "../../gateway/reader.js";
import { FakeClock } from "../../lib/clock-fake.js";
import { skipFrame } from "../../proto/frames.js";
import type { Party } from "../../proto/message.js";
import { compare, later, type Position } from "../../proto/position.js";
import type { Attached, Life, Page, WindowRange } from "../../timeline/broker.js";
import type { Entry } from "../../timeline/entry.js";
import { held, TENANT, VISITOR } from "../contract/broker/chat.js";
import { log } from "./log.js";
import type { Frame } from "./peer.js";
import { PlainSocket } from "./plain-socket.js";

type Told = readonly [user: string, online: boolean];

/** The live end of one conversation as a broker keeps it, in memory. Its answers wait until the test lets them through. */
export class PlainLive {
  readonly c = "c_1";
  readonly clock = new FakeClock();
  readonly told: Told[] = [];
  readonly detached: string[] = [];
  /** Answers on their way. */
  readonly answers: (() => void)[] = [];
  readonly conversation: LiveConversation;
  /** Answers come at once. */
  prompt = true;
  /** Closed, and without a life. */
  ended: Position | undefined;
  /** What the broker refuses with. */
  fault: Error | undefined;
  #epoch = 10;
  #first = 1;
  #entries: Entry[] = [];
  #attached = false;

  constructor() {
    const timeline: LivePorts["timeline"] = {
      attach: (_tenant, _c, read) => this.#answer(() => this.#attach(read)),
      detach: async (c) => void this.detached.push(c),
      window: (_c, range) => this.#answer(() => (this.ended ? { at: "cold" } : { at: "window", ...this.#life(), page: this.#page(range) })),
      present: async (_c, user, online) => void this.told.push([user, online]),
    };
    const ports = { timeline, clock: this.clock, log, endOf: async () => this.ended, moved: () => undefined };
    this.conversation = new LiveConversation(ports, TENANT, this.c);
  }

  get head(): Position {
    return [this.#epoch, this.#entries.length];
  }

  get first(): Position {
    return [this.#epoch, this.#first];
  }

  /** Enters so many entries; they are published to the node when it is attached. `lost`: on the way. */
  say(count: number, { agentsOnly = false, lost = false } = {}): void {
    for (let i = 0; i < count; i++) {
      const entry = entryAt([this.#epoch, this.#entries.length + 1], agentsOnly);
      this.#entries.push(entry);
      if (this.#attached && !lost) this.conversation.entry(entry);
    }
  }

  /** The window drops all but the newest `keep`. */
  trim(keep: number): void {
    this.#first = Math.max(this.#first, this.#entries.length - keep + 1);
  }

  /** The life is over, and the next one begins with so many entries. */
  begin(count: number): void {
    this.#epoch += 1;
    this.#first = 1;
    this.#entries = [];
    this.#attached = false;
    this.say(count);
  }

  reader(user: Party = VISITOR, origin = "s1"): { readonly reader: Reader; readonly socket: PlainSocket; readonly outlet: Outlet } {
    const socket = new PlainSocket();
    const outlet = new Outlet(socket, () => undefined);
    socket.handler = outlet;
    const reader = new Reader(this.conversation, outlet, user, origin);
    this.conversation.add(reader);
    return { reader, socket, outlet };
  }

  /** What this reader is to be sent of the window, after a position. */
  frames(after: Position, user: Party = VISITOR): string[] {
    const entries = this.#entries.filter(({ pos }) => compare(pos, after) > 0);
    return entries.map(({ frame, audience, pos }) => (audience === "agents" && user.role === "visitor" ? skipFrame(this.c, pos) : frame));
  }

  /** Lets the oldest answer through. */
  letThrough(): void {
    this.answers.shift()?.();
  }

  #answer<T>(make: () => T): Promise<T> {
    if (this.fault) return Promise.reject(this.fault);
    const made = make();
    return this.prompt ? Promise.resolve(made) : new Promise((resolve) => this.answers.push(() => resolve(made)));
  }

  #attach(read: WindowRange): Extract<Attached, { at: "attached" }> | undefined {
    if (this.ended) return undefined;
    this.#attached = true;
    return { at: "attached", ...this.#life(), page: this.#page(read), marks: [], present: [] };
  }

  #life(): Life {
    return { tenant: TENANT, epoch: this.#epoch, head: this.head, first: this.first, base: this.head, newborn: false, authority: held(1) };
  }

  #page({ after = [0, 0], limit }: WindowRange): Page {
    const inLife = after[0] === this.#epoch;
    const from = inLife ? Math.max(after[1] + 1, this.#first) : this.#first;
    const held = this.#entries.slice(from - 1);
    return { entries: held.slice(0, limit), more: held.length > limit, gap: inLife ? after[1] < this.#first - 1 : true };
  }
}

function entryAt(pos: Position, agentsOnly: boolean): Entry {
  const frame = JSON.stringify({ ev: "message", c: "c_1", pos, mid: `m${pos}` });
  const audience = agentsOnly ? "agents" : "all";
  return { tenant: TENANT, c: "c_1", pos, ts: 1, from: "v_1", mid: `m${pos}`, kind: "text", audience, frame };
}

/** What a client makes of what it is told, by the protocol's own rules. */
export class ReadingClient {
  position: Position;
  /** Where it was when the epoch changed, until a gap is told. */
  #crossed = false;
  readonly faults: string[] = [];

  constructor(position: Position) {
    this.position = position;
  }

  /** The reply that shows the conversation up to its head. */
  shown(head: Position): void {
    this.position = later(this.position, head);
    this.#crossed = false;
  }

  event({ ev, pos, after, head }: Frame): void {
    if (ev === "gap") this.#gap(after as Position, head as Position);
    else this.#entry(pos as Position);
  }

  /** What is wrong when nothing more comes. */
  rest(head: Position): readonly string[] {
    const late = compare(this.position, head) === 0 ? [] : [`stopped at ${this.position}, the head is ${head}`];
    return [...this.faults, ...late, ...(this.#crossed ? ["an epoch changed without a gap"] : [])];
  }

  #entry(pos: Position): void {
    const [epoch, n] = this.position;
    const next = pos[0] === epoch ? pos[1] === n + 1 : pos[0] > epoch && pos[1] === 1;
    if (!next) this.faults.push(`${pos} after ${this.position}`);
    this.#crossed ||= pos[0] !== epoch;
    this.position = pos;
  }

  #gap(_after: Position, head: Position): void {
    this.#crossed = false;
    this.position = head;
  }
}
