import type { ChatMessages, Language } from "../messages/language.js";
import { element, setText } from "./element.js";
import { LINK_REL, links } from "./links.js";
import type { Row } from "./rows.js";
import { bodyText, dayText, noticeText, timeText } from "./words.js";

export interface RowContext {
  readonly words: ChatMessages;
  readonly language: Language;
  readonly now: () => number;
  nameOf(user: string): string | undefined;
  retry(key: string): void;
  discard(key: string): void;
  recall(key: string): void;
}

type Bubble = Extract<Row, { row: "bubble" }>;

/** What decides whether a row's node can stay: everything but what {@link refreshRow} changes in place. */
export function rowIdentity(row: Row, context: RowContext): string {
  if (row.row === "day") return dayText(context.words, context.language, row.ts, context.now());
  if (row.row === "notice") return noticeText(context.words, row.said, context.nameOf);
  return `${row.said.kind} ${bodyText(context.words, row.said)}`;
}

export function rowNode(row: Row, context: RowContext): HTMLElement {
  if (row.row === "day") return element("p", { class: "day" }, rowIdentity(row, context));
  if (row.row === "notice") return element("p", { class: "notice" }, rowIdentity(row, context));
  return bubbleNode(row, context);
}

function bubbleNode(row: Bubble, context: RowContext): HTMLElement {
  const author = element("p", { class: "author" }, authorText(row, context.words));
  const text = element("p", { class: "text", dir: "auto" });
  appendLinked(text, bodyText(context.words, row.said));
  // The log is a live region: a message is read out once, its way to "read" is not.
  const meta = element("p", { class: "meta", "aria-live": "off" });
  return element("div", {}, author, text, meta);
}

function authorText(row: Bubble, words: ChatMessages): string {
  const name = row.mine ? words.you : row.said.from.name || words.somebody;
  return row.said.kind === "note" ? `${words.note} · ${name}` : name;
}

export function refreshRow(node: HTMLElement, row: Row, context: RowContext): void {
  if (row.row !== "bubble") return;
  const { said } = row;
  const classes = ["said", row.mine ? "mine" : "theirs", said.from.role];
  if (said.kind === "note") classes.push("note");
  if (row.first) classes.push("first");
  if (row.last) classes.push("last");
  if (said.withdrawn) classes.push("withdrawn");
  if (said.delivery !== undefined) classes.push(said.delivery);
  node.className = classes.join(" ");
  const meta = node.lastElementChild;
  if (meta instanceof HTMLElement && meta.dataset["shown"] !== shown(row)) renderMeta(meta, row, context);
}

const shown = (row: Bubble) => `${row.said.ts} ${row.said.delivery} ${row.said.recallable}`;

function renderMeta(meta: HTMLElement, row: Bubble, context: RowContext): void {
  const { words } = context;
  const { delivery, key, ts, recallable } = row.said;
  meta.dataset["shown"] = shown(row);
  const time = element("time", { datetime: new Date(ts).toISOString() }, timeText(context.language, ts));
  meta.replaceChildren(time);
  if (delivery === undefined) return;
  const state = element("span", { class: "state" });
  setText(state, words[delivery]);
  meta.append(" ", state);
  if (recallable)
    meta.append(
      " ",
      action(words.recall, () => context.recall(key)),
    );
  if (delivery !== "failed") return;
  meta.append(
    " ",
    action(words.retry, () => context.retry(key)),
    " ",
    action(words.discard, () => context.discard(key)),
  );
}

function action(label: string, run: () => void): HTMLButtonElement {
  const button = element("button", { type: "button", class: "action" }, label);
  button.addEventListener("click", () => {
    // The button goes with what it did; who pressed it stays in the log.
    button.closest<HTMLElement>("[role=log]")?.focus({ preventScroll: true });
    run();
  });
  return button;
}

function appendLinked(parent: HTMLElement, text: string): void {
  for (const part of links(text)) {
    if (part.href === undefined) parent.append(part.text);
    else parent.append(element("a", { href: part.href, target: "_blank", rel: LINK_REL }, part.text));
  }
}
