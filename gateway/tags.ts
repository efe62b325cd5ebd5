import { refuse } from "../lib/errors.js";
import { randomId } from "../lib/ids.js";
import type { Logger } from "../lib/log.js";
import type { History } from "../persister/history.js";
import { readMessage } from "../proto/frames.js";
import { tagChange } from "../proto/message.js";
import { BEGINNING } from "../proto/position.js";
import { SYSTEM } from "../router/ruling.js";
import type { Timeline } from "../timeline/timeline.js";
import type { Session } from "./session.js";

export interface TagsPorts {
  readonly timeline: Pick<Timeline, "window" | "life" | "append">;
  readonly history: Pick<History, "conversation">;
  readonly log: Logger;
}

export interface TagsAsked {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

/** Tags one conversation may have. */
export const TAGS_MAX = 50;
/** What history is behind by, at most, as a rule a handful. */
const BEHIND_MAX = 1_000;

/** The tags of conversations: entries of the timeline that agents see, the last word on each tag counting. */
export class Tags {
  readonly #ports: TagsPorts;

  constructor(ports: TagsPorts) {
    this.#ports = ports;
  }

  /** In alphabetical order: what is stored, and what was said since. Of a history that does not answer, only the latter. */
  async shown(tenant: string, c: string): Promise<readonly string[]> {
    const row = await this.#ports.history.conversation(tenant, c).catch((err: unknown) => {
      this.#ports.log.warn({ c, err }, "stored tags are not known");
      return undefined;
    });
    return this.#since(c, row);
  }

  /**
   * Adds and removes; answers all tags, durably. What is on both lists is removed. Says nothing when nothing changes. The caller has to know
   * that the session may read. Rejects with `too_large`, with `closed` for a conversation that has no life any more, and as history does.
   */
  async change({ tenant, user }: Session, c: string, asked: TagsAsked): Promise<readonly string[]> {
    const before = await this.#since(c, await this.#ports.history.conversation(tenant, c));
    const remove = unique(asked.remove ?? []).filter((tag) => before.includes(tag));
    const add = unique(asked.add ?? []).filter((tag) => !before.includes(tag) && !asked.remove?.includes(tag));
    const after = changed(before, { add, remove });
    if (add.length === 0 && remove.length === 0) return before;
    if (after.length > TAGS_MAX) return refuse("too_large", `A conversation has at most ${TAGS_MAX} tags.`);
    const body = { code: "tagged", by: user.id, add, remove };
    const life = await this.#ports.timeline.life(c);
    const since = life.at === "life" ? { since: life.head } : {};
    const draft = { tenant, c, from: SYSTEM, mid: randomId("tagged"), kind: "system", body, ...since };
    await (await this.#ports.timeline.append(draft)).durable;
    return after;
  }

  async #since(c: string, row: Awaited<ReturnType<History["conversation"]>>): Promise<readonly string[]> {
    const live = await this.#ports.timeline.window(c, { after: row?.head ?? BEGINNING, limit: BEHIND_MAX });
    const entries = live.at === "window" ? live.page.entries : [];
    const changes = entries.filter(({ kind }) => kind === "system").map(({ frame }) => tagChange(readMessage(frame).body));
    return changes.reduce(changed, row?.tags ?? []);
  }
}

function changed(tags: readonly string[], { add, remove }: Required<TagsAsked>): readonly string[] {
  return unique([...tags.filter((tag) => !remove.includes(tag)), ...add]).sort();
}

function unique(tags: readonly string[]): string[] {
  return [...new Set(tags)];
}
