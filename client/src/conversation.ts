import { type ConversationState, isRecallable, type MessageEvent, RECALL_MS } from "../../proto/message.js";
import { BEGINNING, compare, type Position } from "../../proto/position.js";
import { CatchUp } from "./catch-up.js";
import type { Core } from "./core.js";
import { Emitter } from "./emitter.js";
import { ClientError } from "./errors.js";
import { Marks } from "./marks.js";
import { Members } from "./members.js";
import type { Outgoing } from "./outgoing.js";
import { Routing } from "./routing.js";
import { type Shown, shown } from "./shown.js";
import { Tags } from "./tags.js";
import { utf8Length } from "./text.js";
import { Timeline } from "./timeline.js";
import { TypingNotice } from "./typing.js";
import type { Fields, HistoryPage, Member, Opened, PageMessage, QueuePlace, Resumed, Sent, ServerEvent } from "./wire.js";

export type ConversationEvents = { changed: [] };

/** One conversation to render from: every property is a snapshot that changes only together with a `changed` event. */
export class Conversation extends Emitter<ConversationEvents> {
  readonly c: string;
  /** Live events come. False before `open`, after `leave`, and when it was taken away. */
  attached = false;
  /** Why it can no longer be read. */
  lost: ClientError | undefined;
  readonly #core: Core;
  readonly #timeline = new Timeline();
  readonly #routing = new Routing();
  readonly #tags = new Tags();
  readonly #members: Members;
  readonly #marks: Marks;
  readonly #catchUp: CatchUp;
  readonly #typing: TypingNotice;
  #view: readonly Shown[] | undefined;
  #older: Promise<boolean> | undefined;

