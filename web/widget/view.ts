import type { Conversation, State } from "@deskwire/client";
import type { ChatMessages, WidgetMessages } from "../messages/language.js";
import { duration, fill } from "../messages/language.js";
import { type Row, rows, type Said } from "../thread/rows.js";
import { saidOf } from "../thread/said.js";
import { noticeText } from "../thread/words.js";
import type { FrameView } from "./frame.js";
import type { FirstWords } from "./memory.js";

export type Words = WidgetMessages & ChatMessages;

type Standing = Pick<
  Conversation,
  "state" | "assignee" | "queue" | "members" | "typing" | "messages" | "missing" | "unread" | "recallable"
>;

/** How things stand between the visitor and the desk. */
export interface Situation {
  readonly state: State;
  /** The connection broke or was refused, and is not back. */
  readonly failed: boolean;
  /** The desk was reached before. */
  readonly welcomed: boolean;
  /** The browser believes to have a network. */
  readonly online: boolean;
  readonly refused: boolean;
  readonly too_large: boolean;
  readonly conversation: Standing | undefined;
  readonly first: readonly FirstWords[];
  readonly again: boolean;
  readonly loading: boolean;
  readonly rated: boolean;
}

/** What the widget shows. Of who is there and where one stands in line it says nothing while it cannot know. */
export function viewOf(words: Words, situation: Situation): FrameView {
  const { state, failed, conversation } = situation;
  const known = failed ? undefined : conversation;
  return {
    ...whoOf(words, situation),
    banner: bannerOf(words, situation),
    banner_action: failed && !situation.refused && (state === "stopped" || situation.online),
    queue: known ? queueOf(words, known) : "",
    typing: known ? typingOf(words, known) : "",
    older: situation.loading ? words.older : conversation?.missing ? words.incomplete : "",
    rows: rowsOf(words, situation),
    unread: conversation?.unread ?? 0,
    stage: stageOf(situation),
    rating: ratingOf(situation),
  };
}

function whoOf(words: Words, { state, failed, welcomed, conversation }: Situation): Pick<FrameView, "title" | "subtitle" | "online"> {
  const assignee = conversation?.members.find(({ id }) => id === conversation.assignee);
  const title = assignee?.name || words.title;
  if (failed) return { title, subtitle: "", online: undefined };
  if (!welcomed && state !== "idle") return { title, subtitle: words.connecting, online: undefined };
  if (assignee) return { title, subtitle: assignee.online ? words.online : words.away, online: assignee.online };
  const waits = conversation?.state === "queued" || conversation?.state === "offered";
  return { title, subtitle: waits ? words.waiting : "", online: undefined };
}

function bannerOf(words: Words, { state, failed, welcomed, online, refused, too_large }: Situation): string {
  if (refused) return words.refused;
  if (!failed) return too_large ? words.too_large : "";
  if (state === "stopped") return words.stopped;
  if (!online) return words.offline;
  return welcomed ? words.reconnecting : words.session_failed;
}

function queueOf(words: Words, { state, queue }: Standing): string {
  if (!queue || (state !== "queued" && state !== "offered")) return "";
  const { position, eta_ms } = queue;
  if (position === 1) return words.queue_soon;
  if (eta_ms <= 0) return fill(words.queue_plain, { position });
  return fill(words.queue, { position, wait: duration(words, eta_ms) });
}

function typingOf(words: Words, { typing, members }: Standing): string {
  // The visitor's own other tabs type too.
  const typist = members.find(({ id, role }) => role !== "visitor" && typing.has(id));
  return typist ? fill(words.typing, { name: typist.name || words.somebody }) : "";
}

function rowsOf(words: Words, { conversation, first, refused }: Situation): Row[] {
  const members = conversation?.members ?? [];
  const others = members.filter(({ role }) => role !== "visitor");
  const nameOf = (user: string) => members.find(({ id }) => id === user)?.name;
  const placed = (conversation?.messages ?? []).map((message) => saidOf(message, others, (conversation?.recallable(message) ?? 0) > 0));
  const told = placed.filter((said) => !isNotice(said) || (said.body["event"] !== "queued" && noticeText(words, said, nameOf) !== ""));
  return rows([...told, ...first.map((each) => firstSaid(each, refused))]);
}

/** One that waits sees that below the messages, as long as it is so. */
const isNotice = ({ kind }: Said) => kind === "routing" || kind === "system";

function firstSaid({ mid, text, at }: FirstWords, refused: boolean): Said {
  const from = { id: "", role: "visitor", name: "" } as const;
  return { key: mid, from, kind: "text", body: { text }, ts: at, withdrawn: false, delivery: refused ? "failed" : "sending" };
}

function ratingOf({ conversation, rated }: Situation): FrameView["rating"] {
  if (rated) return "given";
  const answered = conversation?.members.some(({ role }) => role !== "visitor");
  return answered ? "asked" : "none";
}

function stageOf({ conversation, first, again, refused }: Situation): FrameView["stage"] {
  if (refused) return "refused";
  if (conversation?.state === undefined || first.length > 0) return "empty";
  if (conversation.state !== "closed") return "open";
  return again ? "empty" : "closed";
}
