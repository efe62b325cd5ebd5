import { compare, type Position } from "../../proto/position.js";
import { type Frame, Peer } from "../support/peer.js";
import type { Recorder } from "./recorder.js";

export interface ActorOptions {
  readonly who: string;
  readonly token: string;
  readonly recorder: Recorder;
}

interface Unanswered {
  readonly c: string;
  readonly mid: string;
  readonly fields: object;
}

/**
 * A client of raw frames that follows the protocol and mends nothing by itself: it resumes from where its events had come to, sends again
 * what was not answered, and never asks history for what it misses.
 */
export class Actor {
  readonly #options: ActorOptions;
  readonly #positions = new Map<string, Position>();
  readonly #unanswered = new Map<string, Unanswered>();
  #peer: Peer | undefined;

  constructor(options: ActorOptions) {
    this.#options = options;
  }

  get peer(): Peer {
    if (!this.#peer) throw new TypeError(`${this.#options.who} is not connected`);
    return this.#peer;
  }

  /** Sends that were not acknowledged and not refused for good. */
  get unanswered(): number {
    return this.#unanswered.size;
  }

  /** Connects, resumes, and sends again what was left. */
  async connect(url: string): Promise<this> {
    const { who, token, recorder } = this.#options;
    const resume = Object.fromEntries(this.#positions);
    const peer = await Peer.hello(url, token, resume, { tap: recorder.client(who) });
    for (const frame of peer.frames) this.#learn(frame);
    peer.listen((frame) => this.#learn(frame));
    this.#peer = peer;
    for (const each of this.#unanswered.values()) void this.#send(each);
    return this;
  }

  /** Opens or accepts; answers the conversation. */
  async enter(op: "open" | "accept", fields: object): Promise<string> {
    const reply = await this.peer.do(op, fields);
    const c = String(reply["c"]);
    this.#positions.set(c, reply["head"] as Position);
    return c;
  }

  /** Resolves with true when it is acknowledged; a refusal or a cut is false. */
  say(c: string, mid: string): Promise<boolean> {
    const fields = { c, mid, kind: "text", body: { text: `what ${mid} says` }, since: this.#positions.get(c) };
    const message = { c, mid, fields };
    this.#unanswered.set(mid, message);
    return this.#send(message);
  }

  cut(): Promise<unknown> {
    this.peer.cut();
    return this.peer.over();
  }

  async #send({ mid, fields }: Unanswered): Promise<boolean> {
    const reply = await this.peer.ask("send", fields).catch(() => undefined);
    const refusal = reply?.["error"] as { readonly retry?: boolean } | undefined;
    if (reply && refusal?.retry !== true) this.#unanswered.delete(mid);
    return reply !== undefined && refusal === undefined;
  }

  #learn({ ev, c, pos, head }: Frame): void {
    const at = this.#positions.get(String(c));
    if (ev === "gap") this.#positions.set(String(c), head as Position);
    if ((ev === "message" || ev === "skip") && at && compare(pos as Position, at) > 0) this.#positions.set(String(c), pos as Position);
  }
}
