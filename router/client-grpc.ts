import { refuse } from "../lib/errors.js";
import { GrpcClient } from "../lib/rpc-grpc.js";
import type { Service } from "../lib/service.js";
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
import { definition } from "./router-grpc.js";
import { DEADLINE_MS, SessionStream, type SessionStreamOptions } from "./session-grpc.js";
import { askToWire, inboxFromWire, wishToWire } from "./wire-grpc.js";

/** The router as a gateway has it. What belongs to its agents' and visitors' order goes over one {@link SessionStream}; views are calls of their own. */
export class RouterClient implements Router, Service {
  readonly name = "router-client";
  readonly #session: SessionStream;
  readonly #unary: GrpcClient;

  constructor(options: SessionStreamOptions) {
    this.#session = new SessionStream(options);
    this.#unary = new GrpcClient({ ...options, definition, deadline_ms: DEADLINE_MS });
  }

  listen(listener: RouterListener): void {
    this.#session.listen(listener);
  }

  /** Resolves when a router answered. */
  start(): Promise<void> {
    return this.#session.start();
  }

  /** Lets the calls under way finish. */
  drain(deadline_ms: number): Promise<void> {
    return this.#session.drain(deadline_ms);
  }

  async stop(): Promise<void> {
    this.#session.stop();
    this.#unary.close();
  }

  async open(caller: Caller, ask: Ask): Promise<{ readonly c: string }> {
    return { c: (await this.#session.call({ caller, open: askToWire(ask) })).opened ?? "" };
  }

  async openOffline(caller: Caller, ask: Ask): Promise<{ readonly c: string }> {
    return { c: (await this.#session.call({ caller, open_offline: askToWire(ask) })).opened ?? "" };
  }

  async revive(tenant: string, c: string): Promise<"alive" | "closed"> {
    const { revived } = await this.#session.call({ caller: { tenant, user: null }, revive: c });
    return revived === "closed" ? "closed" : "alive";
  }

  async accept(caller: Caller, c: string, offer: string): Promise<void> {
    await this.#session.call({ caller, accept: { c, offer } });
  }

  async decline(caller: Caller, c: string, offer: string, reason?: string): Promise<void> {
    await this.#session.call({ caller, decline: { c, offer, ...(reason === undefined ? {} : { reason }) } });
  }

  async assign(caller: Caller, c: string, agent: string): Promise<void> {
    await this.#session.call({ caller, assign: { c, agent } });
  }

  async transfer(
    caller: Caller,
    c: string,
    to: { agent?: string; topic?: string; skills?: readonly string[] },
    note?: string,
  ): Promise<void> {
    await this.#session.call({ caller, transfer: { c, to, ...(note === undefined ? {} : { note }) } });
  }

  async close(caller: Caller, c: string, reason?: string): Promise<{ readonly pos: Position }> {
    const { closed } = await this.#session.call({ caller, close: { c, ...(reason === undefined ? {} : { reason }) } });
    return closed ? { pos: [closed.epoch, closed.n] } : refuse("unavailable");
  }

  async rate(caller: Caller, c: string, score: number, comment?: string): Promise<void> {
    await this.#session.call({ caller, rate: { c, score, ...(comment === undefined ? {} : { comment }) } });
  }

  async identify(caller: Caller, to: Party): Promise<void> {
    await this.#session.call({ caller, identify: to });
  }

  async status(caller: Caller, wish: StatusWish): Promise<AgentStatus> {
    const { status } = await this.#session.call({ caller, status: wishToWire(wish) });
    return status ? { ...status, status: status.status as Status } : refuse("unavailable");
  }

  async inbox(caller: Caller): Promise<Inbox> {
    const { inbox } = await this.#session.call({ caller, inbox: {} });
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
    const { waiting } = await this.#session.call({ caller: { tenant, user: null }, waiting: c });
    return waiting?.place ?? undefined;
  }

  async agentHere(caller: Caller, profile: AgentProfile): Promise<void> {
    await this.#session.call({ caller, agent_here: profile });
  }

  async agentGone(caller: Caller): Promise<void> {
    await this.#session.call({ caller, agent_gone: {} });
  }
}
