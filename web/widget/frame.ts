import type { ChatMessages, Language, WidgetMessages } from "../messages/language.js";
import { setAttribute, show } from "../thread/element.js";
import type { RowContext } from "../thread/row.js";
import threadCss from "../thread/thread.css?inline";
import { launcher } from "./launcher.js";
import { type PanelEvents, type PanelView, panel } from "./panel.js";
import widgetCss from "./widget.css?inline";

export interface FrameView extends PanelView {
  readonly unread: number;
}

export interface Frame {
  readonly open: boolean;
  update(view: FrameView): void;
  /** The panel is open and its newest message in view. */
  reading(): boolean;
}

export interface FrameEvents extends Omit<PanelEvents, "close"> {
  toggled(open: boolean): void;
}

/** The widget on the page: one element with a shadow root, so that neither style nor script of the page and the widget meet. */
export function frame(words: WidgetMessages & ChatMessages, language: Language, context: RowContext, events: FrameEvents): Frame {
  const host = document.createElement("deskwire-widget");
  setAttribute(host, "lang", language);
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [widgetCss, threadCss].map(sheet);
  let open = false;
  let unread = 0;
  const turn = (to: boolean) => {
    open = to;
    show(view.node, open);
    button.update(open, unread);
    if (open) view.opened();
    else button.node.focus();
    events.toggled(open);
  };
  const button = launcher(words, () => turn(!open));
  const view = panel(words, context, { ...events, close: () => turn(false) });
  show(view.node, false);
  view.node.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) turn(false);
  });
  root.append(view.node, button.node);
  document.body.append(host);
  return {
    get open() {
      return open;
    },
    update(next) {
      unread = next.unread;
      view.update(next);
      button.update(open, unread);
    },
    reading: () => open && document.visibilityState === "visible" && view.atEnd(),
  };
}

/** A constructed sheet is allowed where the page's policy forbids inline styles. */
function sheet(css: string): CSSStyleSheet {
  const built = new CSSStyleSheet();
  built.replaceSync(css);
  return built;
}
