/** Time as the SDK needs it, so that a test or a special runtime can own it. */
export interface Clock {
  /** Milliseconds since the Unix epoch, for people to read; never for order. */
  now(): number;
  /** Milliseconds that only grow. */
  monotonic(): number;
  after(delay_ms: number, run: () => void): { cancel(): void };
}

// What every JavaScript runtime has, without the types of any of them.
declare function setTimeout(run: () => void, delay_ms: number): unknown;
declare function clearTimeout(handle: unknown): void;

/** Resolves after `delay_ms` of this clock. */
export function pause(clock: Clock, delay_ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(delay_ms, resolve));
}

/** Timers of 32-bit runtimes fire at once when asked for more. */
const LONGEST_MS = 2 ** 31 - 1;

export const hostClock: Clock = {
  now: () => Date.now(),
  // `performance` is missing in some mini-program runtimes; a clock that somebody sets there only makes one retry early or late.
  monotonic: () => (globalThis as { performance?: { now(): number } }).performance?.now() ?? Date.now(),
  after(delay_ms, run) {
    const handle = setTimeout(run, Math.min(delay_ms, LONGEST_MS));
    return { cancel: () => clearTimeout(handle) };
  },
};
