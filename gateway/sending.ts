import { DeskError, refuse } from "../lib/errors.js";
import { withinBytes } from "../lib/fitting.js";
import { type Fields, maySend } from "../proto/commands.js";
import type { Draft, Receipt } from "../timeline/draft.js";
import type { Timeline } from "../timeline/timeline.js";
import type { Readership } from "./readership.js";
import type { Session } from "./session.js";

export interface SendingPorts {
  readonly timeline: Pick<Timeline, "append">;
  readonly readership: Pick<Readership, "admit">;
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
    if (!maySend(kind, user.role)) return refuse("forbidden", `A ${user.role} sends no ${kind}.`);
    if (kind === "recall") return refuse("unsupported", "This server does not take messages back yet.");
    withinBytes("body", body, this.#ports.textBytes);
    const reader = kind === "note" && user.role !== "supervisor";
    if (reader) await this.#ports.readership.admit(session, c);
    const draft: Draft = { tenant, c, from: user, mid, kind, body, ...(since && { since }), ...(reader && { reader }) };
    try {
      return await this.#ports.timeline.append(draft);
    } catch (error) {
      if (error instanceof DeskError && (error.code === "not_assigned" || error.code === "closed"))
        await this.#ports.readership.admit(session, c);
      throw error;
    }
  }
}
