import { refuse } from "../lib/errors.js";
import type { History } from "../persister/history.js";
import type { WindowPage } from "../timeline/broker.js";
import type { Draft } from "../timeline/draft.js";
import type { Entry } from "../timeline/entry.js";
import type { Timeline } from "../timeline/timeline.js";
import type { Session } from "./session.js";

export interface RecallingPorts {
  readonly timeline: Pick<Timeline, "window" | "journalEnd">;
  readonly history: Pick<History, "find" | "page">;
}

/** How long after it was said a message may be taken back. */
const RECALL_MS = 120_000;
/** Newest entries looked at before history is asked. */
const LOOK_BACK = 200;

const RECALLABLE: ReadonlySet<string> = new Set(["text", "file", "card", "note"]);

/** Finds what a `recall` takes back. Whether it still may is the broker's to judge, in the step that takes the recall. */
export class Recalling {
  readonly #ports: RecallingPorts;

  constructor(ports: RecallingPorts) {
    this.#ports = ports;
  }

  /** Rejects with `not_found` when the caller said nothing of this mid, or nothing that can be taken back; `pending` while history is behind. */
  async target({ tenant, user }: Session, c: string, mid: string): Promise<NonNullable<Draft["recalls"]>> {
    const live = await this.#ports.timeline.window(c, { limit: LOOK_BACK });
    if (live.at === "window" && live.tenant !== tenant) return refuse("not_found");
    const target = said(live, user.id, mid) ?? (await this.#stored({ tenant, c, from: user.id, mid, life: epochOf(live) }));
    if (!target || !RECALLABLE.has(target.kind)) return refuse("not_found");
    const { pos, ts, audience } = target;
    return { pos, ts, within_ms: RECALL_MS, audience };
  }

  async #stored(asked: { tenant: string; c: string; from: string; mid: string; life: number }): Promise<Entry | undefined> {
    const { timeline, history } = this.#ports;
    const { tenant, c } = asked;
    const found = await history.find({ ...asked, upto: await timeline.journalEnd(c) });
    if (!found) return undefined;
    const [epoch, n] = found.pos;
    const { rows } = await history.page({ tenant, c, after: [epoch, n - 1], limit: 1 });
    return rows[0]?.entry;
  }
}

type Live = Exclude<WindowPage, { at: "fenced" }>;

function said(live: Live, from: string, mid: string): Entry | undefined {
  return live.at === "window" ? live.page.entries.find((entry) => entry.from === from && entry.mid === mid) : undefined;
}

function epochOf(live: Live): number {
  return live.at === "window" ? live.epoch : 0;
}
