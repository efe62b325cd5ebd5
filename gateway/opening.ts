import { DeskError, refuse } from "../lib/errors.js";
import type { Logger } from "../lib/log.js";
import type { History } from "../persister/history.js";
import { eventFrame, gapFrame, pageFrame } from "../proto/frames.js";
import type { Party } from "../proto/message.js";
import { BEGINNING, compare, later, type Position } from "../proto/position.js";
import type { Router } from "../router/router.js";
import type { Authority, Mark } from "../timeline/entry.js";
import type { Client } from "./client.js";
import type { Hub } from "./hub.js";
import type { LiveAttach } from "./live-conversation.js";
import type { Reader } from "./reader.js";
import type { Readership } from "./readership.js";
import type { Reading } from "./reading.js";
import type { Reply } from "./reply.js";
import type { Session } from "./session.js";
import type { Tags } from "./tags.js";

export interface OpeningPorts {
  readonly hub: Hub;
  readonly reading: Reading;
  readonly readership: Readership;
  readonly history: Pick<History, "marks" | "conversation">;
  readonly router: Pick<Router, "waiting">;
  readonly tags: Pick<Tags, "shown">;
  readonly log: Logger;
}

/** Where a resumed conversation stands, and how its reader goes on once the reply is sent. */
export interface Resumed {
  readonly result: { readonly head: Position; readonly gap?: true };
  readonly follow: () => void;
}

/** Attaches sockets to conversations: as they are shown anew (`open`, `accept`), or from where they were (`resume`). */
export class Opening {
  readonly #ports: OpeningPorts;

  constructor(ports: OpeningPorts) {
    this.#ports = ports;
  }

  /** The reply to `open`. Everything after its head follows it as events. Rejects with `not_found` for what this session may not read. */
  async open(client: Client, c: string, wish: number | undefined): Promise<Reply> {
    const { session } = client;
    await this.#ports.readership.admit(session, c);
    const reader = this.#reader(client, c);
    try {
      return await this.#shown(client, reader, c, this.#ports.reading.limit(wish));
    } catch (error) {
      if (!reader.unhold()) this.#drop(client, c, reader);
      throw error;
    }
  }

  /** Goes on after `from`. The events follow when `follow` is called. */
  async resume(client: Client, c: string, from: Position): Promise<Resumed> {
    await this.#ports.readership.admit(client.session, c);
    const reader = this.#reader(client, c);
    try {
      const life = await this.#ports.hub.attach(reader, { after: from, limit: 1 });
      if (!life) return await this.#resumeClosed(client, reader, c, from);
      this.#keep(client, c);
      const gap = life.epoch !== from[0] || life.page.gap || compare(from, life.head) > 0;
      const beyond = compare(from, life.head) > 0;
      const follow = (): void => {
        if (beyond) reader.resumeBeyond(from, life.head);
        else reader.release(from);
        this.#tellPresence(client, c, life);
      };
      return { result: { head: life.head, ...(gap && { gap: true as const }) }, follow };
    } catch (error) {
      if (!reader.unhold()) this.#drop(client, c, reader);
      throw error;
    }
  }

