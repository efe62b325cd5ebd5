import { later, type Position } from "../../proto/position.js";
import type { Clock } from "./clock.js";
import type { Member } from "./wire.js";

const TYPING_MS = 6_000;

/** Who is in a conversation, how far each has got and read, and who is typing. */
export class Members {
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #members = new Map<string, Member>();
  readonly #typing = new Map<string, { readonly text: string; readonly timer: { cancel(): void } }>();

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  get list(): readonly Member[] {
    return [...this.#members.values()];
  }

  /** User id -> preview; an empty text when there is none to see. */
  get typing(): ReadonlyMap<string, string> {
    return new Map([...this.#typing].map(([user, { text }]) => [user, text]));
  }

  get(user: string): Member | undefined {
    return this.#members.get(user);
  }

  opened(members: readonly Member[]): void {
    for (const member of members) {
      const known = this.#members.get(member.id);
      this.#members.set(member.id, member);
      if (known) this.mark(member.id, known);
    }
  }

  /** Somebody who was no member spoke. */
  met(member: Omit<Member, "online">): void {
    if (member.role !== "system" && !this.#members.has(member.id)) this.#members.set(member.id, { ...member, online: true });
    this.typed(member.id, undefined);
  }

  present(user: string, online: boolean): void {
    const member = this.#members.get(user);
    if (member) this.#members.set(user, { ...member, online });
    if (!online) this.typed(user, undefined);
  }

  /** Positions only move forward. */
  mark(user: string, marks: { readonly got?: Position; readonly read?: Position }): void {
    const member = this.#members.get(user);
    if (!member) return;
    const got = latest(member.got, marks.got);
    const read = latest(member.read, marks.read);
    this.#members.set(user, { ...member, ...(got ? { got } : {}), ...(read ? { read } : {}) });
  }

  /** Typing ends by itself; undefined ends it at once. */
  typed(user: string, text: string | undefined): void {
    this.#typing.get(user)?.timer.cancel();
    this.#typing.delete(user);
    if (text === undefined) return;
    const timer = this.#clock.after(TYPING_MS, () => {
      this.#typing.delete(user);
      this.#changed();
    });
    this.#typing.set(user, { text, timer });
  }

  /** Nobody can be seen typing over a connection that is gone. */
  quiet(): void {
    for (const user of [...this.#typing.keys()]) this.typed(user, undefined);
  }
}

function latest(a: Position | undefined, b: Position | undefined): Position | undefined {
  return a && b ? later(a, b) : (a ?? b);
}
