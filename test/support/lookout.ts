/** Longer than any answer of one process to itself takes. */
const PATIENCE_MS = 5_000;

/** Waits without asking over and over: whoever changes something calls `look`, and those who wait for it look. */
export class Lookout {
  readonly #waiting = new Set<() => void>();

  look(): void {
    for (const look of [...this.#waiting]) look();
  }

  /** Resolves when it is so; rejects when the time is over, or with what makes it hopeless. */
  until(isSo: () => boolean, what: string, within_ms = PATIENCE_MS, hopeless?: () => Error | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => end(new Error(`${what} did not come within ${within_ms} ms`)), within_ms);
      const look = (): void => {
        if (isSo()) return end();
        const why = hopeless?.();
        if (why) end(why);
      };
      const end = (error?: Error): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        if (error) reject(error);
        else resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }
}
