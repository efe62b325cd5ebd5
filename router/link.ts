import { isDeepStrictEqual } from "node:util";
import type { DirectoryCache } from "../directory/cache.js";
import type { Clock } from "../lib/clock.js";
import { refuse } from "../lib/errors.js";
import { randomId } from "../lib/ids.js";
import type { History } from "../persister/history.js";
import type { Ask, Party } from "../proto/message.js";
import type { Position } from "../proto/position.js";
import type { Decision } from "../timeline/record.js";
import type { Timeline } from "../timeline/timeline.js";
import { openEvent, sharedBy } from "./asking.js";
import type { Conversation, Standing } from "./conversation.js";
import { placeOf } from "./places.js";
import { declinedAlready, isVisitor, mayAssign, mayClose, mayCloseAgain } from "./rights.js";
import { effective, statusAtReturn } from "./roster.js";
import type { AgentProfile, AgentStatus, Caller, Inbox, Push, QueuePlace, QueueView, Router, StatusWish } from "./router.js";
import { SYSTEM } from "./ruling.js";
import type { Said, Saying } from "./saying.js";
import type { Answered, Question, Shard } from "./shard.js";
import type { Desk, DeskEvent, Rules } from "./state.js";
import { type TopicTerms, termsOf, topicsOf } from "./terms.js";
import { inboxOf, queueView } from "./views.js";

export interface LinkPorts {
  /** The shard of a tenant; rejects with `unavailable` where it is not owned here. */
  readonly shardOf: (tenant: string) => Shard;
  readonly directory: Pick<DirectoryCache, "get" | "list">;
  readonly history: Pick<History, "conversation" | "conversations" | "decisions">;
  readonly timeline: Pick<Timeline, "append" | "journalEnd">;
  readonly saying: Pick<Saying, "revive" | "quiet" | "recorded">;
  readonly push: (push: Push) => void;
  readonly rules: Rules;
  readonly clock: Clock;
}

const DECISIONS_MAX = 200;
/** As many conversations as one visitor can have open: there are hardly more topics. */
const GATHERED_MAX = 100;

/** What one gateway asks. Who may ask what is judged here, on the desk as it is at the question's turn. */
export class Link implements Omit<Router, "listen"> {
  readonly #gateway: string;
  readonly #ports: LinkPorts;

  constructor(gateway: string, ports: LinkPorts) {
    this.#gateway = gateway;
    this.#ports = ports;
  }

  open(caller: Caller, ask: Ask): Promise<{ readonly c: string }> {
    return this.#open(caller, ask, false);
  }

  openOffline(caller: Caller, ask: Ask): Promise<{ readonly c: string }> {
    return this.#open(caller, ask, true);
  }

