import type { DirectoryCache } from "../directory/cache.js";
import { Networks } from "../lib/address.js";
import type { Clock } from "../lib/clock.js";
import type { Config } from "../lib/config.js";
import type { DeskError } from "../lib/errors.js";
import type { Logger } from "../lib/log.js";
import type { Metrics } from "../lib/metrics.js";
import type { Service } from "../lib/service.js";
import type { History } from "../persister/history.js";
import { CLOSES, type CloseName } from "../proto/codes.js";
import type { Router } from "../router/router.js";
import type { Timeline } from "../timeline/timeline.js";
import { Accounts } from "./accounts.js";
import { Authorisation } from "./authorisation.js";
import { banned, isBanned } from "./bans.js";
import { byNetwork } from "./budget.js";
import { Budgets } from "./budgets.js";
import type { Client } from "./client.js";
import { Connection, type ConnectionOwner } from "./connection.js";
import { ConnectionMetrics } from "./connection-metrics.js";
import type { Context, GatewayLimits } from "./context.js";
import { closeAll, closeInSlots } from "./drain.js";
import { Entrance, type Stay } from "./entrance.js";
import type { Files } from "./files.js";
import { Guests } from "./guests.js";
import { Hub } from "./hub.js";
import { Inboxes } from "./inboxes.js";
import { Jwks } from "./jwks.js";
import type { SessionKey } from "./keys.js";
import { KnownVisitors } from "./known-visitors.js";
import { LoginGuard } from "./login-guard.js";
import { Opening } from "./opening.js";
import { Origins } from "./origins.js";
import { closeReason } from "./outlet.js";
import { Readership } from "./readership.js";
import { Reading } from "./reading.js";
import { Recalling } from "./recalling.js";
import { Roster } from "./roster.js";
import { SendRates } from "./send-rates.js";
import { Sending } from "./sending.js";
import type { Session } from "./session.js";
import { SiteKeys } from "./site-keys.js";
import { SiteTokens } from "./site-tokens.js";
import type { Arrival, Reception, Socket, SocketHandler } from "./socket.js";
import { Tags } from "./tags.js";
import { TokenError, Tokens } from "./tokens.js";
import { Vetting } from "./vetting.js";
import { Visits } from "./visits.js";
import { Waiting } from "./waiting.js";

type TokenLimits = Pick<
  Config,
  "agentTokenMs" | "visitorTokenMs" | "refreshGraceMs" | "siteTokenMs" | "jwksMaxAgeMs" | "jwksCooldownMs" | "jwksStaleMs"
>;

export interface GatewayOptions {
  readonly timeline: Timeline;
  readonly history: History;
  readonly router: Router;
  readonly directory: DirectoryCache;
  readonly files: Files;
  readonly keys: readonly SessionKey[];
  readonly limits: GatewayLimits;
  readonly tokens: TokenLimits;
  readonly agentLostMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** The sockets of one node: takes them in, knows them, and lets them go in good order. */
export class Gateway implements Service, Reception, ConnectionOwner {
  readonly name = "gateway";
  readonly context: Context;
  readonly #connections = new Map<Connection, Stay>();
  readonly #entrance: Entrance;
  readonly #guests: Guests<Connection>;
  readonly #vetting: Vetting;
  #accepting = false;

