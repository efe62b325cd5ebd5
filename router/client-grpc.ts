import { Client, type ClientDuplexStream, credentials, type MethodDefinition } from "@grpc/grpc-js";
import { type Clock, pause, type Timer } from "../lib/clock.js";
import { DeskError, refuse } from "../lib/errors.js";
import type { Logger } from "../lib/log.js";
import { CHANNEL, GrpcClient } from "../lib/rpc-grpc.js";
import type { Service } from "../lib/service.js";
import type { ErrorCode } from "../proto/codes.js";
import type { Ask, Party } from "../proto/message.js";
import type { Position } from "../proto/position.js";
import type { Decision } from "../timeline/record.js";
import type {
  AgentProfile,
  AgentStatus,
  Caller,
  Inbox,
  QueuePlace,
  QueueView,
  Router,
  RouterListener,
  Status,
  StatusWish,
} from "./router.js";
import { definition, HEARTBEAT_MS, SILENCE_MS } from "./router-grpc.js";
import { askToWire, inboxFromWire, pushFromWire, type WireInbox, type WirePush, wishToWire } from "./wire-grpc.js";

const DEADLINE_MS = 5_000;
const RECONNECT_MS = 200;
const DRAIN_LOOK_MS = 10;

interface WireAnswer {
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

interface Waiting {
  readonly resolve: (answer: WireAnswer) => void;
  readonly reject: (error: DeskError) => void;
  readonly deadline: Timer;
}

type Stream = ClientDuplexStream<object, SessionResponse>;

export interface RouterClientOptions {
  readonly address: string;
  /** This gateway's node id. */
  readonly gateway: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * The router as a gateway has it, over one `Session` stream that is opened again whenever it ends. Calls wait up to 5 s for an owner; each time
 * the stream was opened, the listener is told that its agents are forgotten there.
 */
export class RouterClient implements Router, Service {
  readonly name = "router-client";
  readonly #options: RouterClientOptions;
  readonly #unary: GrpcClient;
  readonly #client: Client;
  readonly #calls = new Map<number, Waiting>();
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

  constructor(options: RouterClientOptions) {
    this.#options = options;
    this.#client = new Client(options.address, credentials.createInsecure(), CHANNEL);
    this.#unary = new GrpcClient({ ...options, definition, deadline_ms: DEADLINE_MS });
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

  async stop(): Promise<void> {
    this.#end();
    this.#client.close();
    this.#unary.close();
  }

  #end(): void {
    this.#stopped = true;
    this.#heart?.cancel();
    this.#stream?.end();
    this.#fail("The gateway is stopping.");
  }

  async open(caller: Caller, ask: Ask): Promise<{ readonly c: string }> {
    return { c: (await this.#call({ caller, open: askToWire(ask) })).opened ?? "" };
  }

  async openOffline(caller: Caller, ask: Ask): Promise<{ readonly c: string }> {
    return { c: (await this.#call({ caller, open_offline: askToWire(ask) })).opened ?? "" };
  }

  async revive(tenant: string, c: string): Promise<"alive" | "closed"> {
    const { revived } = await this.#call({ caller: { tenant, user: null }, revive: c });
    return revived === "closed" ? "closed" : "alive";
  }

  async accept(caller: Caller, c: string, offer: string): Promise<void> {
    await this.#call({ caller, accept: { c, offer } });
  }

  async decline(caller: Caller, c: string, offer: string, reason?: string): Promise<void> {
    await this.#call({ caller, decline: { c, offer, ...(reason === undefined ? {} : { reason }) } });
  }

  async assign(caller: Caller, c: string, agent: string): Promise<void> {
    await this.#call({ caller, assign: { c, agent } });
  }

  async transfer(
    caller: Caller,
    c: string,
    to: { agent?: string; topic?: string; skills?: readonly string[] },
    note?: string,
  ): Promise<void> {
    await this.#call({ caller, transfer: { c, to, ...(note === undefined ? {} : { note }) } });
  }

  async close(caller: Caller, c: string, reason?: string): Promise<{ readonly pos: Position }> {
    const { closed } = await this.#call({ caller, close: { c, ...(reason === undefined ? {} : { reason }) } });
    return closed ? { pos: [closed.epoch, closed.n] } : refuse("unavailable");
  }

  async rate(caller: Caller, c: string, score: number, comment?: string): Promise<void> {
    await this.#call({ caller, rate: { c, score, ...(comment === undefined ? {} : { comment }) } });
  }

  async identify(caller: Caller, to: Party): Promise<void> {
    await this.#call({ caller, identify: to });
  }

  async status(caller: Caller, wish: StatusWish): Promise<AgentStatus> {
    const { status } = await this.#call({ caller, status: wishToWire(wish) });
    return status ? { ...status, status: status.status as Status } : refuse("unavailable");
  }

  async inbox(caller: Caller): Promise<Inbox> {
    const { inbox } = await this.#call({ caller, inbox: {} });
    return inbox ? inboxFromWire(inbox) : refuse("unavailable");
  }

  async queue(caller: Caller): Promise<QueueView> {
    const { view_json } = await this.#unary.call<{ view_json: string }>("Queue", { caller });
    return JSON.parse(view_json) as QueueView;
  }

  async explain(tenant: string, c: string): Promise<readonly Decision[]> {
    const { decisions_json } = await this.#unary.call<{ decisions_json: string[] }>("Explain", { tenant, c });
    return decisions_json.map((json) => JSON.parse(json) as Decision);
  }

  async waiting(tenant: string, c: string): Promise<QueuePlace | undefined> {
    const { waiting } = await this.#call({ caller: { tenant, user: null }, waiting: c });
    return waiting?.place ?? undefined;
  }

  async agentHere(caller: Caller, profile: AgentProfile): Promise<void> {
    await this.#call({ caller, agent_here: profile });
  }

  async agentGone(caller: Caller): Promise<void> {
    await this.#call({ caller, agent_gone: {} });
  }

  #call(ask: object): Promise<WireAnswer> {
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

  #settle(id: number): Waiting | undefined {
    const waiting = this.#calls.get(id);
    this.#calls.delete(id);
    this.#gathered.delete(id);
    waiting?.deadline.cancel();
    return waiting;
  }

  #connect(): void {
    if (this.#stopped) return;
    const session = this.#options;
    const method = definition["Session"] as MethodDefinition<object, SessionResponse>;
    const stream = this.#client.makeBidiStreamRequest(method.path, method.requestSerialize, method.responseDeserialize);
    this.#stream = stream;
    this.#heard_ms = session.clock.monotonic();
    stream.on("data", (response: SessionResponse) => this.#take(stream, response));
    stream.on("error", (err) => this.#ended(stream, err));
    stream.on("end", () => this.#ended(stream));
    stream.write({ gateway: session.gateway, calls: [] });
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
    const waiting = this.#settle(answer.id);
    const { refusal } = answer;
    if (!refusal) return waiting?.resolve(answer);
    waiting?.reject(new DeskError(refusal.code as ErrorCode, refusal.message, refusal.retry_after_ms));
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
