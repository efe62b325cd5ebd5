import { once } from "node:events";
import { WebSocket } from "ws";

interface Waiting {
  readonly answered: (frame: Readonly<Record<string, unknown>>) => void;
}

/** One socket that sends as fast as it is told to, and knows nothing but ids and replies: the generator must stay cheap. */
export class Chatter {
  /** Events that came, unread. */
  events = 0;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #heard = new Map<string, (event: Readonly<Record<string, unknown>>) => void>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.#take(String(data)));
  }

  static async hello(url: string, token: string): Promise<Chatter> {
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}/v1/ws`, "deskwire.v1", { perMessageDeflate: false });
    await once(socket, "open");
    const chatter = new Chatter(socket);
    await chatter.do("hello", { token });
    return chatter;
  }

  /** Resolves with the reply. Rejects when it is a refusal. */
  async do(op: string, fields: object): Promise<Readonly<Record<string, unknown>>> {
    const reply = await new Promise<Readonly<Record<string, unknown>>>((answered) => this.ask(op, fields, answered));
    if (reply["error"]) throw new Error(`${op} was refused: ${JSON.stringify(reply["error"])}`);
    return reply;
  }

  ask(op: string, fields: object, answered: Waiting["answered"]): void {
    this.#lastId = (this.#lastId + 1) % 2 ** 32;
    this.#waiting.set(this.#lastId, { answered });
    this.#socket.send(JSON.stringify({ op, id: this.#lastId, ...fields }));
  }

  /** Events of this name are read, all others only counted. */
  on(ev: string, heard: (event: Readonly<Record<string, unknown>>) => void): void {
    this.#heard.set(ev, heard);
  }

  close(): void {
    this.#socket.close();
  }

  #take(text: string): void {
    if (text.startsWith('{"re":')) {
      const frame = JSON.parse(text) as { re: number } & Record<string, unknown>;
      const waiting = this.#waiting.get(frame.re);
      this.#waiting.delete(frame.re);
      waiting?.answered(frame);
      return;
    }
    this.events += 1;
    if (this.#heard.size === 0 || text.startsWith('{"ev":"message"')) return;
    const event = JSON.parse(text) as Record<string, unknown>;
    this.#heard.get(String(event["ev"]))?.(event);
  }
}