  /** Takes the timeline's inbox: to be made before the timeline starts. */
  constructor(options: GatewayOptions) {
    const { timeline, history, router, directory, limits, clock, log, metrics } = options;
    const endOf = async (tenant: string, c: string) => (await history.conversation(tenant, c))?.head;
    const moved = (c: string): void => void opening.moved(this.#connections.keys(), c);
    const hub = new Hub({ timeline, clock, log, endOf, moved });
    const guard = new LoginGuard({ clock, limits, counts: byNetwork(new Networks(limits.exemptAddresses)) });
    const accounts = new Accounts({ directory, guard, checks: limits });
    const readership = new Readership({
      ...{ timeline, history, router },
      profile: (session) => accounts.profile(session),
      attached: (tenant, c) => hub.authority(tenant, c),
    });
    const reading = new Reading({ timeline, history, readership, limits, log });
    const inboxes = new Inboxes({ timeline, history, log });
    const tags = new Tags({ timeline, history, log });
    const opening = new Opening({ hub, reading, readership, history, router, tags, log });
    const leave = (client: Client, c: string): void => opening.released(client, c);
    const roster = new Roster({ router, accounts, history, inboxes, leave, clock, log, lost_ms: options.agentLostMs });
    const siteKeys = new SiteKeys(directory, new Jwks({ ...options.tokens, clock, log }));
    const siteTokens = new SiteTokens({ directory, keys: siteKeys, clock, siteTokenMs: options.tokens.siteTokenMs });
    this.#entrance = new Entrance(limits, { clock, metrics });
    this.#guests = new Guests(limits, metrics);
    this.#vetting = new Vetting({ fault: async (session) => closeFor(await this.#faultOf(session)), clock, log });
    const waiting = new Waiting({ hub, limits, clock });
    const budgets = new Budgets(limits, { clock, metrics });
    const connectionMetrics = new ConnectionMetrics(
      metrics,
      () => this.#connections.size,
      () => waiting.size,
    );
    this.context = {
      ...{
        node: timeline.node,
        timeline,
        history,
        router,
        directory,
        accounts,
        readership,
        reading,
        opening,
        inboxes,
        roster,
        files: options.files,
        limits,
        clock,
        log,
      },
      tokens: new Tokens({ ...options.tokens, keys: options.keys, directory, clock, site: { keys: siteKeys, tokens: siteTokens } }),
      visitors: new KnownVisitors({ timeline, history, router, clock, log, attributesBytes: limits.attributesBytes }),
      origins: new Origins(directory, limits.ownOrigins),
      authorisation: new Authorisation({ readership, offers: async (session) => (await router.inbox(session)).offers }),
      sending: new Sending({
        timeline,
        readership,
        recalling: new Recalling({ timeline, history, files: options.files, log }),
        textBytes: limits.textBytes,
      }),
      tags,
      visits: new Visits({ timeline, waiting, attributesBytes: limits.attributesBytes, clock }),
      waiting,
      sendRates: new SendRates(clock, { per_s: limits.sendsPerS, burst: limits.sendsBurst }, budgets),
      budgets,
      metrics: connectionMetrics,
    };
    timeline.deliver(hub);
    router.listen(roster);
    directory.onChange(() => void this.#closeRevoked());
  }

  async start(): Promise<void> {
    this.context.roster.start();
    this.#accepting = true;
  }

  /** Nobody new; everybody here gets a slot to come back at, is closed then, and what was taken is answered first. */
  async drain(deadline_ms: number): Promise<void> {
    this.#accepting = false;
    this.context.waiting.drain();
    const { limits, clock } = this.context;
    await closeInSlots([...this.#connections.keys()], { deadline_ms, per_s: limits.drainPerS }, clock);
  }

  async stop(): Promise<void> {
    this.#accepting = false;
    closeAll([...this.#connections.keys()], this.context.limits.drainPerS);
    this.context.roster.stop();
  }

  admit(arrival: Arrival): ((socket: Socket) => SocketHandler) | undefined {
    if (!this.#accepting) return undefined;
    return (socket) => {
      const stay = this.#entrance.enter(arrival.address);
      if (typeof stay === "number") return this.#turnAway(socket, stay);
      const connection = new Connection(this.context, arrival, socket, this);
      this.#connections.set(connection, stay);
      return connection;
    };
  }

  room(session: Session): void {
    this.#guests.room(session);
  }

  /** A revocation that came while its token was being looked at reached only those who were here. */
  admitted(connection: Connection): void {
    void this.#vetting.one(connection);
  }

  greeted(connection: Connection): void {
    this.#connections.get(connection)?.greeted();
    this.#guests.enter(connection)?.outlet.close("replaced");
  }

  gone(connection: Connection): void {
    this.#connections.get(connection)?.left();
    this.#connections.delete(connection);
    this.#guests.leave(connection);
    if (connection.greeted) this.context.roster.leave(connection);
  }

  /** With a close, not at the upgrade: a browser tells its page nothing of a refused upgrade, and of a close everything. */
  #turnAway(socket: Socket, retry_after_ms: number): SocketHandler {
    this.context.metrics.closed("overloaded");
    socket.close(CLOSES.overloaded, closeReason("overloaded", retry_after_ms));
    return DEAF;
  }

  async #closeRevoked(): Promise<void> {
    const { log, waiting } = this.context;
    const fault = (session: Session) => this.#faultOf(session);
    void waiting.judge(fault).catch((err: unknown) => log.warn({ err }, "a revocation could not be judged for those who wait"));
    await this.#vetting.all(() => this.#connections.keys());
  }

  /** Why this session is over; undefined when it is not. */
  async #faultOf(session: Session): Promise<DeskError | undefined> {
    if (await this.context.tokens.isRevoked(session)) return new TokenError("token_revoked", "This token was revoked.");
    return (await isBanned(this.context, session)) ? banned() : undefined;
  }
}

function closeFor(fault: DeskError | undefined): CloseName | undefined {
  return fault instanceof TokenError ? fault.close : fault && "forbidden";
}

/** Of a socket that was turned away. */
const DEAF: SocketHandler = {
  ...{ frame: () => undefined, pinged: () => undefined, pong: () => undefined, drained: () => undefined, closed: () => undefined },
};
