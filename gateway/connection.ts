import { networkOf } from "../lib/address.js";
import type { Timer } from "../lib/clock.js";
import { DeskError } from "../lib/errors.js";
import { randomId } from "../lib/ids.js";
import { Lanes } from "../lib/lanes.js";
import { type Checked, type Command, checkFrame } from "../proto/check.js";
import type { CloseName } from "../proto/codes.js";
import { errorFrame } from "../proto/frames.js";
import { Anteroom } from "./anteroom.js";
import { userKey } from "./budget.js";
import type { Client } from "./client.js";
import { answer, hello } from "./commands/index.js";
import type { Context } from "./context.js";
import { Outlet } from "./outlet.js";
import { Pace } from "./pace.js";
import type { Reader } from "./reader.js";
import type { Reply } from "./reply.js";
import { SAYING } from "./send-rates.js";
import { endOf, type Session } from "./session.js";
import type { Arrival, Socket, SocketHandler } from "./socket.js";
import { TokenError } from "./tokens.js";

/** What a connection tells the gateway that holds it. */
export interface ConnectionOwner {
  /** Throws `busy` where there is no room for one more of them. */
  room(session: Session): void;
  /** It said who it is: once, while it is open. */
  greeted(connection: Connection): void;
  /** It was given a session, the first or another one. */
  admitted(connection: Connection): void;
  gone(connection: Connection): void;
}

const decoder = new TextDecoder();

/**
 * One client's connection: frames in, replies and events out. A frame that is none of this protocol closes the socket; a command that cannot
 * be done costs its sender an error reply, and nobody else anything.
 */
export class Connection implements Client, SocketHandler {
  readonly id = randomId("s");
  readonly arrival: Arrival;
  readonly outlet: Outlet;
  readonly readers = new Map<string, Reader>();
  readonly sends = new Lanes();
  readonly #context: Context;
  readonly #owner: ConnectionOwner;
  readonly #pace: Pace;
  readonly #anteroom: Anteroom;
  readonly #inFlight = new Set<number>();
  readonly #work = new Set<Promise<void>>();
  readonly #sends = new Set<Promise<void>>();
  #session: Session | undefined;
  #stage: "new" | "greeting" | "greeted" = "new";
  #user = "";
  #timer: Timer | undefined;
  #finishing = false;
  #heard_ms: number;

