import type { Role } from "../proto/message.js";
import type { Signal } from "../timeline/broker.js";

/** As much of a reader as decides whether a signal is for it. */
interface Receiver {
  readonly origin: string;
  readonly user: { readonly id: string };
}

/**
 * A signal on its way to the readers of one conversation at this node, taken apart once for all of them.
 *
 * What somebody is typing is shown to agents only: visitors learn that it happens. A user's own presence does not go back to its sockets.
 */
export class ConversationSignal {
  readonly #signal: Signal;
  readonly #event: { readonly ev?: string; readonly user?: string; readonly text?: string };
  #withoutText: string | undefined;

  constructor(signal: Signal) {
    this.#signal = signal;
    this.#event = JSON.parse(signal.frame) as ConversationSignal["event"];
  }

  get event(): { readonly ev?: string; readonly user?: string; readonly text?: string } {
    return this.#event;
  }

  isFrom(reader: Receiver): boolean {
    return this.#signal.origin === reader.origin || (this.#event.ev === "presence" && this.#event.user === reader.user.id);
  }

  /** Undefined when it is not for this role. */
  frameFor(role: Role): string | undefined {
    if (role !== "visitor") return this.#signal.frame;
    if (this.#signal.audience === "agents") return undefined;
    return this.#event.text === undefined ? this.#signal.frame : this.#preview();
  }

  #preview(): string {
    this.#withoutText ??= JSON.stringify({ ...this.#event, text: undefined });
    return this.#withoutText;
  }
}
