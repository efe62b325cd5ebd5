import { element, show } from "./element.js";
import { type RowContext, refreshRow, rowIdentity, rowNode } from "./row.js";
import type { Row } from "./rows.js";

/** So near to an edge (px) counts as being there. */
const NEAR_PX = 48;

export interface Log {
  readonly node: HTMLElement;
  /** Shows exactly these rows. Keeps the reader's place; follows the end when the reader is there. */
  update(rows: readonly Row[]): void;
  /** True when the newest message is in view. */
  atEnd(): boolean;
  toEnd(): void;
}

export interface LogEvents {
  /** The reader came near the top. May be called often. */
  older(): void;
  /** The newest message came into view. */
  end(): void;
}

export function log(context: RowContext, events: LogEvents): Log {
  const { words } = context;
  const list = element("div", { class: "log", role: "log", "aria-label": words.log, tabindex: 0 });
  const newer = element("button", { class: "newer", type: "button", hidden: true }, words.newer);
  const node = element("div", { class: "scroller" }, list, newer);
  const kept = new Map<string, { readonly node: HTMLElement; readonly identity: string }>();

  const atEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_PX;
  const toEnd = () => {
    list.scrollTop = list.scrollHeight;
    follows = true;
    show(newer, false);
  };
  // Where the reader left it: a log that becomes narrower or lower scrolls nothing and still shows another place.
  let follows = true;
  new ResizeObserver(() => follows && toEnd()).observe(list);
  newer.addEventListener("click", toEnd);
  list.addEventListener("scroll", () => {
    follows = atEnd();
    if (list.scrollTop < NEAR_PX) events.older();
    if (!follows) return;
    show(newer, false);
    events.end();
  });

  const nodeFor = (row: Row): HTMLElement => {
    const identity = rowIdentity(row, context);
    const old = kept.get(row.key);
    if (old?.identity === identity) return old.node;
    const fresh = rowNode(row, context);
    old?.node.replaceWith(fresh);
    kept.set(row.key, { node: fresh, identity });
    return fresh;
  };

  const place = (rows: readonly Row[]) => {
    const wanted = new Set(rows.map((row) => row.key));
    for (const [key, { node: gone }] of kept) {
      if (wanted.has(key)) continue;
      gone.remove();
      kept.delete(key);
    }
    let next = list.firstElementChild;
    for (const row of rows) {
      const node = nodeFor(row);
      refreshRow(node, row, context);
      if (next !== null && next.parentNode !== list) next = node;
      if (node === next) next = node.nextElementSibling;
      else list.insertBefore(node, next);
    }
  };

  let lastKey: string | undefined;
  return {
    node,
    atEnd,
    toEnd,
    update(rows) {
      const followed = atEnd();
      const above = list.scrollHeight - list.scrollTop;
      const newest = rows.at(-1);
      const grew = newest !== undefined && newest.key !== lastKey;
      const prepended = !grew && rows.length > 0;
      lastKey = newest?.key;
      const before = list.scrollHeight;
      place(rows);
      if (followed || (grew && newest.row === "bubble" && newest.mine)) toEnd();
      else if (grew) show(newer, true);
      else if (prepended && list.scrollHeight !== before) list.scrollTop = list.scrollHeight - above;
      // What does not fill the log cannot be scrolled, and would never ask for what came before.
      if (list.clientHeight > 0 && list.scrollHeight <= list.clientHeight) events.older();
    },
  };
}
