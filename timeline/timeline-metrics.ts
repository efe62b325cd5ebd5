import type { Counts, Distribution, Metrics } from "../lib/metrics.js";
import type { Appended } from "./broker.js";

/** What the timeline counts. Results of appends are the broker's answers. */
export class TimelineMetrics {
  readonly #appends: (result: Appended["at"]) => Counts;
  readonly #lookups: (result: "found" | "absent") => Counts;
  readonly #durable_s: Distribution;
  readonly #revivals: Counts;

  constructor(metrics: Metrics) {
    this.#appends = metrics.counterBy("timeline_appends_total", "Appends by the broker's answer; duplicate is a dedupe hit", "result");
    this.#lookups = metrics.counterBy("timeline_lookups_total", "Mids looked up in history before an append, by result", "result");
    this.#durable_s = metrics.histogram("timeline_durable_seconds", "From the append to the journal's word and the settle");
    this.#revivals = metrics.counter("timeline_revivals_total", "Cold conversations the router was asked to revive");
  }

  appended(result: Appended["at"]): void {
    this.#appends(result).inc();
  }

  lookedUp(found: boolean): void {
    this.#lookups(found ? "found" : "absent").inc();
  }

  durable(seconds: number): void {
    this.#durable_s.observe(seconds);
  }

  revived(): void {
    this.#revivals.inc();
  }
}