  /** Who came or went while the client was away had nobody to tell it. */
  #tellPresence({ session, outlet }: Client, c: string, { authority, present }: LiveAttach): void {
    for (const { id } of authority ? current(authority) : [])
      if (id !== session.user.id) outlet.send(eventFrame({ ev: "presence", c, user: id, online: present.includes(id) }));
  }

  leave(client: Client, c: string): void {
    const reader = client.readers.get(c);
    if (reader) this.#drop(client, c, reader);
  }

  /** The client's user is somebody else from now on: it reads on as that one, and the others learn who is here. */
  identified({ readers, session: { user } }: Client): void {
    for (const reader of readers.values()) reader.conversation.identified(reader, user);
  }

  /** The user holds it no longer: nothing of it is pushed any more, unless a reply that shows it anew is under way. */
  released(client: Client, c: string): void {
    if (client.readers.get(c)?.delivered) this.leave(client, c);
  }

  /** It went to another topic: whoever may not read it any more is told nothing more of it. Never rejects. */
  async moved(clients: Iterable<Client>, c: string): Promise<void> {
    for (const client of [...clients]) if (client.readers.has(c)) await this.#review(client, c);
  }

  async #review(client: Client, c: string): Promise<void> {
    try {
      await this.#ports.readership.admit(client.session, c);
    } catch (err) {
      if (err instanceof DeskError && !err.retry) this.leave(client, c);
      else this.#ports.log.warn({ c, socket: client.id, err }, "a reader could not be judged again");
    }
  }

  #drop({ readers }: Client, c: string, reader: Reader): void {
    if (readers.get(c) === reader) readers.delete(c);
    this.#ports.hub.leave(reader);
  }

  /** A socket that closed meanwhile keeps nothing open. */
  #keep(client: Client, c: string): void {
    if (!client.outlet.open) this.leave(client, c);
  }

  /** Held for one reply more. A socket has one reader of a conversation, also while several of its commands open it. */
  #reader(client: Client, c: string): Reader {
    const there = client.readers.get(c);
    if (there && !there.left) {
      there.hold();
      return there;
    }
    const { tenant, user } = client.session;
    const reader = this.#ports.hub.join(tenant, c, user, client.id, client.outlet);
    client.readers.set(c, reader);
    return reader;
  }

  async #shown(client: Client, reader: Reader, c: string, limit: number): Promise<Reply> {
    const { session } = client;
    const life = await this.#ports.hub.attach(reader, { limit });
    if (!life) return this.#shownClosed(client, reader, c, limit);
    this.#keep(client, c);
    const page = await this.#ports.reading.newest(session, { c, limit }, life);
    const authority = life.authority ?? refuse("unavailable", "The conversation is being revived; try again.", 500);
    const queue = await this.#place(session.tenant, c, authority);
    const result = {
      ...{ c, state: authority.state, head: life.head, complete: !page.more && page.incomplete.length === 0 },
      members: await this.#members(session, c, authority, life),
      ...(authority.assignee === undefined ? {} : { assignee: authority.assignee }),
      ...(await this.#tags(session, c)),
      ...(queue && { queue }),
    };
    return { frame: (id) => pageFrame(id, result, page.messages), sent: () => reader.release(life.head) };
  }

  /** A closed conversation has no live end: it is shown from history, and nothing follows. */
  async #shownClosed(client: Client, reader: Reader, c: string, limit: number): Promise<Reply> {
    const { session } = client;
    this.#drop(client, c, reader);
    const page = await this.#ports.reading.newest(session, { c, limit }, undefined);
    const row = (await this.#ports.history.conversation(session.tenant, c)) ?? refuse("pending", "History is behind; try again.", 500);
    const result = {
      ...{ c, state: row.authority.state, head: row.head, complete: !page.more && page.incomplete.length === 0 },
      members: await this.#members(session, c, row.authority, undefined),
      ...(session.user.role === "visitor" ? {} : { tags: row.tags }),
    };
    return { frame: (id) => pageFrame(id, result, page.messages) };
  }

  async #resumeClosed(client: Client, reader: Reader, c: string, from: Position): Promise<Resumed> {
    const { session, outlet } = client;
    this.#drop(client, c, reader);
    const head = (await this.#ports.history.conversation(session.tenant, c))?.head ?? BEGINNING;
    const gap = compare(from, head) !== 0;
    const follow = (): void => {
      if (gap) outlet.send(gapFrame(c, from, head));
    };
    return { result: { head, ...(gap && { gap: true as const }) }, follow };
  }

  /** The desk's own. */
  async #tags({ tenant, user }: Session, c: string): Promise<{ readonly tags?: readonly string[] }> {
    return user.role === "visitor" ? {} : { tags: await this.#ports.tags.shown(tenant, c) };
  }

  async #place(tenant: string, c: string, { state }: Authority) {
    if (state !== "queued" && state !== "offered") return undefined;
    try {
      return await this.#ports.router.waiting(tenant, c);
    } catch (err) {
      this.#ports.log.warn({ c, err }, "a place in the queue is not known");
      return undefined;
    }
  }

  async #members({ tenant, user }: Session, c: string, authority: Authority, life: LiveAttach | undefined) {
    const marks = await this.#marks(tenant, c, life);
    return current(authority).map(({ id, role, name }) => {
      const { got, read } = marks.get(id) ?? {};
      return {
        id,
        role,
        name,
        online: id === user.id || (life?.present.includes(id) ?? false),
        ...(got && { got }),
        ...(read && { read }),
      };
    });
  }

  /** Of the live end, and of history where there was a life before. Best effort, as marks are. */
  async #marks(tenant: string, c: string, life: LiveAttach | undefined): Promise<ReadonlyMap<string, Mark>> {
    const stored = life?.newborn ? [] : await this.#ports.history.marks(tenant, c).catch((err: unknown) => this.#unknown(c, err));
    const marks = new Map<string, Mark>();
    for (const mark of [...stored, ...(life?.marks ?? [])]) {
      const { got, read } = marks.get(mark.user) ?? {};
      const forward = { ...furthest("got", got, mark.got), ...furthest("read", read, mark.read) };
      marks.set(mark.user, { user: mark.user, ...forward });
    }
    return marks;
  }

  #unknown(c: string, err: unknown): readonly Mark[] {
    this.#ports.log.warn({ c, err }, "marks are not known");
    return [];
  }
}

/** Without the ids that the visitor had before it was known. */
function current({ members, visitor }: Authority): readonly Party[] {
  return members.filter(({ id, role }) => role !== "visitor" || id === visitor.id);
}

function furthest<K extends "got" | "read">(key: K, a: Position | undefined, b: Position | undefined): { [P in K]?: Position } {
  const pos = a && b ? later(a, b) : (a ?? b);
  return (pos ? { [key]: pos } : {}) as { [P in K]?: Position };
}
