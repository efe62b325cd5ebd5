import type { Storage } from "@deskwire/client";

/** Written before there was a conversation to send it to. */
export interface FirstWords {
  readonly mid: string;
  readonly text: string;
  readonly at: number;
}

interface Kept {
  readonly conversation?: string | undefined;
  readonly first?: readonly FirstWords[];
}

/**
 * What the widget knows of its visitor after a reload, beside session and outbox. Tabs share it: every change keeps what another tab wrote.
 * A storage that refuses costs the reload, nothing else.
 */
export class Memory {
  readonly key: string;
  readonly #storage: Storage;
  #kept: Kept = {};
  #last: Promise<void> = Promise.resolve();
  /** The storage lacks something that is known here. */
  #unkept = false;

  constructor(storage: Storage, tenant: string) {
    this.#storage = storage;
    this.key = `deskwire.widget.${tenant}`;
  }

  get conversation(): string | undefined {
    return this.#kept.conversation;
  }

  get first(): readonly FirstWords[] {
    return this.#kept.first ?? [];
  }

  /** Takes up what stands in storage, but for what changed here meanwhile. */
  async load(): Promise<void> {
    for (let last: unknown; last !== this.#last; await last) last = this.#last;
    const before = this.#kept;
    const stored = await this.#read().catch(() => before);
    if (!this.#unkept && this.#kept === before) this.#kept = stored;
  }

  converse(conversation: string | undefined): void {
    this.#change((kept) => ({ ...kept, conversation }));
  }

  write(words: FirstWords): void {
    this.#change((kept) => ({ ...kept, first: [...(kept.first ?? []), words] }));
  }

  drop(mid: string): void {
    this.#change((kept) => ({ ...kept, first: (kept.first ?? []).filter((words) => words.mid !== mid) }));
  }

  #change(edit: (kept: Kept) => Kept): void {
    this.#kept = edit(this.#kept);
    const write = async () => this.#storage.set(this.key, JSON.stringify(edit(await this.#read())));
    this.#last = this.#last.then(write).catch(() => {
      this.#unkept = true;
    });
  }

  async #read(): Promise<Kept> {
    const text = await this.#storage.get(this.key);
    return text ? (JSON.parse(text) as Kept) : {};
  }
}
