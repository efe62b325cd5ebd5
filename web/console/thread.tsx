import type { ClientError, Conversation } from "@deskwire/client";
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { log } from "../thread/log.js";
import type { RowContext } from "../thread/row.js";
import { rows, type Said } from "../thread/rows.js";
import { redrawing } from "../thread/withdrawing.js";
import { noticeText } from "../thread/words.js";
import { useChanges } from "./following.js";
import { saidAtDesk } from "./said.js";
import { trouble } from "./trouble.js";
import { chatWords, language } from "./words.js";

interface ThreadProps {
  readonly conversation: Conversation;
  /** What comes into view counts as read by the one who answers. */
  readonly reading: boolean;
}

/** What was said. Earlier messages are loaded when the reader comes near the top. */
export function Thread({ conversation, reading }: ThreadProps) {
  useChanges(conversation);
  const home = useRef<HTMLDivElement>(null);
  const loading = useSignal(false);
  const words = chatWords.value;
  const turn = useSignal(0);
  // Read, so that this draws again when it turns.
  turn.value;
  const drawn = useMemo(() => redrawing(() => turn.value++), []);

  const read = () => {
    if (reading && document.visibilityState === "visible" && view.atEnd() && conversation.unread > 0) conversation.read();
  };
  const older = async () => {
    if (loading.value || conversation.complete || !conversation.position) return;
    loading.value = true;
    await conversation.older().catch(() => undefined);
    loading.value = false;
  };
  const latest = useRef({ read, older });
  latest.current = { read, older };

  // A log is made of its words; other words, another log.
  const view = useMemo(() => {
    const events = { older: () => void latest.current.older(), end: () => latest.current.read() };
    return log(contextOf(conversation), events);
  }, [conversation, words]);
  useLayoutEffect(() => home.current?.replaceChildren(view.node), [view]);
  useLayoutEffect(() => {
    const context = contextOf(conversation);
    const said = conversation.messages.map((message) => saidAtDesk(message, conversation.members, conversation.recallable(message) > 0));
    view.update(rows(said.filter((each) => isShown(each, context))));
    read();
    drawn(conversation);
    if (!fills(view.node)) void older();
  });
  useEffect(() => {
    const end = new AbortController();
    document.addEventListener("visibilitychange", () => latest.current.read(), end);
    return () => end.abort();
  }, []);

  return (
    <>
      <p class="loading" role="status">
        {loading.value && words.older}
      </p>
      <div class="home" ref={home} />
    </>
  );
}

function contextOf(conversation: Conversation): RowContext {
  const byKey = (key: string) => conversation.messages.find((message) => message.key === key)?.mid ?? "";
  return {
    words: chatWords.value,
    language: language.value,
    now: () => Date.now(),
    nameOf: (user) => conversation.members.find(({ id }) => id === user)?.name,
    // What becomes of it shows in the thread.
    retry: (key) => void conversation.retry(byKey(key)).catch(() => undefined),
    discard: (key) => conversation.discard(byKey(key)),
    recall: (key) => void conversation.recall(byKey(key)).catch((error: ClientError) => (trouble.value = error.code)),
  };
}

/** Entries about routing that say nothing in words are not drawn. */
function isShown(said: Said, context: RowContext): boolean {
  const notice = said.kind === "routing" || said.kind === "system";
  return !notice || noticeText(context.words, said, context.nameOf) !== "";
}

/** A log that cannot be scrolled would never ask for what came before. */
function fills(node: HTMLElement): boolean {
  const list = node.firstElementChild;
  return list !== null && list.scrollHeight > list.clientHeight;
}
