import type { ChatMessages, WidgetMessages } from "../messages/language.js";
import { element, ICONS, icon, setAttribute, setText, show } from "../thread/element.js";
import { log } from "../thread/log.js";
import type { RowContext } from "../thread/row.js";
import type { Row } from "../thread/rows.js";
import { composer } from "./composer.js";
import { ending, type Rating } from "./rating.js";

/** Everything the panel shows, in words and rows. */
export interface PanelView {
  readonly title: string;
  readonly subtitle: string;
  /** The one answering is there; undefined while nobody is assigned. */
  readonly online: boolean | undefined;
  /** Empty: nothing to tell. */
  readonly banner: string;
  readonly banner_action: boolean;
  readonly queue: string;
  readonly typing: string;
  /** About what stands above: it is on its way, or cannot be read. */
  readonly older: string;
  readonly rows: readonly Row[];
  readonly stage: "empty" | "open" | "closed" | "refused";
  readonly rating: Rating;
}

export interface PanelEvents {
  send(text: string): boolean;
  typing(text: string): void;
  close(): void;
  end(): void;
  again(): void;
  rate(score: number, comment: string): void;
  older(): void;
  /** The newest message is in view. */
  seen(): void;
  connect(): void;
}

export interface Panel {
  readonly node: HTMLElement;
  update(view: PanelView): void;
  opened(): void;
  atEnd(): boolean;
}

export function panel(words: WidgetMessages & ChatMessages, context: RowContext, events: PanelEvents): Panel {
  const head = header(words, events);
  const banner = element("p", { class: "banner", role: "status", hidden: true });
  const older = element("p", { class: "older", hidden: true });
  const hello = element("p", { class: "hello" }, words.hello);
  const messages = log(context, { older: events.older, end: events.seen });
  const queue = element("p", { class: "queue", role: "status", hidden: true });
  const typing = element("p", { class: "typing", "aria-live": "polite" });
  const input = composer(words, events);
  const over = ending(words, events);
  const node = element(
    "section",
    { class: "panel", role: "dialog" },
    head.node,
    banner,
    older,
    hello,
    messages.node,
    typing,
    queue,
    input.node,
    over.node,
  );

  return {
    node,
    atEnd: messages.atEnd,
    opened() {
      messages.toEnd();
      input.focus();
    },
    update(view) {
      setAttribute(node, "aria-label", view.title);
      head.update(view);
      updateBanner(banner, view, words, events);
      line(older, view.older);
      line(queue, view.queue);
      setText(typing, view.typing);
      show(hello, view.rows.length === 0 && view.stage !== "refused");
      messages.update(view.rows);
      show(input.node, view.stage === "open" || view.stage === "empty");
      show(over.node, view.stage === "closed");
      over.update(view.rating);
    },
  };
}

function line(node: HTMLElement, text: string): void {
  setText(node, text);
  show(node, text !== "");
}

function updateBanner(node: HTMLElement, view: PanelView, words: ChatMessages, events: PanelEvents): void {
  const said = `${view.banner}${view.banner_action}`;
  show(node, view.banner !== "");
  if (node.dataset["said"] === said) return;
  node.dataset["said"] = said;
  node.replaceChildren(view.banner);
  if (!view.banner_action) return;
  const button = element("button", { type: "button", class: "action" }, words.connect_now);
  button.addEventListener("click", () => events.connect());
  node.append(button);
}

function header(words: WidgetMessages, events: PanelEvents) {
  const title = element("h2", {});
  const dot = element("span", { class: "dot", hidden: true });
  const subtitle = element("span", {});
  const end = element("button", { class: "end", type: "button" }, words.end);
  const close = element("button", { class: "close", type: "button", "aria-label": words.close_panel }, icon(...ICONS.cross));
  const sure = question(words, events.end);
  end.addEventListener("click", () => sure.ask());
  close.addEventListener("click", () => events.close());
  const under = element("p", {}, dot, subtitle);
  const node = element("header", {}, element("div", { class: "who" }, title, under), end, close, sure.node);
  return {
    node,
    update(view: PanelView) {
      setText(title, view.title);
      setText(subtitle, view.subtitle);
      show(under, view.subtitle !== "");
      show(dot, view.online !== undefined);
      dot.classList.toggle("on", view.online === true);
      show(end, view.stage === "open");
      if (view.stage !== "open") sure.drop();
    },
  };
}

/** Asks before a conversation is ended. */
function question(words: WidgetMessages, yes: () => void) {
  const confirm = element("button", { type: "button" }, words.end);
  const cancel = element("button", { type: "button", class: "quiet" }, words.cancel);
  const node = element(
    "div",
    { class: "sure", role: "alertdialog", "aria-label": words.end_sure, hidden: true },
    element("p", {}, words.end_sure),
    cancel,
    confirm,
  );
  const drop = () => show(node, false);
  cancel.addEventListener("click", drop);
  confirm.addEventListener("click", () => {
    drop();
    yes();
  });
  return {
    node,
    drop,
    ask() {
      show(node, true);
      cancel.focus();
    },
  };
}
