import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { LifecycleState } from "./lifecycle.js";
import { listen, unlisten } from "./listener-http.js";
import type { Metrics } from "./metrics.js";
import type { Service } from "./service.js";

export interface OpsOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly state: () => LifecycleState;
  readonly metrics: Metrics;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/**
 * The operations port: `/healthz` (the event loop is alive), `/readyz` (200 when new connections may come, else 503 with the state) and
 * `/metrics`. First in the list of services, so that it answers while the others start and drain.
 */
export class OpsHttp implements Service {
  readonly name = "ops";
  readonly #options: OpsOptions;
  #server: Server | undefined;

  constructor(options: OpsOptions) {
    this.#options = options;
  }

  get port(): number {
    return (this.#server?.address() as AddressInfo | null | undefined)?.port ?? this.#options.port;
  }

  async start(): Promise<void> {
    if (this.#server) return;
    const { port, host } = this.#options;
    this.#server = await listen((request, response) => void this.#serve(request, response), port, host);
  }

  async drain(): Promise<void> {}

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server) await unlisten(server);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, type, text } = await this.#answer(request);
    response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
    response.end(request.method === "HEAD" ? undefined : text);
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    if (request.method !== "GET" && request.method !== "HEAD") return plain(405, "only GET and HEAD");
    switch (request.url?.split("?")[0]) {
      case "/healthz":
        return plain(200, "ok");
      case "/readyz":
        return this.#readiness();
      case "/metrics":
        return { status: 200, type: this.#options.metrics.contentType, text: await this.#options.metrics.text() };
      default:
        return plain(404, "try /healthz, /readyz or /metrics");
    }
  }

  #readiness(): Answer {
    const state = this.#options.state();
    return plain(state === "ready" ? 200 : 503, state);
  }
}

function plain(status: number, text: string): Answer {
  return { status, type: "text/plain; charset=utf-8", text: `${text}\n` };
}
