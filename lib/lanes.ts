/** Runs tasks of one key one after another, in the order they came; tasks of different keys run side by side. */
export class Lanes {
  readonly #tails = new Map<string, Promise<unknown>>();

  /** Resolves or rejects as the task does; a task that failed does not stop the next one. */
  run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key);
    const turn = before ? before.then(task, task) : task();
    this.#tails.set(key, turn);
    const leave = (): void => {
      if (this.#tails.get(key) === turn) this.#tails.delete(key);
    };
    turn.then(leave, leave);
    return turn;
  }
}
