import type { WidgetMessages } from "../messages/language.js";
import { fill } from "../messages/language.js";
import { element, ICONS, icon, setAttribute, setText, show } from "../thread/element.js";

export interface Launcher {
  readonly node: HTMLButtonElement;
  update(open: boolean, unread: number): void;
}

/** The button in the corner, with the number of unread messages. */
export function launcher(words: WidgetMessages, toggle: () => void): Launcher {
  const badge = element("span", { class: "badge", hidden: true });
  const closed = icon(...ICONS.chat);
  const opened = icon(...ICONS.down);
  const node = element("button", { class: "launcher", type: "button", "aria-haspopup": "dialog" }, closed, opened, badge);
  node.addEventListener("click", toggle);
  return {
    node,
    update(open, unread) {
      const label = open ? words.launcher_close : words.launcher_open;
      setAttribute(node, "aria-label", unread > 0 ? `${label}, ${fill(words.unread, { n: unread })}` : label);
      setAttribute(node, "aria-expanded", String(open));
      show(closed, !open);
      show(opened, open);
      show(badge, unread > 0 && !open);
      setText(badge, unread > 99 ? "99+" : String(unread));
    },
  };
}
