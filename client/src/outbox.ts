import { backoff } from "./backoff.js";
import type { Clock } from "./clock.js";
import { Emitter } from "./emitter.js";
import { ClientError } from "./errors.js";
import { OutboxFile } from "./outbox-file.js";
import type { Outgoing } from "./outgoing.js";
import type { Storage } from "./storage.js";
import type { Fields, Sent } from "./wire.js";

/** storing: not in storage yet. queued: may leave. flying: unanswered. resting: until its timer ends. */
type Stage = "storing" | "queued" | "flying" | "resting";

interface Letter {
  readonly out: Outgoing;
  stage: Stage;
  /** Seen in the timeline, or the server said `pending`: what comes behind it keeps its order. */
  placed: boolean;
  tries: number;
  /** It was refused as too fast the last time. */
  limited: boolean;
  /** How often in a row the connection broke (1006) while this was unanswered. */
  drops: number;
  timer?: { cancel(): void };
  readonly resolve: (sent: Sent) => void;
  readonly reject: (error: ClientError) => void;
}

export interface OutboxOptions {
  readonly storage: Storage;
  readonly key: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly send: (fields: Fields) => Promise<Sent>;
}

export type OutboxEvents = {
  changed: [c: string];
  acked: [out: Outgoing, sent: Sent];
  error: [error: ClientError];
};

const DROPS_MOST = 2;

/**
 * Messages kept until the server confirmed them, over reloads too.
 *
 * Order: messages of one conversation get their places in the order they were added; the next one leaves when the one before it has a place
 * or has failed. Delivery: each is sent until it is confirmed or refused, always with the same `mid` and `since`, so it appears once.
 */
export class Outbox extends Emitter<OutboxEvents> {
  readonly #options: OutboxOptions;
  readonly #file: OutboxFile;
  readonly #lanes = new Map<string, Letter[]>();
  #user: string | undefined;
  #online = false;

  constructor(options: OutboxOptions) {
    super();
    this.#options = options;
    this.#file = new OutboxFile(options.storage, options.key);
  }

