import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Upper bounds in seconds, .5 ms to 5 s. */
export const LATENCY_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;

/** Values of one label beyond this many are counted together as `other`: a scrape blocks the loop in proportion to its series. */
export const LABEL_VALUES_MAX = 100;

export interface Counts {
  inc(by?: number): void;
}

export interface Level {
  set(value: number): void;
  inc(by?: number): void;
  dec(by?: number): void;
}

export interface Distribution {
  /** Seconds, for latencies. */
  observe(value: number): void;
}

/**
 * The metrics of one process. Every name gets the prefix `deskwire_`; the same name asked twice is the same metric.
 *
 * The `…By` forms give one child per value of their label and keep it, so that a hot path neither builds label objects nor looks
 * them up in the library. Labels have few values: codes, ops, tables; never users or conversations.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #made = new Map<string, unknown>();

  /** Memory, CPU, garbage collection and event loop of this process. */
  collectDefaults(): void {
    collectDefaultMetrics({ register: this.#registry });
  }

  counter(name: string, help: string): Counts {
    return this.#once(name, (full) => new Counter({ name: full, help, registers: [this.#registry] }));
  }

  counterBy<V extends string = string>(name: string, help: string, label: string): (value: V) => Counts {
    return this.#once(name, (full) => {
      const counter = new Counter({ name: full, help, labelNames: [label], registers: [this.#registry] });
      return children((value: V | "other") => counter.labels(value));
    });
  }

  /** With `read`, the value is asked for at each scrape. */
  gauge(name: string, help: string, read?: () => number): Level {
    return this.#once(name, (full) => {
      const collect = read && { collect: (): void => gauge.set(read()) };
      const gauge: Gauge = new Gauge({ name: full, help, registers: [this.#registry], ...collect });
      return gauge;
    });
  }

  gaugeBy<V extends string = string>(name: string, help: string, label: string): (value: V) => Level {
    return this.#once(name, (full) => {
      const gauge = new Gauge({ name: full, help, labelNames: [label], registers: [this.#registry] });
      return children((value: V | "other") => gauge.labels(value));
    });
  }

  histogram(name: string, help: string, buckets: readonly number[] = LATENCY_S): Distribution {
    return this.#once(name, (full) => new Histogram({ name: full, help, buckets: [...buckets], registers: [this.#registry] }));
  }

  histogramBy<V extends string = string>(
    name: string,
    help: string,
    label: string,
    buckets: readonly number[] = LATENCY_S,
  ): (value: V) => Distribution {
    return this.#once(name, (full) => {
      const histogram = new Histogram({ name: full, help, labelNames: [label], buckets: [...buckets], registers: [this.#registry] });
      return children((value: V | "other") => histogram.labels(value));
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #once<M>(name: string, make: (full: string) => M): M {
    const full = `deskwire_${name}`;
    const made = this.#made.get(full) as M | undefined;
    if (made !== undefined) return made;
    const metric = make(full);
    this.#made.set(full, metric);
    return metric;
  }
}

function children<V extends string, C>(make: (value: V | "other") => C): (value: V) => C {
  const kept = new Map<string, C>();
  return (value) => {
    const child = kept.get(value) ?? make(kept.size < LABEL_VALUES_MAX ? value : "other");
    if (kept.size < LABEL_VALUES_MAX) kept.set(value, child);
    return child;
  };
}
