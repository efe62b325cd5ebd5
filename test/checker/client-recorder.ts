import type { ErrorCode } from "../../proto/codes.js";
import type { Position } from "../../proto/position.js";
import type { Tap } from "../support/peer.js";
import { contentOf, type Written } from "./history.js";
import { type Frame, seenOf } from "./seen.js";

/** What one client's frames mean for the history. */
export class ClientRecorder implements Tap {
  readonly #who: string;
  readonly #write: (line: Written) => void;
  readonly #asked = new Map<number, Frame>();
  #user = "";

  constructor(who: string, write: (line: Written) => void) {
    this.#who = who;
    this.#write = write;
  }

  get inFlight(): number {
    return [...this.#asked.values()].filter(({ op }) => op === "send").length;
  }

  out(text: string): void {
    const frame = JSON.parse(text) as Frame;
    if (typeof frame["id"] === "number") this.#asked.set(frame["id"], frame);
    if (frame["op"] === "send") this.#send(frame);
  }

  in(text: string): void {
    const frame = JSON.parse(text) as Frame;
    if (typeof frame["re"] === "number") this.#reply(frame["re"], frame);
    else this.#event(frame);
  }

  closed(code: number): void {
    this.#asked.clear();
    this.#write({ t: "close", who: this.#who, code });
  }

  #send({ c, mid, kind, body }: Frame): void {
    const takes = kind === "recall" ? { takes: String((body as Frame)["mid"]) } : {};
    const said = { user: this.#user, c: String(c), mid: String(mid), content: contentOf(String(kind), body), ...takes };
    this.#write({ t: "send", who: this.#who, ...said });
  }

  #reply(re: number, reply: Frame): void {
    const asked = this.#asked.get(re);
    this.#asked.delete(re);
    if (!asked) return;
    if (reply["error"]) this.#refused(asked, reply["error"] as { code: ErrorCode });
    else this.#answered(asked, reply);
  }

  #refused({ op, c, mid }: Frame, { code }: { readonly code: ErrorCode }): void {
    const about = { ...(typeof c === "string" && { c }), ...(typeof mid === "string" && { mid }) };
    this.#write({ t: "refusal", who: this.#who, op: String(op), code, ...about });
  }

  #answered(asked: Frame, reply: Frame): void {
    const who = this.#who;
    const c = String(asked["c"] ?? reply["c"]);
    switch (asked["op"]) {
      case "hello":
        return this.#greeted(asked, reply);
      case "send":
        return this.#acked(c, asked, reply);
      case "accept":
        this.#write({ t: "accept", who, user: this.#user, c, offer: String(asked["offer"]) });
        return this.#opened(c, reply);
      case "open":
        return this.#opened(c, reply);
      case "leave":
        return this.#write({ t: "detach", who, c });
      case "history":
        return this.#paged(c, asked, reply, reply["more"] === true);
    }
  }

  #greeted(asked: Frame, { user, resumed }: Frame): void {
    this.#user = (user as { id: string }).id;
    this.#write({ t: "connect", who: this.#who, user: this.#user });
    const from = (asked["resume"] ?? {}) as Record<string, Position>;
    for (const [c, { head }] of Object.entries(resumed as Record<string, { head?: Position }>))
      if (head) this.#write({ t: "attach", who: this.#who, c, head, ...(from[c] && { from: from[c] }) });
  }

  #acked(c: string, asked: Frame, { pos, dup }: Frame): void {
    const place = { c, mid: String(asked["mid"]), pos: pos as Position, dup: dup === true };
    this.#write({ t: "ack", who: this.#who, user: this.#user, ...place });
  }

  #opened(c: string, reply: Frame): void {
    this.#paged(c, {}, reply, reply["complete"] !== true);
    this.#write({ t: "attach", who: this.#who, c, head: reply["head"] as Position });
  }

  #paged(c: string, { after, before }: Frame, { messages, incomplete }: Frame, more: boolean): void {
    const range = { ...(after !== undefined && { after: after as Position }), ...(before !== undefined && { before: before as Position }) };
    const page = { c, ...range, seen: (messages as Frame[]).map(seenOf), more };
    this.#write({ t: "page", who: this.#who, ...page, incomplete: (incomplete ?? []) as [Position, Position][] });
  }

  #event(frame: Frame): void {
    const c = String(frame["c"]);
    const who = this.#who;
    switch (frame["ev"]) {
      case "message":
      case "skip":
        return this.#write({ t: "event", who, c, seen: seenOf(frame) });
      case "gap":
        return this.#write({ t: "gap", who, c, after: frame["after"] as Position, head: frame["head"] as Position });
      case "released":
        return this.#write({ t: "detach", who, c });
    }
  }
}