  /** Takes up what an earlier page left. */
  async load(): Promise<void> {
    for (const out of await this.#file.read()) {
      if (this.#find(out.c, out.mid)) continue;
      const { letter, sent } = letterOf(out);
      sent.catch(() => undefined);
      letter.stage = "queued";
      this.#lane(out.c).push(letter);
      this.emit("changed", out.c);
    }
  }

  /** `sent` resolves with the place when the message is durable; rejects when it is refused. It may be ignored. */
  add(out: Outgoing): Promise<Sent> {
    const { letter, sent } = letterOf({ ...out, ...(this.#user === undefined ? {} : { user: this.#user }) });
    sent.catch(() => undefined);
    this.#lane(out.c).push(letter);
    this.emit("changed", out.c);
    void this.#keep(letter);
    return sent;
  }

  /** What is on its way or failed, oldest first, of the user who is signed in. */
  list(c: string): readonly Outgoing[] {
    return this.#lane(c)
      .filter((letter) => this.#mine(letter))
      .map((letter) => letter.out);
  }

  /** Sends a failed message again. What the server refused gets a new mid: it remembers refusals by mid. Answers the message's promise. */
  retry(c: string, mid: string, freshMid: string): Promise<Sent> {
    const letter = this.#find(c, mid);
    if (!letter?.out.failed) return Promise.reject(new ClientError("not_found"));
    const { failed, ...out } = letter.out;
    this.#drop(letter);
    return this.add({ ...out, mid: failed === "undeliverable" ? mid : freshMid });
  }

  /** Forgets a failed message. One that is on its way cannot be called back. */
  discard(c: string, mid: string): void {
    const letter = this.#find(c, mid);
    if (letter?.out.failed) this.#drop(letter);
  }

  /** Resolves when every message was confirmed or has failed. */
  settled(): Promise<void> {
    const open = () => [...this.#lanes.values()].flat().some((letter) => !letter.out.failed && this.#mine(letter));
    if (!open()) return Promise.resolve();
    return new Promise((resolve) => {
      const off = this.on("changed", () => {
        if (open()) return;
        off();
        resolve();
      });
    });
  }

  /** Connected as this user: everything goes out again, first things first. */
  up(user: string): void {
    this.#user = user;
    this.#online = true;
    for (const c of this.#lanes.keys()) {
      for (const letter of this.#lane(c)) letter.out.user ??= user;
      this.emit("changed", c);
      this.#pump(c);
    }
  }

  /** The connection ended with this close code. */
  down(code: number): void {
    this.#online = false;
    for (const [c, lane] of this.#lanes) {
      for (const letter of [...lane]) this.#broke(letter, code);
      this.emit("changed", c);
    }
  }

  /** The message was seen in its timeline: it broke nothing, and is sent for its confirmation if it had been given back. */
  seen(c: string, mid: string): void {
    const letter = this.#find(c, mid);
    if (!letter || letter.placed) return;
    letter.placed = true;
    if (letter.out.failed === "undeliverable") this.#revive(letter);
    this.#pump(c);
  }

  #revive(letter: Letter): void {
    delete letter.out.failed;
    letter.drops = 0;
    letter.stage = "storing";
    void this.#keep(letter);
  }

  #broke(letter: Letter, code: number): void {
    if (letter.out.failed) return;
    if (letter.stage === "flying" && !letter.placed) {
      letter.drops = code === 1006 ? letter.drops + 1 : 0;
      if (letter.drops >= DROPS_MOST || (code >= 4200 && code < 4300)) return this.#fail(letter, new ClientError("undeliverable"));
    }
    // The place it had may be gone with the server that gave it: the whole lane walks again, in order.
    letter.placed = false;
    letter.timer?.cancel();
    if (letter.stage !== "storing") letter.stage = "queued";
  }

  #pump(c: string): void {
    if (!this.#online) return;
    for (const letter of this.#lane(c)) {
      if (letter.out.failed || !this.#mine(letter)) continue;
      if (letter.stage === "queued") this.#send(letter);
      if (!letter.placed) return;
    }
  }

  #send(letter: Letter): void {
    const { c, mid, kind, body, since } = letter.out;
    letter.stage = "flying";
    this.#options.send({ c, mid, kind, body, since }).then(
      (sent) => {
        this.emit("acked", letter.out, sent);
        letter.resolve(sent);
        this.#drop(letter);
      },
      (error: ClientError) => this.#answered(letter, error),
    );
  }

  #answered(letter: Letter, error: ClientError): void {
    if (error.code === "disconnected") return;
    if (!error.retry) return this.#fail(letter, error);
    letter.drops = 0;
    letter.placed ||= error.code === "pending";
    this.#rest(letter, this.#pause(letter, error));
    this.#pump(letter.out.c);
  }

  /** The time a server that was asked too fast names is for one message: those of other conversations that wait already go first. */
  #pause(letter: Letter, { code, retry_after_ms }: ClientError): number {
    letter.limited = code === "rate_limited";
    if (retry_after_ms === undefined) return backoff(letter.tries++, this.#options.random);
    return letter.limited ? retry_after_ms * (1 + this.#limited()) : retry_after_ms;
  }

  #limited(): number {
    return [...this.#lanes.values()].flat().filter(({ stage, limited }) => stage === "resting" && limited).length;
  }

  #rest(letter: Letter, delay_ms: number): void {
    letter.stage = "resting";
    letter.timer = this.#options.clock.after(delay_ms, () => {
      letter.stage = "queued";
      this.#pump(letter.out.c);
    });
  }

  #fail(letter: Letter, error: ClientError): void {
    letter.timer?.cancel();
    letter.out.failed = error.code;
    letter.reject(error);
    this.emit("changed", letter.out.c);
    void this.#keep(letter);
  }

  async #keep(letter: Letter): Promise<void> {
    await this.#write(() => this.#file.put(letter.out));
    if (letter.stage === "storing") letter.stage = "queued";
    this.#pump(letter.out.c);
  }

  #drop(letter: Letter): void {
    const c = letter.out.c;
    letter.timer?.cancel();
    this.#lanes.set(
      c,
      this.#lane(c).filter((each) => each !== letter),
    );
    this.emit("changed", c);
    this.#pump(c);
    void this.#write(() => this.#file.remove(letter.out));
  }

  /** A storage that refuses (full, forbidden) costs the reload, not the message. */
  async #write(change: () => Promise<void>): Promise<void> {
    try {
      await change();
    } catch (error) {
      this.emit("error", new ClientError("unavailable", `storage: ${String(error)}`));
    }
  }

  #mine(letter: Letter): boolean {
    return this.#user === undefined || letter.out.user === undefined || letter.out.user === this.#user;
  }

  #lane(c: string): Letter[] {
    const lane = this.#lanes.get(c) ?? [];
    this.#lanes.set(c, lane);
    return lane;
  }

  #find(c: string, mid: string): Letter | undefined {
    return this.#lane(c).find((letter) => letter.out.mid === mid);
  }
}

function letterOf(out: Outgoing): { letter: Letter; sent: Promise<Sent> } {
  let resolve!: (sent: Sent) => void;
  let reject!: (error: ClientError) => void;
  const sent = new Promise<Sent>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { letter: { out, stage: "storing", placed: false, tries: 0, limited: false, drops: 0, resolve, reject }, sent };
}
