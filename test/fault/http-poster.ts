import { Agent, type IncomingMessage, request } from "node:http";
import { text as textOf } from "node:stream/consumers";

const PERIOD_MS = 50;

export interface PostAnswer {
  readonly mid: string;
  readonly at_ms: number;
  /** The HTTP status; the error's code where no answer came. */
  readonly outcome: number | string;
  /** The server ended the connection with this answer. */
  readonly last: boolean;
}

/** Sends messages over HTTP on a connection that is kept, one after the other, and notes every answer. */
export class HttpPoster {
  readonly answers: PostAnswer[] = [];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #c: string;
  readonly #to: { readonly url: string; readonly token: string };
  #going = true;
  #done: Promise<void> = Promise.resolve();

  constructor(to: { readonly url: string; readonly token: string }, c: string) {
    this.#to = to;
    this.#c = c;
  }

  start(): void {
    this.#done = this.#post();
  }

  async stop(): Promise<void> {
    this.#going = false;
    await this.#done;
    this.#agent.destroy();
  }

  async #post(): Promise<void> {
    for (let n = 0; this.#going; n++) {
      const mid = `posted-${n}`;
      this.answers.push({ mid, at_ms: performance.now(), ...(await this.#ask(mid)) });
      await new Promise((resolve) => setTimeout(resolve, PERIOD_MS));
    }
  }

  #ask(mid: string): Promise<Pick<PostAnswer, "outcome" | "last">> {
    const { url, token } = this.#to;
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    return new Promise((resolve) => {
      const asked = request(`${url}/v1/messages`, { method: "POST", agent: this.#agent, headers }, (response: IncomingMessage) => {
        const answer = { outcome: response.statusCode ?? 0, last: response.headers.connection === "close" };
        textOf(response).then(
          () => resolve(answer),
          (error: NodeJS.ErrnoException) => resolve({ outcome: error.code ?? "broken", last: false }),
        );
      });
      asked.on("error", (error: NodeJS.ErrnoException) => resolve({ outcome: error.code ?? "broken", last: false }));
      asked.end(JSON.stringify({ c: this.#c, mid, kind: "text", body: { text: mid } }));
    });
  }
}
