import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { answerPage } from "../gateway/page-answer.js";
import type { Page } from "../gateway/pages.js";
import { listen, unlisten } from "../lib/listener-http.js";
import type { Service } from "../lib/service.js";

export interface DemoSiteOptions {
  readonly port: number;
  readonly pages: ReadonlyMap<string, Page>;
  /** Where the widget comes from and speaks to. */
  readonly gateway: string;
}

/** A shop that is not ours, on another origin than the gateway: as it is at a real customer. Loopback only. */
export class DemoSite implements Service {
  readonly name = "demo-site";
  readonly #options: DemoSiteOptions;
  #server: Server | undefined;

  constructor(options: DemoSiteOptions) {
    this.#options = options;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#options.port}`;
  }

  async start(): Promise<void> {
    if (this.#server) return;
    this.#server = await listen((request, response) => this.#answer(request, response), this.#options.port, "127.0.0.1");
  }

  async drain(): Promise<void> {}

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server) await unlisten(server);
  }

  #answer({ method = "GET", url = "/", headers }: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(url, this.url);
    const { gateway } = this.#options;
    const policy = `default-src 'self'; script-src 'self' ${gateway}; style-src 'self' ${gateway}; connect-src ${gateway} ${gateway.replace("http", "ws")}; img-src 'self' data: https: ${gateway}`;
    const request = {
      ...{ method, path: pathname },
      header: (name: string) => headers[name]?.toString(),
    };
    const answer = answerPage(this.#options.pages, request, policy) ?? { status: 404, headers: {}, body: "There is no such page." };
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }
}