  constructor(context: Context, arrival: Arrival, socket: Socket, owner: ConnectionOwner) {
    const { clock, limits, budgets } = context;
    this.#context = context;
    this.#owner = owner;
    this.arrival = arrival;
    this.outlet = new Outlet(socket, (name) => this.#closing(name));
    this.#pace = new Pace(limits, clock, budgets.refused);
    this.#anteroom = new Anteroom(limits.waitingBytes);
    this.#heard_ms = clock.monotonic();
    this.#timer = clock.after(limits.helloTimeoutMs, () => this.outlet.close("hello_timeout"));
  }

  get session(): Session {
    if (!this.#session) throw new TypeError("nobody said hello on this socket");
    return this.#session;
  }

  get greeted(): boolean {
    return this.#session !== undefined;
  }

  get silent_ms(): number {
    return this.#context.clock.monotonic() - this.#heard_ms;
  }

  admit(session: Session): void {
    const first = this.#session === undefined;
    if (first) this.#owner.room(session);
    this.#session = session;
    this.#user = userKey(session);
    this.#timer?.cancel();
    if (!this.outlet.open) return;
    const now = this.#context.clock.now();
    this.#timer = this.#context.clock.after(Math.max(0, endOf(session, now) - now), () => this.outlet.close("token_expired"));
    if (first) this.#owner.greeted(this);
    this.#owner.admitted(this);
  }

  /** Takes nothing more, and resolves when every command taken so far is answered. */
  async finish(): Promise<void> {
    this.#finishing = true;
    // What waited for the greeting begins when that is done.
    while (this.#work.size > 0) await Promise.allSettled([...this.#work]);
  }

  async settled(): Promise<void> {
    await Promise.allSettled([...this.#sends]);
  }

  frame(bytes: Uint8Array, binary: boolean): void {
    this.#heard_ms = this.#context.clock.monotonic();
    // What comes after the slot counts as still under way: the client sends it again on its next connection.
    if (!this.outlet.open || this.#finishing) return;
    if (bytes.byteLength > this.#context.limits.frameBytes) return this.outlet.close("frame_too_large");
    if (this.#stage !== "greeting") this.#read(bytes, binary);
    else if (!this.#anteroom.keep({ bytes, binary })) this.outlet.close("overloaded");
  }

  pinged(): void {
    this.pong();
    if (this.outlet.open && this.#pace.command() > 0) this.#overrun();
  }

  #read(bytes: Uint8Array, binary: boolean): void {
    const checked: Checked = binary ? { at: "bad_frame", why: "a binary frame" } : checkFrame(decoder.decode(bytes));
    if (checked.at === "bad_frame") this.#bad(checked.why);
    else if (this.#stage === "greeted") this.#paced(checked);
    else this.#first(checked);
  }

  pong(): void {
    this.#heard_ms = this.#context.clock.monotonic();
  }

  drained(): void {
    this.outlet.drained();
  }

  closed(): void {
    this.outlet.closed();
    this.#timer?.cancel();
    for (const c of [...this.readers.keys()]) this.#context.opening.leave(this, c);
    this.#owner.gone(this);
  }

  /** The first frame is `hello`; until it is answered, what follows waits. */
  #first(checked: Exclude<Checked, { at: "bad_frame" }>): void {
    const said = checked.at === "command" && checked.command.op === "hello" ? checked.command.fields : undefined;
    if (!said && checked.at === "command") return this.#bad("the first frame is not hello");
    this.#stage = "greeting";
    this.#keep(this.#greet(checked, said));
  }

  async #greet(checked: Exclude<Checked, { at: "bad_frame" }>, said: Parameters<typeof hello>[2] | undefined): Promise<void> {
    const { id } = checked;
    try {
      if (checked.at === "refused") throw new DeskError(checked.code, checked.message);
      if (!said) throw new TypeError("a hello without fields");
      this.#context.metrics.command("hello");
      this.#finish(id, await hello(this.#context, this, said));
      this.#stage = "greeted";
      for (const { bytes, binary } of this.#anteroom.leave()) if (this.outlet.open) this.#read(bytes, binary);
    } catch (error) {
      const refusal = this.#refuse(id, error);
      this.outlet.close(closeAfter(refusal), refusal.retry_after_ms);
    }
  }

  /** Who goes too fast is told when to go on; who does not care for that is closed. */
  #paced(checked: Exclude<Checked, { at: "bad_frame" }>): void {
    const wait_ms = this.#pace.command();
    if (wait_ms === 0) this.#take(checked);
    else if (this.#overrun()) this.#refuse(checked.id, new DeskError("rate_limited", undefined, wait_ms));
  }

  /** Whether that is still worth an answer. */
  #overrun(): boolean {
    const patient = this.#pace.excess() === 0;
    if (!patient) this.outlet.close("abuse");
    return patient;
  }

  #take(checked: Exclude<Checked, { at: "bad_frame" }>): void {
    const { id } = checked;
    if (id !== undefined && this.#inFlight.has(id)) {
      this.#refuse(id, new DeskError("bad_request", `A command with the id ${id} is not answered yet.`));
    } else if (this.#inFlight.size >= this.#context.limits.inFlight) {
      this.#refuse(id, new DeskError("too_many_in_flight"));
    } else if (checked.at === "refused") {
      this.#refuse(id, new DeskError(checked.code, checked.message));
    } else {
      if (id !== undefined) this.#inFlight.add(id);
      const work = this.#perform(id, checked.command);
      this.#keep(work);
      if (checked.command.op === "send") this.#sending(work);
    }
  }

  async #perform(id: number | undefined, command: Command): Promise<void> {
    const { clock, metrics } = this.#context;
    const since_ms = clock.monotonic();
    try {
      metrics.command(command.op);
      this.#allow(command);
      const reply = await answer(this.#context, this, command);
      this.#finish(id, reply);
      metrics.answered(command.op, (clock.monotonic() - since_ms) / 1_000);
    } catch (error) {
      if (id !== undefined) this.#inFlight.delete(id);
      this.#refuse(id, error, command.op);
    }
  }

  #allow({ op }: Command): void {
    if (op === "hello") throw new DeskError("bad_request", "You said hello already.");
    if (!SAYING.has(op) && op !== "typing") return;
    const wait_ms = this.#pace.send();
    if (wait_ms > 0) throw new DeskError("rate_limited", undefined, wait_ms);
    if (SAYING.has(op)) this.#context.sendRates.counted(this.#user, this.session.tenant);
  }

  #finish(id: number | undefined, reply: Reply): void {
    if (id !== undefined) {
      const frame = reply.frame(id);
      if (Buffer.byteLength(frame) > this.#context.limits.serverFrameBytes)
        throw new DeskError("too_large", "The answer is too large; ask for less.");
      this.#inFlight.delete(id);
      this.outlet.send(frame);
    }
    reply.sent?.();
  }

  #refuse(id: number | undefined, error: unknown, op?: string): DeskError {
    const refusal = error instanceof DeskError ? error : this.#fault(error, id, op);
    this.#context.metrics.refused(refusal.code);
    const { code, message, retry_after_ms } = refusal;
    if (id !== undefined) this.outlet.send(errorFrame(id, { code, message, retry_after_ms }));
    return refusal;
  }

  /** A fault of ours: the client learns that the outcome is unknown, the log learns the rest. */
  #fault(error: unknown, command: number | undefined, op = "hello"): DeskError {
    this.#context.log.error({ err: error, socket: this.id, command, op }, "a command failed");
    return new DeskError("unavailable", "The server failed at this command.");
  }

  #bad(why: string): void {
    this.#context.log.info({ socket: this.id, from: networkOf(this.arrival.address), why }, "bad frame");
    this.outlet.close("bad_frame");
  }

  #closing(name: CloseName): void {
    this.#context.metrics.closed(name);
    this.#context.log.debug({ socket: this.id, from: networkOf(this.arrival.address), close: name }, "closing");
  }

  #sending(work: Promise<void>): void {
    this.#sends.add(work);
    void work.finally(() => this.#sends.delete(work));
  }

  #keep(work: Promise<void>): void {
    this.#work.add(work);
    void work.finally(() => this.#work.delete(work));
  }
}

function closeAfter(refusal: DeskError): CloseName {
  if (refusal instanceof TokenError) return refusal.close;
  if (refusal.code === "forbidden") return "forbidden";
  return refusal.retry ? "overloaded" : "bad_frame";
}
