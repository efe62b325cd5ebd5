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

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delay_ms, run) {
    const handle = setTimeout(run, delay_ms);
    handle.unref();
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
