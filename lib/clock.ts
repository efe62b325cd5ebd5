/** Time and timers as a port, so that nothing in the house reads the host's clock directly and tests can own it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. May jump; never used for order. */
  now(): number;
  /** Milliseconds that only grow, from an arbitrary start. For durations and deadlines. */
  monotonic(): number;
  /** Runs once after `delay_ms`, unless the returned timer is cancelled. Does not keep the process alive. */
  after(delay_ms: number, run: () => void): Timer;
  /** Runs every `period_ms` until cancelled. Does not keep the process alive. */
  every(period_ms: number, run: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** The longest that a timer of Node's waits; a longer one would run at once. */
export const TIMER_MS_MAX = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delay_ms, run) {
    let handle: NodeJS.Timeout;
    const wait = (left_ms: number): void => {
      const rest_ms = left_ms - TIMER_MS_MAX;
      handle = setTimeout(() => (rest_ms > 0 ? wait(rest_ms) : run()), Math.min(left_ms, TIMER_MS_MAX));
      handle.unref();
    };
    wait(delay_ms);
    return { cancel: () => clearTimeout(handle) };
  },
  every(period_ms, run) {
    const handle = setInterval(run, period_ms);
    handle.unref();
    return { cancel: () => clearInterval(handle) };
  },
};

/** Resolves after `delay_ms` of this clock. */
export function pause(clock: Clock, delay_ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delay_ms, resolve);
  });
}
