import type { Outgoing } from "./outgoing.js";
import type { Storage } from "./storage.js";

/**
 * The outbox as it lies in storage: one list under one key. Every change reads the list first and touches only its own message, so two
 * pages over one storage keep each other's messages; changes of one page happen one after the other.
 */
export class OutboxFile {
  readonly #storage: Storage;
  readonly #key: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(storage: Storage, key: string) {
    this.#storage = storage;
    this.#key = key;
  }

  async read(): Promise<Outgoing[]> {
    const text = await this.#storage.get(this.#key);
    return text ? (JSON.parse(text) as Outgoing[]) : [];
  }

  put(out: Outgoing): Promise<void> {
    return this.#change((all) => {
      const at = all.findIndex((each) => same(each, out));
      return at < 0 ? [...all, out] : all.with(at, out);
    });
  }

  remove(out: Outgoing): Promise<void> {
    return this.#change((all) => all.filter((each) => !same(each, out)));
  }

  #change(edit: (all: Outgoing[]) => Outgoing[]): Promise<void> {
    const done = this.#last.then(async () => {
      const all = edit(await this.read());
      if (all.length > 0) await this.#storage.set(this.#key, JSON.stringify(all));
      else await this.#storage.remove(this.#key);
    });
    this.#last = done.catch(() => undefined);
    return done;
  }
}

function same(a: Outgoing, b: Outgoing): boolean {
  return a.c === b.c && a.mid === b.mid;
}
