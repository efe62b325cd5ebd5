import type { Fetch } from "../../client/src/index.js";
import type { FakeClock } from "../../lib/clock-fake.js";
import { compare, type Position, parsePosition } from "../../proto/position.js";
import type { ModelDesk } from "./model-desk.js";
import { type Heard, ME } from "./scripted-desk.js";

type Answer = Awaited<ReturnType<Fetch>>;
type Body = Readonly<Record<string, unknown>>;

interface Open {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

const SESSION = { user: ME, tenant: "demo", now: 0, expires_at: 1e9, ping_ms: 10_000, limits: { in_flight: 32 } };

/** The HTTP side of a model desk. What it answers is under way until it is delivered, or lost. */
export class ModelHttp {
  readonly #desk: ModelDesk;
  readonly #clock: FakeClock;
  #open = new Set<Open>();
  #wire: (() => void)[] = [];

  constructor(desk: ModelDesk, clock: FakeClock) {
    this.#desk = desk;
    this.#clock = clock;
  }

  readonly fetch: Fetch = (url, { body }) =>
    new Promise((resolve, reject) => {
      const open = { resolve, reject };
      this.#open.add(open);
      this.#call(new URL(url), body, (status, answer) => void this.#wire.push(() => this.#finish(open, status, answer)));
    });

  deliver(answers: number): void {
    for (const arrive of this.#wire.splice(0, answers)) arrive();
  }

  /** The network breaks; what was under way is lost. */
  drop(): void {
    const lost = this.#open;
    this.#open = new Set();
    this.#wire = [];
    for (const { reject } of lost) reject(new Error("the network broke"));
  }

  #finish(open: Open, status: number, answer: Body): void {
    this.#open.delete(open);
    open.resolve({ ok: status < 400, status, text: async () => JSON.stringify(answer) });
  }

  #call({ pathname, searchParams }: URL, body: string | undefined, answer: (status: number, body: Body) => void): void {
    if (pathname === "/v1/session") answer(200, SESSION);
    else if (pathname === "/v1/commands") this.#desk.ask({ id: 0, ...JSON.parse(body ?? "{}") }, (frame) => answer(...shapeOf(frame)));
    else this.#wait(parsePosition(searchParams.get("after") ?? "") ?? [0, 0], Number(searchParams.get("wait_ms") ?? 0), answer);
  }

  #wait(after: Position, wait_ms: number, answer: (status: number, body: Body) => void): void {
    const history = { op: "history", id: 0, after } as Heard;
    let over = false;
    const end = (): void => {
      if (over) return;
      over = true;
      timer.cancel();
      this.#desk.ask(history, (frame) => answer(...shapeOf(frame)));
    };
    const timer = this.#clock.after(wait_ms, end);
    this.#desk.ask(history, (frame) => {
      const { messages, incomplete } = frame as { messages: readonly unknown[]; incomplete?: unknown };
      const waits = messages.length === 0 && !incomplete && compare(this.#desk.head, after) === 0;
      if (waits) return this.#desk.onChange(end);
      over = true;
      timer.cancel();
      answer(...shapeOf(frame));
    });
  }
}

function shapeOf(frame: object): [status: number, body: Body] {
  const { re: _, error, ...result } = frame as Body & { error?: Body };
  return error ? [503, error] : [200, result];
}
