import type { Counts, Distribution, Metrics } from "../lib/metrics.js";
import type { CloseName, ErrorCode } from "../proto/codes.js";
import type { OpName } from "../proto/commands.js";

/** What the gateway counts about its sockets. */
export class ConnectionMetrics {
  readonly #commands: (op: OpName) => Counts;
  readonly #seconds: (op: OpName) => Distribution;
  readonly #errors: (code: ErrorCode) => Counts;
  readonly #calls: (status: string) => Counts;
  readonly #closes: (name: CloseName) => Counts;
  readonly #resumes: (result: "whole" | "gap" | "refused") => Counts;

  constructor(metrics: Metrics, sockets: () => number, waiting: () => number) {
    metrics.gauge("gateway_sockets", "Open sockets", sockets);
    metrics.gauge("gateway_waiting", "Requests that wait for a newer entry", waiting);
    this.#commands = metrics.counterBy("gateway_commands_total", "Commands taken, by op", "op");
    this.#seconds = metrics.histogramBy("gateway_command_seconds", "From a command's frame to its reply, by op", "op");
    this.#errors = metrics.counterBy("gateway_errors_total", "Error replies, by code", "code");
    this.#calls = metrics.counterBy("gateway_calls_total", "HTTP calls answered, by status", "status");
    this.#closes = metrics.counterBy("gateway_closes_total", "Sockets closed by this side, by the close's name", "name");
    this.#resumes = metrics.counterBy("gateway_resumes_total", "Conversations resumed at hello, by result", "result");
  }

  command(op: OpName): void {
    this.#commands(op).inc();
  }

  answered(op: OpName, seconds: number): void {
    this.#seconds(op).observe(seconds);
  }

  refused(code: ErrorCode): void {
    this.#errors(code).inc();
  }

  called(status: number): void {
    this.#calls(String(status)).inc();
  }

  closed(name: CloseName): void {
    this.#closes(name).inc();
  }

  resumed(result: "whole" | "gap" | "refused"): void {
    this.#resumes(result).inc();
  }
}