  constructor(c: string, core: Core) {
    super();
    this.c = c;
    this.#core = core;
    this.#members = new Members(core.clock, () => this.changed());
    this.#marks = new Marks(core.clock, (marks) => core.tell("mark", { c, ...marks }));
    this.#typing = new TypingNotice(core.clock, (fields) => core.tell("typing", { c, ...fields }));
    this.#catchUp = new CatchUp({
      timeline: this.#timeline,
      history: async (range) => this.#taken(await core.insist<HistoryPage>("history", { c, ...range })),
      clock: core.clock,
      random: core.random,
      changed: () => this.#received(),
      refused: (error) => this.lose(error),
    });
  }

  /** Undefined before the first `open`. */
  get state(): ConversationState | undefined {
    return this.#routing.state;
  }

  /** User id of who holds it. */
  get assignee(): string | undefined {
    return this.#routing.assignee;
  }

  /** What agents tagged it with; visitors are told none. */
  get tags(): readonly string[] {
    return this.#tags.list;
  }

  /** Its place in line, while it waits and that is known. */
  get queue(): QueuePlace | undefined {
    return this.#routing.queue;
  }

  /** Ascending; what is on its way stands last. */
  get messages(): readonly Shown[] {
    this.#view ??= shown(this.#timeline, this.#core.outbox.list(this.c), this.#core.user);
    return this.#view;
  }

  get members(): readonly Member[] {
    return this.#members.list;
  }

  /** User id -> preview text (empty when none is shown to this reader). */
  get typing(): ReadonlyMap<string, string> {
    return this.#members.typing;
  }

  /** Up to here everything was received. */
  get position(): Position | undefined {
    return this.#timeline.position;
  }

  /** Nothing lies before the first message. */
  get complete(): boolean {
    return this.#timeline.complete;
  }

  /** Something above this place is missing and being read. */
  get missing(): Position | undefined {
    return this.#timeline.wanted?.after;
  }

  /** Messages of others above this user's read mark. */
  get unread(): number {
    const me = this.#core.user?.id ?? "";
    const read = this.#members.get(me)?.read ?? BEGINNING;
    return this.messages.filter((m) => !m.mine && m.pos && m.kind !== "routing" && compare(m.pos, read) > 0).length;
  }

  subscribe(listener: () => void): () => void {
    return this.on("changed", listener);
  }

  /** Attaches and reads the newest page. Resolves when that is there; an `ask` reopens a closed one. */
  async open(): Promise<this> {
    await this.#core.insist<Opened>("open", { c: this.c, limit: this.#core.page }, (reply) => this.opened(reply));
    return this;
  }

  leave(): void {
    if (this.attached) this.#core.call("leave", { c: this.c }).catch(() => undefined);
    this.detached();
  }

  /** `sent` resolves when the message is durable and rejects with the refusal; it may be ignored, `messages` tells the same. A body over the limit is refused at once and not shown. */
  send(kind: string, body: Fields): { readonly mid: string; readonly sent: Promise<Sent> } {
    const mid = this.#core.mid();
    if (utf8Length(JSON.stringify(body)) > this.#core.textBytes) return { mid, sent: rejected(new ClientError("too_large")) };
    const since = this.#timeline.position ?? BEGINNING;
    this.#typing.done();
    return { mid, sent: this.#core.outbox.add({ c: this.c, mid, kind, body, since, at: this.#core.clock.now() }) };
  }

  /** Withdraws an own message. Rejects with `forbidden` when that comes too late; the message then stays as it is. */
  recall(mid: string): Promise<Sent> {
    const { mid: own, sent } = this.send("recall", { mid });
    sent.catch(() => this.discard(own));
    return sent;
  }

  /** For how many ms an own message may still be withdrawn; 0: not, or not any more. */
  recallable(message: Shown): number {
    const own = message.from.id === this.#core.user?.id && message.status === "sent";
    const may = own && !message.recalled && isRecallable(message) && this.state !== "closed";
    return may ? Math.max(0, message.ts + RECALL_MS - this.#core.serverNow) : 0;
  }

  /** Sends a failed message again. */
  retry(mid: string): Promise<Sent> {
    return this.#core.outbox.retry(this.c, mid, this.#core.mid());
  }

  discard(mid: string): void {
    this.#core.outbox.discard(this.c, mid);
  }

  /** Loads the page before the first message. Answers whether there may be more. */
  older(): Promise<boolean> {
    this.#older ??= this.#loadOlder().finally(() => (this.#older = undefined));
    return this.#older;
  }

  /** This user has read everything that is there. */
  read(): void {
    const at = this.#timeline.position;
    const me = this.#core.user?.id;
    if (!at || !me) return;
    this.#marks.read(at);
    this.#members.mark(me, { got: at, read: at });
    this.changed();
  }

  /** Tells the others that this user is typing; `text` previews it to agents. Rate limited here. */
  type(text?: string): void {
    this.#typing.typed(text);
  }

  async close(reason?: string): Promise<Position> {
    return (await this.#core.call<{ pos: Position }>("close", { c: this.c, ...(reason === undefined ? {} : { reason }) })).pos;
  }

  async rate(score: number, comment?: string): Promise<void> {
    await this.#core.call("rate", { c: this.c, score, ...(comment === undefined ? {} : { comment }) });
  }

  /** The reply to an `open` or `accept`. Called by the client. */
  opened(reply: Opened): void {
    this.attached = true;
    this.lost = undefined;
    this.#timeline.opened(reply);
    this.#routing.opened(reply);
    this.#members.opened(reply.members);
    this.#tags.opened(reply.tags ?? [], reply.head);
    this.#marks.again();
    this.#took(reply.messages);
  }

  /** The connection is back. Called by the client with what the `hello` reply says of this conversation. */
  resumed(answer: Resumed | undefined): void {
    if (answer?.head) {
      this.#marks.again();
      this.#catchUp.kick();
    } else if (answer?.error && !answer.error.retry) this.lose(new ClientError(answer.error.code, answer.error.message));
    else this.open().catch((error: ClientError) => this.lose(error));
  }

  /** An event of this conversation. Called by the client. */
  event(event: ServerEvent): void {
    switch (event.ev) {
      case "message":
      case "skip":
        if (this.#timeline.live(event)) this.#took([event]);
        return;
      case "gap":
        this.#timeline.gap(event);
        break;
      case "mark":
        this.#members.mark(event.user, event);
        break;
      case "typing":
        this.#members.typed(event.user, event.text ?? "");
        break;
      case "presence":
        this.#members.present(event.user, event.online);
        break;
      case "queue":
        this.#routing.queue = { position: event.position, eta_ms: event.eta_ms };
        break;
    }
    this.#catchUp.kick();
    this.changed();
  }

  /** What the server has delivered, as the answer to a ping says: a head above this reader's position is a hole. */
  delivered(head: Position): void {
    this.#timeline.behind(head);
    this.#catchUp.kick();
  }

  /** An own send was confirmed. */
  confirmed(out: Outgoing, sent: Sent): void {
    const from = this.#core.user;
    if (!from) return;
    this.#timeline.confirmed({ ev: "message", c: this.c, pos: sent.pos, ts: sent.ts, mid: out.mid, from, kind: out.kind, body: out.body });
  }

  disconnected(): void {
    this.#members.quiet();
    this.changed();
  }

  detached(): void {
    this.attached = false;
    this.#marks.stop();
    this.disconnected();
  }

  /** It may no longer be read. A client that stopped loses nothing: it goes on when it is started again. */
  lose(error: ClientError): void {
    if (error.code === "stopped") return;
    this.lost = error;
    this.detached();
  }

  changed(): void {
    this.#view = undefined;
    this.emit("changed");
  }

  async #loadOlder(): Promise<boolean> {
    const { floor, breaks } = this.#timeline;
    const range = { c: this.c, limit: this.#core.page, ...(floor ? { before: floor } : {}) };
    const page = this.#taken(await this.#core.insist<HistoryPage>("history", range));
    if (this.#timeline.breaks !== breaks) return this.#loadOlder();
    this.#timeline.older(page);
    this.#catchUp.kick();
    this.changed();
    return !this.#timeline.complete;
  }

  #took(messages: readonly (PageMessage | ServerEvent)[]): void {
    for (const message of messages) if ("mid" in message) this.#saw(message as MessageEvent);
    this.#catchUp.kick();
    this.#received();
  }

  #received(): void {
    if (this.#timeline.position && !this.#timeline.wanted) this.#marks.got(this.#timeline.position);
    this.changed();
  }

  #taken(page: HistoryPage): HistoryPage {
    for (const message of page.messages) if ("mid" in message) this.#saw(message);
    return page;
  }

  #saw(message: MessageEvent): void {
    if (message.from.id === this.#core.user?.id) this.#core.outbox.seen(this.c, message.mid);
    else this.#members.met(message.from);
    this.#tags.entry(message);
    if (message.kind === "routing" && this.#routing.entry(message)) this.#meet();
  }

  /** An entry names the assignee by its id alone; who that is and whether it is there, the reply to `open` says. */
  #meet(): void {
    const known = this.assignee === undefined || this.#members.get(this.assignee);
    if (this.attached && !known) this.open().catch((error: ClientError) => this.lose(error));
  }
}

function rejected(error: ClientError): Promise<Sent> {
  const sent = Promise.reject<Sent>(error);
  sent.catch(() => undefined);
  return sent;
}
