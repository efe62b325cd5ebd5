import type { MessageEvent } from "../../proto/message.js";
import { BEGINNING, compare, type Position } from "../../proto/position.js";

/** The tags of one conversation, as the newest reply and the entries since say. */
export class Tags {
  list: readonly string[] = [];
  #at: Position = BEGINNING;

  /** All there are at `head`. */
  opened(tags: readonly string[], head: Position): void {
    this.list = tags;
    this.#at = head;
  }

  /** An older entry changes nothing. A tag that was added and removed at once was removed. */
  entry({ kind, body, pos }: MessageEvent): void {
    if (kind !== "system" || body["code"] !== "tagged" || compare(pos, this.#at) <= 0) return;
    const { add = [], remove = [] } = body as { readonly add?: readonly string[]; readonly remove?: readonly string[] };
    const all = new Set([...this.list, ...add]);
    this.list = [...all].filter((tag) => !remove.includes(tag)).sort();
    this.#at = pos;
  }
}
