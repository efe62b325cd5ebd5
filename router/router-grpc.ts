import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { Clock, Timer } from "../lib/clock.js";
import { DeskError } from "../lib/errors.js";
import type { Logger } from "../lib/log.js";
import { GrpcServer, loadService, unaries } from "../lib/rpc-grpc.js";
import type { Party } from "../proto/message.js";
import type { Position } from "../proto/position.js";
import type { Link } from "./link.js";
import type { RouterNode } from "./node.js";
import { SHARDS } from "./node.js";
import type { AgentProfile, Push, RouterListener } from "./router.js";
import {
  askFromWire,
  callerFromWire,
  inboxToWire,
  pushToWire,
  targetFromWire,
  type WireAsk,
  type WireCaller,
  type WireTarget,
  type WireWish,
  wishFromWire,
} from "./wire-grpc.js";

export const definition = loadService("router", "RouterService");

/** Both sides say something this often, and take the other for dead after this much silence. */
export const HEARTBEAT_MS = 1_000;
export const SILENCE_MS = 3_000;

/** The fields of a call that are questions: one of them is set. */
const ASKS = [
  "open",
  "open_offline",
  "revive",
  "accept",
  "decline",
  "transfer",
  "assign",
  "close",
  "rate",
  "identify",
  "status",
  "inbox",
  "waiting",
  "agent_here",
  "agent_gone",
];

interface WireCall {
  readonly id: number;
  readonly caller: WireCaller | null;
  readonly ask?: string;
  readonly open?: WireAsk;
  readonly open_offline?: WireAsk;
  readonly revive?: string;
  readonly accept?: { readonly c: string; readonly offer: string };
  readonly decline?: { readonly c: string; readonly offer: string; readonly reason?: string };
  readonly transfer?: { readonly c: string; readonly to: WireTarget; readonly note?: string };
  readonly assign?: { readonly c: string; readonly agent: string };
  readonly close?: { readonly c: string; readonly reason?: string };
  readonly rate?: { readonly c: string; readonly score: number; readonly comment?: string };
  readonly status?: WireWish;
  readonly inbox?: object;
  readonly waiting?: string;
  readonly agent_here?: AgentProfile;
  readonly agent_gone?: object;
  readonly identify?: Party;
}

interface SessionRequest {
  readonly gateway?: string;
  readonly calls: readonly WireCall[];
}

type Stream = ServerDuplexStream<SessionRequest, object>;

/** Serves a router at `address` (`host:port`, port 0 takes any free one). */
export function serveRouter(router: RouterNode, { address, clock, log }: { address: string; clock: Clock; log: Logger }): GrpcServer {
  const admin = router.link("admin", { push: () => undefined, queueChanged: () => undefined, forgotten: () => undefined });
  const methods = {
    ...unaries(
      {
        Explain: async ({ tenant, c }: { tenant: string; c: string }) => ({
          decisions_json: (await admin.explain(tenant, c)).map((decision) => JSON.stringify(decision)),
        }),
        Queue: async ({ caller }: { caller: WireCaller }) => ({ view_json: JSON.stringify(await admin.queue(callerFromWire(caller))) }),
      },
      log,
    ),
    Session: (stream: Stream) => new GatewaySession(stream, router, clock, log),
  };
  return new GrpcServer({ name: "router-grpc", address, clock, services: [{ definition, methods }] });
}

/** One gateway's stream, as the router has it. What is said in one turn of the event loop travels as one message. */
class GatewaySession implements RouterListener {
  readonly #stream: Stream;
  readonly #router: RouterNode;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #heart: Timer;
  #gateway: string | undefined;
  #link: Link | undefined;
  #heard_ms: number;
  #answers: object[] = [];
  #pushes: object[] = [];
  #changed: string[] = [];
  #flushing = false;

