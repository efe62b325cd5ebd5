import type { Timer } from "../lib/clock.js";
import { DeskError } from "../lib/errors.js";
import { randomId } from "../lib/ids.js";
import { Lanes } from "../lib/lanes.js";
import { TokenBucket } from "../lib/token-bucket.js";
import { type Checked, type Command, checkFrame } from "../proto/check.js";
import type { CloseName } from "../proto/codes.js";
import { errorFrame } from "../proto/frames.js";
import type { Client } from "./client.js";
import { answer, hello } from "./commands/index.js";
import type { Context } from "./context.js";
import { Outlet } from "./outlet.js";
import type { Reader } from "./reader.js";
import type { Reply } from "./reply.js";
import type { Session } from "./session.js";
import type { Arrival, Socket, SocketHandler } from "./socket.js";
import { TokenError } from "./tokens.js";

/** What a connection tells the gateway that holds it. */
export interface ConnectionOwner {
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
  readonly #bucket: TokenBucket;
  readonly #inFlight = new Set<number>();
  readonly #work = new Set<Promise<void>>();
  #session: Session | undefined;
  #greeting: Promise<boolean> | undefined;
  #timer: Timer | undefined;
  #finishing = false;
  #heard_ms: number;

  constructor(context: Context, arrival: Arrival, socket: Socket, owner: ConnectionOwner) {
    const { clock, limits } = context;
    this.#context = context;
    this.#owner = owner;
    this.arrival = arrival;
    this.outlet = new Outlet(socket, (name) => this.#closing(name));
    this.#bucket = new TokenBucket(clock, { per_s: limits.sendsPerS, burst: limits.sendsBurst });
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
    this.#session = session;
    this.#timer?.cancel();
    if (!this.outlet.open) return;
    const left_ms = Math.max(0, session.expires_at - this.#context.clock.now());
    this.#timer = this.#context.clock.after(left_ms, () => this.outlet.close("token_expired"));
  }

  /** Takes nothing more, and resolves when every command taken so far is answered. */
  async finish(): Promise<void> {
    this.#finishing = true;
    await Promise.allSettled([...this.#work]);
  }

  frame(bytes: Uint8Array, binary: boolean): void {
    this.#heard_ms = this.#context.clock.monotonic();
    // What comes after the slot counts as still under way: the client sends it again on its next connection.
    if (!this.outlet.open || this.#finishing) return;
    if (bytes.byteLength > this.#context.limits.frameBytes) return this.outlet.close("frame_too_large");
    const checked: Checked = binary ? { at: "bad_frame", why: "a binary frame" } : checkFrame(decoder.decode(bytes));
    if (checked.at === "bad_frame") this.#bad(checked.why);
    else if (this.#greeting) this.#take(checked, this.#greeting);
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
    this.#greeting = this.#greet(checked, said);
    this.#keep(this.#greeting.then(() => undefined));
  }

  async #greet(checked: Exclude<Checked, { at: "bad_frame" }>, said: Parameters<typeof hello>[2] | undefined): Promise<boolean> {
    const { id } = checked;
    try {
      if (checked.at === "refused") throw new DeskError(checked.code, checked.message);
      if (!said) throw new TypeError("a hello without fields");
      this.#context.metrics.command("hello");
      this.#finish(id, await hello(this.#context, this, said));
      return true;
    } catch (error) {
      const refusal = this.#refuse(id, error);
      this.outlet.close(closeAfter(refusal));
      return false;
    }
  }

  #take(checked: Exclude<Checked, { at: "bad_frame" }>, greeting: Promise<boolean>): void {
    const { id } = checked;
    if (id !== undefined && this.#inFlight.has(id)) {
      this.#object(id, new DeskError("bad_request", `A command with the id ${id} is not answered yet.`), greeting);
    } else if (this.#inFlight.size >= this.#context.limits.inFlight) {
      this.#object(id, new DeskError("too_many_in_flight"), greeting);
    } else if (checked.at === "refused") {
      this.#object(id, new DeskError(checked.code, checked.message), greeting);
    } else {
      if (id !== undefined) this.#inFlight.add(id);
      this.#keep(this.#perform(id, checked.command, greeting));
    }
  }

  /** Refuses what is not even begun. Nothing precedes the reply to `hello`. */
  #object(id: number | undefined, refusal: DeskError, greeting: Promise<boolean>): void {
    this.#keep(greeting.then((greeted) => void (greeted && this.#refuse(id, refusal))));
  }

  async #perform(id: number | undefined, command: Command, greeting: Promise<boolean>): Promise<void> {
    const { clock, metrics } = this.#context;
    const since_ms = clock.monotonic();
    try {
      if (!(await greeting)) return;
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
    if (op !== "send" && op !== "typing") return;
    const wait_ms = this.#bucket.take();
    if (wait_ms > 0) throw new DeskError("rate_limited", undefined, wait_ms);
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
    this.#context.log.info({ socket: this.id, why }, "bad frame");
    this.outlet.close("bad_frame");
  }

  #closing(name: CloseName): void {
    this.#context.metrics.closed(name);
    this.#context.log.debug({ socket: this.id, close: name }, "closing");
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
