import { DeskError } from "../lib/errors.js";
import { withinBytes } from "../lib/fitting.js";
import type { Fields } from "../proto/commands.js";
import type { Draft, Receipt } from "../timeline/draft.js";
import type { Timeline } from "../timeline/timeline.js";
import { maySend } from "./authorisation.js";
import type { Readership } from "./readership.js";
import type { Recalling } from "./recalling.js";
import type { Session } from "./session.js";

export interface SendingPorts {
  readonly timeline: Pick<Timeline, "append">;
  readonly readership: Pick<Readership, "admit" | "serves">;
  readonly recalling: Pick<Recalling, "target" | "remove">;
  readonly textBytes: number;
}

/** From a checked `send` to the timeline, whichever way it came in. */
export class Sending {
  readonly #ports: SendingPorts;

  constructor(ports: SendingPorts) {
    this.#ports = ports;
  }

  /**
   * Resolves when the message has its place; the receipt's `durable` is what the sender is told. Rejects with `forbidden` (this role sends no
   * such kind), `too_large`, and as {@link Timeline.append} does; what the sender may not read is `not_found`.
   */
  async append(session: Session, { c, mid, kind, body, since }: Fields<"send">): Promise<Receipt> {
    const { tenant, user } = session;
    maySend(user, kind);
    withinBytes("body", body, this.#ports.textBytes);
    const target = kind === "recall" ? await this.#ports.recalling.target(session, c, body.mid) : undefined;
    const reader = await this.#vouched(session, c, kind === "note" || target?.recalls.audience === "agents");
    const draft: Draft = {
      tenant,
      c,
      from: user,
      mid,
      kind,
      body,
      ...(since && { since }),
      ...(reader && { reader }),
      ...(target && { recalls: target.recalls }),
    };
    try {
      const receipt = await this.#ports.timeline.append(draft);
      if (target) void this.#ports.recalling.remove(session, target, receipt.durable);
      return receipt;
    } catch (error) {
      if (error instanceof DeskError && (error.code === "not_assigned" || error.code === "closed"))
        await this.#ports.readership.admit(session, c);
      throw error;
    }
  }

  /** What the broker cannot know: that an agent who writes a note, or withdraws one, may read the conversation, and that a bot serves its topic. */
  async #vouched(session: Session, c: string, forAgents: boolean): Promise<boolean> {
    const { role } = session.user;
    if (role === "bot") return this.#ports.readership.serves(session, await this.#ports.readership.admit(session, c));
    if (role !== "agent" || !forAgents) return false;
    await this.#ports.readership.admit(session, c);
    return true;
  }
}
