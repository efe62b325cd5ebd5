import { refuse } from "../lib/errors.js";
import type { History } from "../persister/history.js";
import type { Party, Role } from "../proto/message.js";
import type { AgentProfile, Router } from "../router/router.js";
import type { Authority } from "../timeline/entry.js";
import type { Timeline } from "../timeline/timeline.js";
import type { Session } from "./session.js";

export interface ReadershipPorts {
  readonly timeline: Pick<Timeline, "life">;
  readonly history: Pick<History, "conversation">;
  readonly router: Pick<Router, "revive">;
  /** What the account says of an agent. */
  readonly profile: (session: Session) => Promise<AgentProfile>;
  /** The authority this node holds because it has the conversation attached. */
  readonly attached: (tenant: string, c: string) => Authority | undefined;
}

/**
 * Who may read: the visitor its own; an agent or bot what it holds or held and the conversations of its topics; a supervisor the tenant.
 *
 * Judged by the authority as the last routing entry left it: of this node's attachment, of the life, or of history, in that order.
 */
export class Readership {
  readonly #ports: ReadershipPorts;

  constructor(ports: ReadershipPorts) {
    this.#ports = ports;
  }

  /** The conversation's authority, for somebody who may read it; `not_found` for everybody else, whether it exists or not. */
  async admit(session: Session, c: string): Promise<Authority> {
    const authority = await this.authority(session.tenant, c);
    return (await this.#mayRead(session, authority)) ? authority : refuse("not_found");
  }

  /** Whether the topics of an agent's or a bot's account name the conversation's. */
  async serves(session: Session, { topic }: Authority): Promise<boolean> {
    return serves(await this.#ports.profile(session), topic);
  }

  /** Rejects with `not_found` for what was never opened, `pending` while history is too far behind to say so. */
  async authority(tenant: string, c: string): Promise<Authority> {
    const known = this.#ports.attached(tenant, c) ?? (await this.#live(tenant, c)) ?? (await this.#stored(tenant, c));
    if (known) return known;
    await this.#ports.router.revive(tenant, c);
    return (await this.#live(tenant, c)) ?? (await this.#stored(tenant, c)) ?? refuse("not_found");
  }

  async #live(tenant: string, c: string): Promise<Authority | undefined> {
    const life = await this.#ports.timeline.life(c);
    if (life.at === "cold") return undefined;
    return life.tenant === tenant ? life.authority : refuse("not_found");
  }

  async #stored(tenant: string, c: string): Promise<Authority | undefined> {
    return (await this.#ports.history.conversation(tenant, c))?.authority;
  }

  async #mayRead(session: Session, authority: Authority): Promise<boolean> {
    const { role } = session.user;
    if (role === "supervisor") return true;
    if (isMember(session.user, authority)) return true;
    return role !== "visitor" && this.serves(session, authority);
  }
}

/** Who holds or held it, its visitor, and whoever that was before the site named it. */
function isMember({ id, role }: Party, { visitor, members }: Authority): boolean {
  const sameSide = (other: Role): boolean => (other === "visitor") === (role === "visitor");
  return [visitor, ...members].some((each) => each.id === id && sameSide(each.role));
}

/** True when an account's topics name this one, or all of them. */
export function serves(profile: AgentProfile, topic: string): boolean {
  return profile.topics.includes(topic) || profile.topics.includes("*");
}