  async #open({ tenant, user }: Caller, ask: Ask, offline: boolean): Promise<{ readonly c: string }> {
    if (user.role !== "visitor") return refuse("forbidden", "Only visitors ask for a conversation.");
    const at = await this.#terms(tenant, ask.topic);
    const { c, there } = await this.#done(tenant, (desk, now) => openEvent(desk, { visitor: user, ask, offline, ...at }, now));
    if (there) await this.#ports.saying.quiet(c);
    return { c };
  }

  async revive(tenant: string, c: string): Promise<"alive" | "closed"> {
    const shard = this.#ports.shardOf(tenant);
    const known = shard.desk(tenant)?.conversations.get(c);
    const stored = known ? undefined : await this.#ports.history.conversation(tenant, c);
    if ((known?.state ?? stored?.authority.state) === "closed") return "closed";
    const standing = await this.#ports.saying.revive(tenant, c);
    await this.#adopt(tenant, c, standing);
    return "alive";
  }

  async accept(caller: Caller, c: string, offer: string): Promise<void> {
    const agent = caller.user.id;
    const before = await this.#done(caller.tenant, (desk) => {
      const conversation = desk.conversations.get(c);
      if (conversation?.assignee === agent) return { answer: true };
      if (conversation?.offer?.id !== offer || conversation.offer.agent !== agent)
        refuse("conflict", "This offer does not stand any more.");
      return { answer: false, event: { type: "accepted", c, agent, offer } };
    });
    if (before) await this.#holds(caller.tenant, c, agent);
  }

  async decline(caller: Caller, c: string, offer: string, reason?: string): Promise<void> {
    const agent = caller.user.id;
    await this.#done(caller.tenant, (desk) => {
      const conversation = desk.conversations.get(c);
      if (conversation?.offer?.id === offer && conversation.offer.agent === agent)
        return { answer: undefined, event: { type: "declined", c, agent, offer, ...(reason === undefined ? {} : { why: reason }) } };
      if (!declinedAlready(conversation, agent)) refuse("conflict", "This offer is not yours to decline.");
      return { answer: undefined };
    });
  }

  async assign(caller: Caller, c: string, agent: string): Promise<void> {
    const { tenant, user } = caller;
    if (user.role !== "supervisor" && agent !== user.id) return refuse("forbidden", "Only a supervisor gives conversations to others.");
    if (agent !== user.id) await this.#isAgent(tenant, agent);
    const { topic } = await this.#known(tenant, c);
    const row = await this.#ports.directory.get("topic", tenant, topic);
    const before = await this.#done(tenant, (desk) => {
      const conversation = known(desk, c);
      if (conversation.state === "closed") refuse("closed");
      if (conversation.assignee === agent) return { answer: true };
      const manual_pick = row?.manual_pick === true && conversation.topic === topic;
      mayAssign(desk, conversation, { by: user, agent, manual_pick });
      return { answer: false, event: { type: "assigned", c, by: user, agent } };
    });
    if (before) await this.#holds(tenant, c, agent);
  }

  async transfer(
    caller: Caller,
    c: string,
    to: { agent?: string; topic?: string; skills?: readonly string[] },
    note?: string,
  ): Promise<void> {
    const { tenant, user } = caller;
    if (to.agent === undefined && to.topic === undefined && !to.skills?.length) refuse("bad_request", "Say to whom.");
    if (to.agent !== undefined) await this.#isAgent(tenant, to.agent);
    const { topic } = await this.#known(tenant, c);
    const at = await this.#terms(tenant, to.topic ?? topic);
    await this.#done(tenant, (desk) => {
      const conversation = known(desk, c);
      if (conversation.state === "closed") refuse("closed");
      if (user.role !== "supervisor" && conversation.assignee !== user.id) {
        if (isDeepStrictEqual(conversation.handed, { by: user.id, to })) return { answer: undefined };
        refuse("not_assigned");
      }
      if (to.agent !== undefined && to.agent === conversation.assignee) refuse("conflict", "This agent holds the conversation already.");
      return {
        answer: undefined,
        event: { type: "transferred", c, by: user, to, ...at },
        ...(note === undefined || note === "" ? {} : { note: { from: user, text: note } }),
      };
    });
  }

  async close(caller: Caller, c: string, reason?: string): Promise<{ readonly pos: Position }> {
    const { tenant, user } = caller;
    const conversation = await this.#known(tenant, c).catch(async (error: unknown) => {
      const stored = await this.#ports.history.conversation(tenant, c);
      if (!stored?.closed) throw error;
      mayCloseAgain(stored.authority, user);
      return { closed: stored.closed };
    });
    if ("closed" in conversation) return { pos: conversation.closed };
    const { said } = await this.#ports.shardOf(tenant).ask(tenant, (desk) => {
      const row = known(desk, c);
      if (row.state === "closed") mayCloseAgain(row, user);
      else mayClose(row, user);
      return { answer: undefined, ...(row.state === "closed" ? {} : { event: closeEvent(c, user, reason) }) };
    });
    const [own] = await Promise.all(said);
    if (!own) await this.#ports.saying.quiet(c);
    const standing = own?.standing ?? this.#row(tenant, c)?.standing;
    if (standing?.authority.state === "closed") return { pos: standing.pos };
    return refuse("unavailable", "The conversation is being closed; try again.", 500);
  }

  async rate(caller: Caller, c: string, score: number, comment?: string): Promise<void> {
    const { tenant, user } = caller;
    const whose = this.#row(tenant, c) ?? (await this.#ports.history.conversation(tenant, c))?.authority;
    if (!whose || !isVisitor(whose, user)) return refuse("not_found");
    await this.#ports.saying.revive(tenant, c);
    const body = { code: "rated", score, ...(comment === undefined ? {} : { comment }) };
    const receipt = await this.#ports.timeline.append({ tenant, c, from: SYSTEM, mid: randomId("rated"), kind: "system", body });
    await receipt.durable;
  }

  async identify({ tenant, user }: Caller, to: Party): Promise<void> {
    if (user.role !== "visitor" || to.role !== "visitor") return refuse("forbidden", "Only visitors are identified.");
    if (user.id === to.id) return;
    await this.#gather(tenant, user.id);
    const { answer, said } = await this.#ports.shardOf(tenant).ask(tenant, (desk) => ({
      answer: sharedBy(desk, user, to),
      event: { type: "identified", visitor: user.id, to },
    }));
    await Promise.all(answer.map((c) => this.#ports.saying.quiet(c)));
    if ((await Promise.all(said)).some(({ at }) => at === "overtaken"))
      refuse("unavailable", "Something newer was decided about a conversation; try again.", 200);
  }

  async status({ tenant, user }: Caller, wish: StatusWish): Promise<AgentStatus> {
    await this.#ports.shardOf(tenant).ask(tenant, (desk) => {
      if (!desk.agents.has(user.id)) refuse("unavailable", "You are not known here yet; try again.", 500);
      return { answer: undefined, event: { type: "status", agent: user.id, wish } };
    });
    const agent = this.#ports.shardOf(tenant).desk(tenant)?.agents.get(user.id) ?? refuse("unavailable");
    const holds = effective(agent);
    const event = { ev: "status", status: holds.status, reason: "set" } as const;
    const { session: except } = wish;
    this.#ports.push({ tenant, agent: user.id, event, ...(except === undefined ? {} : { except }) });
    return holds;
  }

  async inbox({ tenant, user }: Caller): Promise<Inbox> {
    return inboxOf(this.#ports.shardOf(tenant).desk(tenant), user.id, this.#ports.clock.now());
  }

  async queue({ tenant, user }: Caller): Promise<QueueView> {
    const { shardOf, directory, clock } = this.#ports;
    const desk = shardOf(tenant).desk(tenant);
    const account = desk?.agents.get(user.id)?.profile ?? (await directory.get("account", tenant, user.id));
    const serves = user.role === "supervisor" ? ["*"] : (account?.topics ?? []);
    return queueView(desk, { user, serves, topics: await topicsOf(directory, tenant) }, clock.now());
  }

  async explain(tenant: string, c: string): Promise<readonly Decision[]> {
    await this.#ports.saying.recorded(c);
    const upto = await this.#ports.timeline.journalEnd(c);
    const decisions = await this.#ports.history.decisions(tenant, c, DECISIONS_MAX, upto);
    return decisions.toSorted((a, b) => a.at - b.at || (a.version ?? 0) - (b.version ?? 0));
  }

  async waiting(tenant: string, c: string): Promise<QueuePlace | undefined> {
    const desk = this.#ports.shardOf(tenant).desk(tenant);
    const conversation = desk?.conversations.get(c);
    return desk && conversation && placeOf(desk, conversation, this.#ports.clock.now());
  }

  async agentHere({ tenant, user }: Caller, profile: AgentProfile): Promise<void> {
    const { answer: restored } = await this.#ports.shardOf(tenant).ask(tenant, (desk, now) => ({
      answer: statusAtReturn(desk, desk.agents.get(user.id), now),
      event: { type: "agent_here", party: user, profile, gateway: this.#gateway },
    }));
    if (restored) this.#ports.push({ tenant, agent: user.id, event: { ev: "status", status: restored, reason: "restored" } });
  }

  async agentGone({ tenant, user }: Caller): Promise<void> {
    const event = { type: "agent_gone", agent: user.id, gateway: this.#gateway } as const;
    await this.#ports.shardOf(tenant).ask(tenant, () => ({ answer: undefined, event }));
  }

  /** What was ruled before stands, and the agent holds the conversation. Rejects with `conflict` when it does not. */
  async #holds(tenant: string, c: string, agent: string): Promise<void> {
    await this.#ports.saying.quiet(c);
    if (this.#row(tenant, c)?.assignee !== agent) refuse("conflict", "Something newer was decided about this conversation.");
  }

  /** Asks, and waits until what was ruled for it stands. Rejects with `conflict` when something newer does. */
  async #done<T>(tenant: string, question: Question<T>): Promise<T> {
    const { answer, said }: Answered<T> = await this.#ports.shardOf(tenant).ask(tenant, question);
    const [own]: (Said | undefined)[] = await Promise.all(said);
    return own?.at === "overtaken" ? refuse("conflict", "Something newer was decided about this conversation.") : answer;
  }

  /** The conversation as the desk has it; an open one that the desk forgot is taken in again. Rejects with `not_found`. */
  async #known(tenant: string, c: string): Promise<Conversation> {
    if (!this.#row(tenant, c) && (await this.revive(tenant, c)) === "closed") return refuse("closed");
    return this.#row(tenant, c) ?? refuse("not_found");
  }

  /** Takes in again what the visitor has open and the desk forgot. */
  async #gather(tenant: string, visitor: string): Promise<void> {
    const { rows } = await this.#ports.history.conversations({ tenant, member: visitor, limit: GATHERED_MAX });
    const cold = rows.filter(
      ({ c, authority }) => authority.state !== "closed" && authority.visitor.id === visitor && !this.#row(tenant, c),
    );
    await Promise.all(cold.map(({ c }) => this.revive(tenant, c)));
  }

  #row(tenant: string, c: string): Conversation | undefined {
    return this.#ports.shardOf(tenant).desk(tenant)?.conversations.get(c);
  }

  /** What stands in a life that the desk did not make. */
  async #adopt(tenant: string, c: string, standing: Standing): Promise<void> {
    const { topic } = standing.authority;
    const row = this.#row(tenant, c);
    const terms = row?.terms ?? (await this.#terms(tenant, topic)).terms;
    await this.#ports.shardOf(tenant).ask(tenant, (desk) => ({
      answer: undefined,
      event: { type: "repaired", c, standing, terms, ask: desk.conversations.get(c)?.ask ?? { topic } },
    }));
  }

  #terms(tenant: string, topic: string | undefined): Promise<TopicTerms> {
    return termsOf(this.#ports.directory, this.#ports.rules, tenant, topic);
  }

  async #isAgent(tenant: string, id: string): Promise<void> {
    if (this.#ports.shardOf(tenant).desk(tenant)?.agents.has(id)) return;
    const account = await this.#ports.directory.get("account", tenant, id);
    if (!account || account.disabled) refuse("not_found", "There is no such agent.");
  }
}

function known(desk: Desk, c: string): Conversation {
  return desk.conversations.get(c) ?? refuse("not_found");
}

function closeEvent(c: string, by: Party, why: string | undefined): DeskEvent {
  return { type: "closed", c, by, ...(why === undefined ? {} : { why }) };
}
