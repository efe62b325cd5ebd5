import type { Tap } from "../support/peer.js";
import { ClientRecorder } from "./client-recorder.js";
import type { History, Line, Seen, Written } from "./history.js";

/** Writes the history of a run, on one clock that only grows. */
export class Recorder {
  readonly #lines: Line[] = [];
  readonly #clients = new Map<string, ClientRecorder>();
  readonly #now: () => number;
  readonly #watchers = new Set<() => void>();

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get history(): History {
    return this.#lines;
  }

  /** Sends of all clients that are not answered yet. */
  get inFlight(): number {
    return [...this.#clients.values()].reduce((sum, client) => sum + client.inFlight, 0);
  }

  /** Listens at one client, over all its connections. */
  client(who: string): Tap {
    const known = this.#clients.get(who) ?? new ClientRecorder(who, (line) => this.#write(line));
    this.#clients.set(who, known);
    return known;
  }

  /** Resolves at the very line that makes it so, after `then` has run there. */
  moment(isSo: () => boolean, then: () => void): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isSo()) return;
        this.#watchers.delete(look);
        then();
        resolve();
      };
      this.#watchers.add(look);
    });
  }

  kill(): void {
    this.#write({ t: "kill" });
  }

  view(who: string, c: string, shown: readonly Seen[]): void {
    this.#write({ t: "view", who, c, shown });
  }

  record(who: string, c: string, seen: readonly Seen[]): void {
    this.#write({ t: "record", who, c, seen });
  }

  #write(line: Written): void {
    this.#lines.push({ at_ms: this.#now(), ...line } as Line);
    for (const look of [...this.#watchers]) look();
  }
}