  constructor(stream: Stream, router: RouterNode, clock: Clock, log: Logger) {
    this.#stream = stream;
    this.#router = router;
    this.#clock = clock;
    this.#log = log;
    this.#heard_ms = clock.monotonic();
    this.#heart = clock.every(HEARTBEAT_MS, () => this.#beat());
    stream.on("data", (request: SessionRequest) => this.#take(request));
    stream.on("end", () => this.#end());
    stream.on("cancelled", () => this.#end());
    stream.on("error", () => this.#end());
  }

  push(push: Push): void {
    this.#pushes.push(pushToWire(push));
    this.#soon();
  }

  queueChanged(tenant: string): void {
    this.#changed.push(tenant);
    this.#soon();
  }

  forgotten(): void {
    this.#end();
  }

  #take({ gateway, calls }: SessionRequest): void {
    this.#heard_ms = this.#clock.monotonic();
    if (gateway !== undefined && this.#link === undefined) {
      this.#gateway = gateway;
      this.#link = this.#router.link(gateway, this);
      this.#stream.write({ ownership: { shards: Array.from({ length: SHARDS }, (_, shard) => shard) } });
    }
    for (const call of calls) void this.#answer(call);
  }

  async #answer(call: WireCall): Promise<void> {
    const result = await this.#result(call);
    // Only here: `#answers` is another list after each flush.
    this.#answers.push({ id: call.id, ...result });
    this.#soon();
  }

  async #result(call: WireCall): Promise<object> {
    try {
      if (!this.#link) return { refusal: { code: "bad_request", message: "The first request says which gateway this is." } };
      return await perform(this.#link, call);
    } catch (error) {
      return { refusal: this.#refusal(error) };
    }
  }

  #refusal(error: unknown): object {
    if (!(error instanceof DeskError)) {
      this.#log.error({ err: error, gateway: this.#gateway }, "a gateway's call failed");
      return { code: "unavailable", message: "The router failed at this call." };
    }
    const { code, message, retry_after_ms } = error;
    return { code, message, ...(retry_after_ms === undefined ? {} : { retry_after_ms }) };
  }

  #soon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    const message = { answers: this.#answers, pushes: this.#pushes, changed: this.#changed };
    this.#answers = [];
    this.#pushes = [];
    this.#changed = [];
    this.#stream.write(message);
  }

  #beat(): void {
    if (this.#clock.monotonic() - this.#heard_ms > SILENCE_MS) return this.#end();
    this.#soon();
  }

  #end(): void {
    this.#heart.cancel();
    this.#stream.end();
    const gateway = this.#gateway;
    this.#gateway = undefined;
    if (gateway === undefined) return;
    void this.#router.unlink(gateway, this);
  }
}

async function perform(link: Link, call: WireCall): Promise<object> {
  const caller = callerFromWire(call.caller ?? { tenant: "", user: null });
  switch (call.ask) {
    case "open":
      return { opened: (await link.open(caller, askFromWire(call.open ?? {}))).c };
    case "open_offline":
      return { opened: (await link.openOffline(caller, askFromWire(call.open_offline ?? {}))).c };
    case "revive":
      return { revived: await link.revive(caller.tenant, call.revive ?? "") };
    case "accept":
      return done(link.accept(caller, call.accept?.c ?? "", call.accept?.offer ?? ""));
    case "decline":
      return done(link.decline(caller, call.decline?.c ?? "", call.decline?.offer ?? "", call.decline?.reason));
    case "transfer":
      return done(link.transfer(caller, call.transfer?.c ?? "", targetFromWire(call.transfer?.to ?? { skills: [] }), call.transfer?.note));
    case "assign":
      return done(link.assign(caller, call.assign?.c ?? "", call.assign?.agent ?? ""));
    case "close":
      return { closed: wire((await link.close(caller, call.close?.c ?? "", call.close?.reason)).pos) };
    case "rate":
      return done(link.rate(caller, call.rate?.c ?? "", call.rate?.score ?? 0, call.rate?.comment));
    case "status":
      return { status: await link.status(caller, wishFromWire(call.status ?? { status: "offline" })) };
    case "inbox":
      return { inbox: inboxToWire(await link.inbox(caller)) };
    case "waiting":
      return { waiting: { place: (await link.waiting(caller.tenant, call.waiting ?? "")) ?? null } };
    case "identify":
      return done(link.identify(caller, call.identify ?? caller.user));
    case "agent_here":
      return done(link.agentHere(caller, call.agent_here ?? { skills: [], topics: [], capacity: 0, capacity_max: 0 }));
    case "agent_gone":
      return done(link.agentGone(caller));
    default:
      throw new DeskError("unsupported", `There is no such call; known are ${ASKS.join(", ")}.`);
  }
}

async function done(work: Promise<void>): Promise<object> {
  await work;
  return { done: {} };
}

function wire([epoch, n]: Position): object {
  return { epoch, n };
}
