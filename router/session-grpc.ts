import { Client, type ClientDuplexStream, credentials, type MethodDefinition } from "@grpc/grpc-js";
import { type Clock, pause, type Timer } from "../lib/clock.js";
import { DeskError, refuse } from "../lib/errors.js";
import type { Logger } from "../lib/log.js";
import { CHANNEL } from "../lib/rpc-grpc.js";
import type { ErrorCode } from "../proto/codes.js";
import type { QueuePlace, RouterListener } from "./router.js";
import { definition, HEARTBEAT_MS, SILENCE_MS } from "./router-grpc.js";
import { pushFromWire, type WireInbox, type WirePush } from "./wire-grpc.js";

/** An answer beyond this time is worth nothing to the asker. */
export const DEADLINE_MS = 5_000;
const RECONNECT_MS = 200;
const DRAIN_LOOK_MS = 10;

export interface WireAnswer {
  readonly id: number;
  readonly result?: string;
  readonly refusal?: { readonly code: string; readonly message: string; readonly retry_after_ms?: number };
  readonly opened?: string;
  readonly revived?: string;
  readonly closed?: { readonly epoch: number; readonly n: number };
  readonly status?: { readonly status: string; readonly capacity: number; readonly load: number };
  readonly inbox?: WireInbox;
  readonly waiting?: { readonly place?: QueuePlace | null };
}

interface SessionResponse {
  readonly answers: readonly WireAnswer[];
  readonly pushes: readonly WirePush[];
  readonly changed: readonly string[];
  readonly ownership?: { readonly shards: readonly number[] } | null;
}

interface Pending {
  readonly resolve: (answer: WireAnswer) => void;
  readonly reject: (error: DeskError) => void;
  readonly deadline: Timer;
}

type Stream = ClientDuplexStream<object, SessionResponse>;

export interface SessionStreamOptions {
  readonly address: string;
  /** This gateway's node id. */
  readonly gateway: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * A gateway's `Session` with the router: one stream that is opened again whenever it ends. What is asked in one turn of the event loop travels as one
 * message. Each time the stream was opened, the listener is told that its agents are forgotten there.
 */
export class SessionStream {
  readonly #options: SessionStreamOptions;
  readonly #client: Client;
  readonly #calls = new Map<number, Pending>();
  /** Calls that no stream has taken yet, by id. */
  readonly #gathered = new Map<number, object>();
  #listener: RouterListener | undefined;
  #stream: Stream | undefined;
  #linked = false;
  #heard_ms = 0;
  #lastId = 0;
  #flushing = false;
  #heart: Timer | undefined;
  #stopped = false;
  #onLinked: (() => void) | undefined;

  constructor(options: SessionStreamOptions) {
    this.#options = options;
    this.#client = new Client(options.address, credentials.createInsecure(), CHANNEL);
  }

  listen(listener: RouterListener): void {
    this.#listener = listener;
  }

  /** Resolves when a router answered. */
  async start(): Promise<void> {
    const linked = new Promise<void>((resolve) => {
      this.#onLinked = resolve;
    });
    this.#heart = this.#options.clock.every(HEARTBEAT_MS, () => this.#beat());
    this.#connect();
    await linked;
  }

  /** Lets the calls under way finish; the stream ends then, and with it what the router knows of this gateway. */
  async drain(deadline_ms: number): Promise<void> {
    const { clock } = this.#options;
    const end = clock.monotonic() + deadline_ms;
    while (this.#calls.size > 0 && clock.monotonic() < end) await pause(clock, DRAIN_LOOK_MS);
    this.#end();
  }

  stop(): void {
    this.#end();
    this.#client.close();
  }

  /** Rejects with the router's refusal, or with `unavailable` when no router answered in 5 s or the stream ended: the outcome is unknown then. */
  call(ask: object): Promise<WireAnswer> {
    if (this.#stopped) return refuse("unavailable", "The gateway is stopping.");
    this.#lastId = (this.#lastId + 1) % 2 ** 32;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const deadline = this.#options.clock.after(DEADLINE_MS, () => this.#settle(id)?.reject(unreachable()));
      this.#calls.set(id, { resolve, reject, deadline });
      this.#gathered.set(id, { id, ...ask });
      this.#soon();
    });
  }

  #end(): void {
    this.#stopped = true;
    this.#heart?.cancel();
    this.#stream?.end();
    this.#fail("The gateway is stopping.");
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#calls.get(id);
    this.#calls.delete(id);
    this.#gathered.delete(id);
    pending?.deadline.cancel();
    return pending;
  }

  #connect(): void {
    if (this.#stopped) return;
    const { clock, gateway } = this.#options;
    const method = definition["Session"] as MethodDefinition<object, SessionResponse>;
    const stream = this.#client.makeBidiStreamRequest(method.path, method.requestSerialize, method.responseDeserialize);
    this.#stream = stream;
    this.#heard_ms = clock.monotonic();
    stream.on("data", (response: SessionResponse) => this.#take(stream, response));
    stream.on("error", (err) => this.#ended(stream, err));
    stream.on("end", () => this.#ended(stream));
    stream.write({ gateway, calls: [] });
  }

  #ended(stream: Stream, err?: Error): void {
    if (this.#stream !== stream) return;
    this.#stream = undefined;
    if (this.#linked && !this.#stopped) this.#options.log.warn({ err }, "the router's stream ended");
    this.#linked = false;
    this.#fail("The router's connection was lost; the outcome is unknown.");
    this.#options.clock.after(RECONNECT_MS, () => this.#connect());
  }

  /** Calls that were sent have an unknown outcome; those still gathered wait for the next stream. */
  #fail(message: string): void {
    for (const id of [...this.#calls.keys()]) if (!this.#gathered.has(id) || this.#stopped) this.#settle(id)?.reject(unreachable(message));
  }

  #take(stream: Stream, { answers, pushes, changed, ownership }: SessionResponse): void {
    if (this.#stream !== stream) return;
    this.#heard_ms = this.#options.clock.monotonic();
    if (ownership && !this.#linked) this.#link();
    for (const answer of answers) this.#resolve(answer);
    for (const push of pushes.map(pushFromWire)) if (push) this.#listener?.push(push);
    for (const tenant of changed) this.#listener?.queueChanged(tenant);
  }

  #link(): void {
    this.#linked = true;
    this.#listener?.forgotten();
    this.#soon();
    this.#onLinked?.();
  }

  #resolve(answer: WireAnswer): void {
    const pending = this.#settle(answer.id);
    const { refusal } = answer;
    if (!refusal) return pending?.resolve(answer);
    pending?.reject(new DeskError(refusal.code as ErrorCode, refusal.message, refusal.retry_after_ms));
  }

  #soon(): void {
    if (this.#flushing || !this.#linked) return;
    this.#flushing = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    if (!this.#linked || !this.#stream) return;
    this.#stream.write({ calls: [...this.#gathered.values()] });
    this.#gathered.clear();
  }

  #beat(): void {
    const stream = this.#stream;
    if (!stream) return;
    if (this.#options.clock.monotonic() - this.#heard_ms > SILENCE_MS) {
      stream.cancel();
      this.#ended(stream);
    } else this.#soon();
  }
}

function unreachable(message = "No router answered in time; try again."): DeskError {
  return new DeskError("unavailable", message, RECONNECT_MS);
}
