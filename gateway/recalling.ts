import { refuse } from "../lib/errors.js";
import type { Logger } from "../lib/log.js";
import type { History } from "../persister/history.js";
import { readMessage } from "../proto/frames.js";
import { isRecallable, RECALL_MS } from "../proto/message.js";
import type { WindowPage } from "../timeline/broker.js";
import type { Draft } from "../timeline/draft.js";
import type { Entry } from "../timeline/entry.js";
import type { Timeline } from "../timeline/timeline.js";
import type { Files } from "./files.js";
import type { Session } from "./session.js";

export interface RecallingPorts {
  readonly files: Pick<Files, "remove">;
  readonly log: Logger;
  readonly timeline: Pick<Timeline, "window" | "journalEnd">;
  readonly history: Pick<History, "find" | "page">;
}

/** Newest entries looked at before history is asked. */
const LOOK_BACK = 200;

/** What a `recall` withdraws: where it stands, and the file it leads to. */
export interface Target {
  readonly recalls: NonNullable<Draft["recalls"]>;
  readonly file?: string;
}

const FILE_URL = /^\/v1\/files\/([\w-]+)$/;

/** Finds what a `recall` withdraws. Whether it still may is the broker's to judge, in the step that takes the recall. */
export class Recalling {
  readonly #ports: RecallingPorts;

  constructor(ports: RecallingPorts) {
    this.#ports = ports;
  }

  /** Rejects with `not_found` when the caller said nothing of this mid, or nothing that can be withdrawn; `pending` while history is behind. */
  async target({ tenant, user }: Session, c: string, mid: string): Promise<Target> {
    const live = await this.#ports.timeline.window(c, { limit: LOOK_BACK });
    if (live.at === "window" && live.tenant !== tenant) return refuse("not_found");
    const target = said(live, user.id, mid) ?? (await this.#stored({ tenant, c, from: user.id, mid, life: epochOf(live) }));
    if (!target || !isRecallable(target)) return refuse("not_found");
    const { pos, ts, audience } = target;
    const file = target.kind === "file" ? fileOf(target) : undefined;
    return { recalls: { pos, ts, within_ms: RECALL_MS, audience }, ...(file !== undefined && { file }) };
  }

  /** Removes the file of a message once its recall is durable. One that stays is only known to those who were told its address before. */
  async remove({ tenant, user }: Session, { file }: Target, durable: Promise<unknown>): Promise<void> {
    if (file === undefined) return;
    try {
      await durable;
      await this.#ports.files.remove({ tenant, by: user.id }, file);
    } catch (err) {
      this.#ports.log.warn({ err, file }, "the file of a recalled message was not removed");
    }
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

function fileOf({ frame }: Entry): string | undefined {
  return FILE_URL.exec(String(readMessage(frame).body["url"]))?.[1];
}

function said(live: Live, from: string, mid: string): Entry | undefined {
  return live.at === "window" ? live.page.entries.find((entry) => entry.from === from && entry.mid === mid) : undefined;
}

function epochOf(live: Live): number {
  return live.at === "window" ? live.epoch : 0;
}
