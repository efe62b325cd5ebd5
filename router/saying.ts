import { type Clock, pause } from "../lib/clock.js";
import { DeskError } from "../lib/errors.js";
import { Lanes } from "../lib/lanes.js";
import type { Logger } from "../lib/log.js";
import type { History } from "../persister/history.js";
import { formatPosition } from "../proto/position.js";
import type { Authority } from "../timeline/entry.js";
import type { Timeline } from "../timeline/timeline.js";
import type { Standing } from "./conversation.js";
import type { Lives } from "./lives.js";
import { decisionOf, entryOf, type Ruling, SYSTEM, withVersion } from "./ruling.js";

/** What became of a ruling: it stands, or something newer does. */
export type Said = { readonly at: "stands"; readonly standing: Standing } | { readonly at: "overtaken"; readonly standing: Standing };

export interface SayingPorts {
  readonly timeline: Pick<Timeline, "begin" | "route" | "append" | "record" | "journalEnd">;
  readonly history: Pick<History, "find">;
  readonly lives: Lives;
  /** What the timeline last accepted, as the shard knows it: what the next ruling was made upon. */
  readonly own: (tenant: string, c: string) => Authority | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

const RETRY_FIRST_MS = 100;
const RETRY_MOST_MS = 2_000;

/**
 * Puts committed rulings into the timelines, one after another per conversation, and again until each stands or is overtaken: a routing
 * entry is accepted only if nothing was decided since, so saying it twice is harmless.
 */
export class Saying {
  readonly #ports: SayingPorts;
  readonly #lanes = new Lanes();
  readonly #records = new Lanes();
  #stopped = false;

  constructor(ports: SayingPorts) {
    this.#ports = ports;
  }

  /** No ruling is tried again after this; those under way reject with `unavailable`. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * `entered` resolves when the ruling is in the live timeline, `recorded` when its decision is on the journal: chat does not wait for that.
   * `again`: an earlier owner of the shard may have said it.
   */
  say(ruling: Ruling, again: boolean): { readonly entered: Promise<Said>; readonly recorded: Promise<void> } {
    const { tenant, c } = ruling;
    const record = { t: "decision", tenant, c, decision: decisionOf(ruling) } as const;
    return {
      entered: this.#lanes.run(c, () => this.#untilDone(ruling, (first) => this.#enter(ruling, again || !first))),
      recorded: this.#records.run(c, () => this.#untilDone(ruling, () => this.#ports.timeline.record([record]))),
    };
  }

  /** Resolves when the decisions about the conversation that were taken before this call are on the journal. */
  recorded(c: string): Promise<void> {
    return this.#records.run(c, async () => undefined);
  }

  /** Resolves when nothing is being said in the conversation that was ruled before this call. */
  quiet(c: string): Promise<void> {
    return this.#lanes.run(c, async () => undefined);
  }

  /** After what is being said: the conversation has a life, and this stands in it. */
  revive(tenant: string, c: string): Promise<Standing> {
    return this.#lanes.run(c, () => this.#revive(tenant, c));
  }

  /** `again`: it may have been said, in a life that is over; only history knows then, and nothing is said twice. */
  async #enter(ruling: Ruling, again: boolean): Promise<Said> {
    const { tenant, c, id, authority, note } = ruling;
    const before = again ? await this.#inHistory(tenant, c, id) : undefined;
    if (before) return { at: "stands", standing: { authority, pos: before } };
    if (note) await this.#leaveNote(ruling, note);
    const { timeline, own } = this.#ports;
    const upon = own(tenant, c);
    const entry = entryOf(ruling);
    const answer = ruling.begins ? await timeline.begin({ ...entry, begins: "new" }) : await timeline.route(entry);
    switch (answer.at) {
      case "routed":
      case "begun":
        return { at: "stands", standing: { authority, pos: answer.receipt.place.pos } };
      case "cold": {
        const found = await this.#inHistory(tenant, c, id);
        if (found) return { at: "stands", standing: { authority, pos: found } };
        await this.#revive(tenant, c);
        return this.#enter(ruling, again);
      }
      default: {
        const standing = answer.authority ? { authority: answer.authority, pos: answer.head } : await this.#revive(tenant, c);
        // A later life repeated what the ruling was made upon, under a version of its own.
        if (upon && agree(standing.authority, upon)) return this.#enter(withVersion(ruling, standing.authority.version + 1), again);
        return { at: agree(standing.authority, authority) ? "stands" : "overtaken", standing };
      }
    }
  }

  /** The author still holds the conversation, or may read it: it is said in front of the entry that takes it away. */
  async #leaveNote({ tenant, c, id }: Ruling, { from, text }: NonNullable<Ruling["note"]>): Promise<void> {
    const { timeline, log } = this.#ports;
    await this.#revive(tenant, c);
    try {
      await timeline.append({ tenant, c, from, mid: `${id}.note`, kind: "note", body: { text }, reader: true });
    } catch (error) {
      if (!(error instanceof DeskError) || error.retry) throw error;
      log.warn({ c, code: error.code }, "the note of a transfer was refused");
    }
  }

  async #inHistory(tenant: string, c: string, mid: string) {
    const upto = await this.#ports.timeline.journalEnd(c);
    return (await this.#ports.history.find({ tenant, c, from: SYSTEM.id, mid, life: 0, upto }))?.pos;
  }

  #revive(tenant: string, c: string): Promise<Standing> {
    return this.#ports.lives.revive(tenant, c, () => this.#ports.own(tenant, c));
  }

  async #untilDone<T>({ c, id }: Ruling, attempt: (first: boolean) => Promise<T>): Promise<T> {
    for (let delay_ms = RETRY_FIRST_MS; ; delay_ms = Math.min(delay_ms * 2, RETRY_MOST_MS)) {
      if (this.#stopped) throw new DeskError("unavailable", "The router is stopping.");
      try {
        return await attempt(delay_ms === RETRY_FIRST_MS);
      } catch (error) {
        if (!(error instanceof DeskError && error.retry)) throw error;
        this.#ports.log.warn({ c, ruling: id, code: error.code, retry_in_ms: delay_ms }, "a ruling is not said yet");
      }
      await pause(this.#ports.clock, delay_ms);
    }
  }
}

/** The two leave the conversation in the same hands. */
function agree(a: Authority, b: Authority): boolean {
  return a.state === b.state && a.assignee === b.assignee && a.topic === b.topic && a.visitor.id === b.visitor.id;
}

export function describeStanding({ authority, pos }: Standing): string {
  return `version ${authority.version} (${authority.state}) at ${formatPosition(pos)}`;
}
