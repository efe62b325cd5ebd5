import { turn } from "../lib/turn.js";
import { gapFrame, skipFrame } from "../proto/frames.js";
import type { Party } from "../proto/message.js";
import { BEGINNING, compare, follows, later, type Position } from "../proto/position.js";
import type { Entry } from "../timeline/entry.js";
import type { LiveConversation, WindowAnswer } from "./live-conversation.js";
import type { Outlet } from "./outlet.js";
import type { ConversationSignal } from "./signal.js";

/** Signals that a reader who still waits for its reply is owed. Beyond it the oldest go: they are best effort. */
const SIGNALS_HELD_MAX = 64;

const PAGE = 50;

/**
 * Where one socket is in one conversation.
 *
 * `held`: its reply is under way, so nothing may be sent. `behind`: it reads the window page by page, as fast as the client does; live
 * entries only raise the head it has to reach. `live`: each entry is passed on as it comes. `left`: nothing is sent any more.
 * The cursor is the last position sent: an entry at or below it is never sent, and one that does not follow it sends the reader back to
 * the window. So no entry comes twice, none is missed, and a `gap` says so when the window does not reach back.
 */
export class Reader {
  #user: Party;
  /** The socket, as signals name who caused them. */
  readonly origin: string;
  readonly conversation: LiveConversation;
  readonly #outlet: Outlet;
  #cursor: Position = BEGINNING;
  #mode: "held" | "behind" | "live" | "left" = "held";
  #holds = 1;
  /** Some reply has said where it stands. */
  #placed = false;
  /** The furthest that the replies since it was held have shown. */
  #shown: Position | undefined;
  #running = false;
  /** Where the reader was before its position left what the server has, until the gap is told. */
  #crossed: Position | undefined;
  #signals: string[] = [];

  constructor(conversation: LiveConversation, outlet: Outlet, user: Party, origin: string) {
    this.conversation = conversation;
    this.#outlet = outlet;
    this.#user = user;
    this.origin = origin;
  }

  get user(): Party {
    return this.#user;
  }

  identified(user: Party): void {
    this.#user = user;
  }

  /** The last position sent; undefined while its reply is under way. */
  get delivered(): Position | undefined {
    return this.#mode === "held" || this.#mode === "left" ? undefined : this.#cursor;
  }

  /** Whoever has no socket, or lost it, is not seen. */
  get here(): boolean {
    return this.#outlet.open;
  }

  get left(): boolean {
    return this.#mode === "left";
  }

  /** Sends nothing until as many {@link release} came. */
  hold(): void {
    if (this.#mode === "left") return;
    this.#mode = "held";
    this.#holds++;
  }

  /** The reply that shows the conversation up to `from` is sent: everything after it follows. Of several replies the furthest counts. */
  release(from: Position): void {
    this.#holds--;
    if (this.#mode !== "held") return;
    this.#shown = this.#shown ? later(this.#shown, from) : from;
    this.#place(this.#shown);
  }

  /** {@link release}, for a position of the reader's that the server does not have: the head takes its place. */
  resumeBeyond(from: Position, head: Position): void {
    this.#holds--;
    if (this.#mode !== "held") return;
    if (this.#shown) this.#goOn();
    else this.#place(head, from);
  }

  /** A reply that was not to be: goes on where it was before it was held. False when no reply has placed it, and none will. */
  unhold(): boolean {
    this.#holds--;
    if (this.#mode === "held" && this.#placed) this.#goOn();
    return this.#mode !== "left" && (this.#placed || this.#holds > 0);
  }

  leave(): void {
    this.#mode = "left";
    this.#signals = [];
  }

  /** Called for each entry that arrives, in order, after the conversation's head was raised to it. */
  entry(entry: Entry): void {
    if (this.#mode !== "live" || compare(entry.pos, this.#cursor) <= 0) return;
    if (follows(this.#cursor, entry.pos)) this.#show(entry);
    else this.catchUp();
  }

  signal(signal: ConversationSignal): void {
    if (signal.isFrom(this) || this.#mode === "left") return;
    const frame = signal.frameFor(this.user.role);
    if (frame === undefined) return;
    if (this.#mode !== "held") this.#outlet.send(frame);
    else if (this.#signals.push(frame) > SIGNALS_HELD_MAX) this.#signals.shift();
  }

  /** Reads on from the cursor until the head is reached. */
  catchUp(): void {
    if (this.#mode === "live") this.#mode = "behind";
    if (this.#mode === "behind" && !this.#running) void this.#run();
  }

  /** The conversation has no live end any more; its last position is `head`. */
  finish(head: Position): void {
    if (this.#mode !== "held" && this.#mode !== "left" && compare(this.#cursor, head) !== 0) this.#jump(head);
  }

  #place(cursor: Position, crossed?: Position): void {
    this.#placed = true;
    this.#cursor = cursor;
    this.#crossed = crossed;
    this.#goOn();
  }

  #goOn(): void {
    if (this.#holds > 0) return;
    this.#mode = "behind";
    this.#shown = undefined;
    if (this.#crossed) this.#jump(this.#cursor);
    for (const frame of this.#signals.splice(0)) this.#outlet.send(frame);
    if (this.#atHead()) this.#arrive();
    else this.catchUp();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#mode === "behind" && !this.#atHead()) {
      await this.#outlet.room();
      if (this.#mode === "behind") await this.conversation.read(this.#cursor, PAGE, (answer, arrived) => this.#take(answer, arrived));
      // Others are served between two pages, however many there are.
      if (!this.#atHead()) await turn();
    }
    this.#running = false;
    if (this.#mode === "behind") this.#arrive();
  }

  /** One page of the window, and what arrived while it was read. */
  #take(answer: WindowAnswer, arrived: readonly Entry[]): void {
    if (this.#mode !== "behind") return;
    const crossing = answer.epoch !== this.#cursor[0];
    if (crossing) this.#crossed ??= this.#cursor;
    const outOfReach = crossing ? answer.first[1] > 1 : answer.page.gap;
    if (outOfReach) this.#jump(answer.head);
    else this.#showInOrder(answer.page.entries);
    this.#showInOrder(arrived);
  }

  #showInOrder(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (compare(entry.pos, this.#cursor) <= 0) continue;
      const next = follows(this.#cursor, entry.pos) || (entry.pos[0] > this.#cursor[0] && entry.pos[1] === 1 && this.#crossed);
      if (!next || !this.#outlet.roomy) return;
      this.#show(entry);
    }
  }

  #atHead(): boolean {
    return compare(this.#cursor, this.conversation.head) >= 0;
  }

  #arrive(): void {
    if (this.#crossed) this.#jump(this.#cursor);
    this.#mode = "live";
  }

  #jump(head: Position): void {
    const after = this.#crossed ?? this.#cursor;
    this.#crossed = undefined;
    this.#cursor = head;
    this.#outlet.send(gapFrame(this.conversation.c, after, head));
  }

  #show(entry: Entry): void {
    this.#cursor = entry.pos;
    const hidden = entry.audience === "agents" && this.user.role === "visitor";
    this.#outlet.send(hidden ? skipFrame(entry.c, entry.pos) : entry.frame);
  }
}
