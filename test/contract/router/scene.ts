import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { MessageEvent, Party } from "../../../proto/message.js";
import type { AgentEvent, AgentProfile, Caller, Push, Router, RouterListener } from "../../../router/router.js";
import { TENANT } from "../../support/router-house.js";
import { until } from "../../support/until.js";
import type { RouterContract, RouterInHouse } from "./suite.js";

export const PROFILE: AgentProfile = { skills: ["en"], topics: ["*"], capacity: 5, capacity_max: 10 };

export const VERA = visitor("vera");
export const ADA = agent("ada");
export const LIN = agent("lin");
export const MAX = agent("max");
export const SUN = agent("sun", "supervisor");

export function visitor(id: string, tenant = TENANT): Caller {
  return { tenant, user: { id, role: "visitor", name: id } };
}

export function agent(id: string, role: Party["role"] = "agent", tenant = TENANT): Caller {
  return { tenant, user: { id, role, name: id } };
}

/** What one gateway is told. */
export class Ear implements RouterListener {
  readonly pushes: Push[] = [];
  readonly changes: string[] = [];

  push(push: Push): void {
    this.pushes.push(push);
  }

  queueChanged(tenant: string): void {
    this.changes.push(tenant);
  }

  forgotten(): void {}

  /** What the agent was told, in order. */
  told({ user }: Caller): AgentEvent[] {
    return this.pushes.filter((push) => push.agent === user.id).map(({ event }) => event);
  }

  async event<E extends AgentEvent["ev"]>(who: Caller, ev: E, c?: string): Promise<Extract<AgentEvent, { ev: E }>> {
    const fits = (event: AgentEvent): boolean => event.ev === ev && (c === undefined || ("c" in event && event.c === c));
    await until(`${ev} for ${who.user.id}`, () => this.told(who).some(fits));
    return this.told(who).findLast(fits) as Extract<AgentEvent, { ev: E }>;
  }
}

/** A router, two gateways that listen, and what people do there. */
export class Scene {
  readonly house: RouterInHouse;
  readonly router: Router;
  readonly ear = new Ear();
  readonly far = new Ear();

  constructor(house: RouterInHouse) {
    this.house = house;
    this.router = house.router;
    house.router.listen(this.ear);
    house.elsewhere.listen(this.far);
  }

  static async of(contract: RouterContract, t: TestContext): Promise<Scene> {
    return new Scene(await contract.factory(t));
  }

  /** The agent has a socket at the first gateway and is online. */
  async comes(who: Caller, profile: Partial<AgentProfile> = {}): Promise<void> {
    await this.router.agentHere(who, { ...PROFILE, ...profile });
    await this.router.status(who, { status: "online" });
  }

  async asks(who: Caller = VERA, topic?: string): Promise<string> {
    return (await this.router.open(who, topic === undefined ? {} : { topic })).c;
  }

  /** The offer as the agent was shown it. */
  async offer(who: Caller, c: string): Promise<string> {
    return (await this.ear.event(who, "offer", c)).offer;
  }

  async accepts(who: Caller, c: string): Promise<void> {
    await this.router.accept(who, c, await this.offer(who, c));
  }

  /** A conversation of this visitor that the agent holds. */
  async held(by: Caller, visitor: Caller = VERA): Promise<string> {
    await this.comes(by);
    const c = await this.asks(visitor);
    await this.accepts(by, c);
    return c;
  }

  async entries(c: string): Promise<readonly MessageEvent[]> {
    const answer = await this.house.timeline.window(c, { limit: 200 });
    assert.equal(answer.at, "window", `the timeline of ${c}`);
    return answer.at === "window" ? answer.page.entries.map(({ frame }) => JSON.parse(frame) as MessageEvent) : [];
  }

  /** The routing entries of the live timeline, in order: event, and the assignee it leaves. */
  async routed(c: string): Promise<string[]> {
    const routing = (await this.entries(c)).filter(({ kind }) => kind === "routing");
    return routing.map(({ body }) => [body["event"], body["assignee"]].filter(Boolean).join(" "));
  }

  async becomes(c: string, last: string): Promise<void> {
    await until(`${c} to become ${last}`, async () => (await this.routed(c)).at(-1) === last);
  }

  /** Who holds the conversation, as its timeline says. */
  async assignee(c: string): Promise<string | undefined> {
    const life = await this.house.timeline.life(c);
    return life.at === "life" ? life.authority?.assignee : undefined;
  }
}
