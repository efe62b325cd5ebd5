/** How many are here at a time, by key and in all. Who has no key is only counted in all. */
export class Crowd {
  readonly #most: { readonly all: number; readonly each: number };
  readonly #byKey = new Map<string, number>();
  #all = 0;

  constructor(most: { readonly all: number; readonly each: number }) {
    this.#most = most;
  }

  /** What keeps one more of this key out. */
  full(key: string | undefined): "address" | "node" | undefined {
    if (key !== undefined && (this.#byKey.get(key) ?? 0) >= this.#most.each) return "address";
    return this.#all >= this.#most.all ? "node" : undefined;
  }

  enter(key: string | undefined): void {
    this.#all += 1;
    if (key !== undefined) this.#byKey.set(key, (this.#byKey.get(key) ?? 0) + 1);
  }

  /** Once for each that entered. */
  leave(key: string | undefined): void {
    this.#all -= 1;
    if (key === undefined) return;
    const left = (this.#byKey.get(key) ?? 0) - 1;
    if (left > 0) this.#byKey.set(key, left);
    else this.#byKey.delete(key);
  }
}
