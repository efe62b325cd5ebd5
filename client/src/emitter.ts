type Listener<A extends readonly unknown[]> = (...args: A) => void;

/** Listeners by event name. A listener that throws reaches the runtime's unhandled-rejection report and stops nobody else. */
export class Emitter<Events extends Record<keyof Events, readonly unknown[]>> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();

  /** Answers the function that takes the listener off again. */
  on<N extends keyof Events>(name: N, listener: Listener<Events[N]>): () => void {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set);
    set.add(listener as Listener<never>);
    return () => set.delete(listener as Listener<never>);
  }

  emit<N extends keyof Events>(name: N, ...args: Events[N]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        (listener as unknown as Listener<Events[N]>)(...args);
      } catch (error) {
        void Promise.reject(error);
      }
    }
  }
}
