import type { Clock } from "./clock.js";
import type { Logger } from "./log.js";
import type { Service } from "./service.js";

/** `ready` alone may receive new work. */
export type LifecycleState = "starting" | "ready" | "draining" | "stopped";

export interface LifecycleOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Shared by all services of one stop. */
  readonly drain_ms: number;
}

/**
 * Runs services. Started one after the other in list order; on the way out all are drained in reverse, then all are stopped in reverse.
 *
 * `start` rejects with the first service's error after what had started is stopped again. `stop` is idempotent and may come at any time,
 * also during `start`. A drain that outlasts the time is left behind; a drain or stop that rejects does not keep the others from theirs,
 * and `stop` then rejects with all of it.
 */
export class Lifecycle {
  readonly #options: LifecycleOptions;
  readonly #running: Service[] = [];
  #state: LifecycleState = "starting";
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: LifecycleOptions) {
    this.#options = options;
  }

  get state(): LifecycleState {
    return this.#state;
  }

  /** An iterable may make each service when its turn comes, standing on those that started before. */
  start(services: Iterable<Service> | AsyncIterable<Service>): Promise<void> {
    this.#starting ??= this.#start(services);
    return this.#starting;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #start(services: Iterable<Service> | AsyncIterable<Service>): Promise<void> {
    try {
      await this.#startEach(services);
    } catch (error) {
      await this.#stopEach();
      this.#state = "stopped";
      throw error;
    }
    if (!this.#stopping) this.#state = "ready";
  }

  async #startEach(services: Iterable<Service> | AsyncIterable<Service>): Promise<void> {
    for await (const service of services) {
      if (this.#stopping) return;
      const since = this.#options.clock.monotonic();
      await service.start();
      this.#running.push(service);
      this.#options.log.debug({ service: service.name, took_ms: Math.round(this.#options.clock.monotonic() - since) }, "started");
    }
  }

  async #stop(): Promise<void> {
    this.#state = "draining";
    // A failed start is reported by `start`; here it only has to be over.
    await this.#starting?.catch(() => undefined);
    const errors = [...(await this.#drainEach()), ...(await this.#stopEach())];
    this.#state = "stopped";
    if (errors.length > 0) throw new AggregateError(errors, "some services did not end well");
  }

  async #drainEach(): Promise<unknown[]> {
    const end = this.#options.clock.monotonic() + this.#options.drain_ms;
    const errors: unknown[] = [];
    for (const service of this.#running.toReversed()) {
      const left_ms = Math.max(0, end - this.#options.clock.monotonic());
      await this.#attempt(service, "drain", errors, () => this.#within(left_ms, service));
    }
    return errors;
  }

  async #stopEach(): Promise<unknown[]> {
    const errors: unknown[] = [];
    for (let service = this.#running.pop(); service; service = this.#running.pop()) {
      const each = service;
      await this.#attempt(each, "stop", errors, () => each.stop());
    }
    return errors;
  }

  async #attempt(service: Service, step: string, errors: unknown[], run: () => Promise<void>): Promise<void> {
    try {
      await run();
      this.#options.log.debug({ service: service.name }, `${step} done`);
    } catch (err) {
      this.#options.log.error({ service: service.name, err }, `${step} failed`);
      errors.push(err);
    }
  }

  #within(left_ms: number, service: Service): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.#options.clock.after(left_ms, () => {
        this.#options.log.warn({ service: service.name }, "drain outlasted its time");
        resolve();
      });
      service
        .drain(left_ms)
        .then(resolve, reject)
        .finally(() => timer.cancel());
    });
  }
}

/** A terminal's Ctrl-C reaches the process by itself and again through npm; within this time the two are one wish. */
const SAME_WISH_MS = 1000;

/** What of the process `stopOnSignals` uses. */
export interface SignalSource {
  on(signal: "SIGTERM" | "SIGINT", listener: (signal: string) => void): unknown;
  exit(code: number): void;
}

/** On SIGTERM or SIGINT: drain, stop, exit with 0, or with 1 when something did not end well. A second signal exits at once with 1. */
export function stopOnSignals(source: SignalSource, lifecycle: Lifecycle, clock: Clock, log: Logger): void {
  let first: number | undefined;
  const onSignal = (signal: string): void => {
    if (first !== undefined) {
      if (clock.monotonic() - first >= SAME_WISH_MS) source.exit(1);
      return;
    }
    first = clock.monotonic();
    log.info({ signal }, "stopping");
    lifecycle.stop().then(
      () => source.exit(0),
      () => source.exit(1),
    );
  };
  source.on("SIGTERM", onSignal);
  source.on("SIGINT", onSignal);
}
