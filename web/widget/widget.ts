import { chat as enChat, widget as enWidget } from "../messages/en.js";
import type { Language } from "../messages/language.js";
import { chat as zhChat, widget as zhWidget } from "../messages/zh-CN.js";
import type { RowContext } from "../thread/row.js";
import { redrawing } from "../thread/withdrawing.js";
import { type Desk, desk } from "./desk.js";
import type { Embedding } from "./embedded.js";
import { type FrameEvents, frame } from "./frame.js";
import { oncePerFrame } from "./page.js";
import { offerToSite, tellPage } from "./site.js";
import { viewOf, type Words } from "./view.js";

const WORDS: Readonly<Record<Language, Words>> = { en: { ...enChat, ...enWidget }, "zh-CN": { ...zhChat, ...zhWidget } };

/** Puts the widget on the page. It connects when it is opened, or at once when an earlier page left something to go on with. */
export async function widget(embedding: Embedding): Promise<void> {
  const { language } = embedding;
  const words = WORDS[language];
  const page = { too_large: false };
  const draw = oncePerFrame(() => {
    view.update(viewOf(words, { ...page, ...situationOf(here) }));
    if (view.reading()) here.talk.read();
    drawn(here.talk.conversation);
  });
  const drawn = redrawing(draw);
  const here = desk(embedding, draw);
  const view = frame(words, language, contextOf(here, words, language), eventsOf(here, page, draw));
  watch(here, draw);
  tellPage(here.client);
  offerToSite((token) => here.identify(token));
  draw();
  await here.memory.load();
  if (here.memory.conversation !== undefined || here.memory.first.length > 0) here.connect();
}

function situationOf({ client, talk, memory, failed }: Desk) {
  const { refused, conversation, again, loading, isRated: rated } = talk;
  const { state, hello } = client;
  const connection = { state, failed, welcomed: hello !== undefined, online: navigator.onLine };
  return { ...connection, refused, conversation, first: memory.first, again, loading, rated };
}

function contextOf({ talk }: Desk, words: Words, language: Language): RowContext {
  return {
    ...{ words, language, now: () => Date.now() },
    nameOf: (user) => talk.conversation?.members.find(({ id }) => id === user)?.name,
    retry: (key) => talk.retry(key),
    discard: (key) => talk.discard(key),
    recall: (key) => talk.recall(key),
  };
}

function eventsOf({ client, talk, connect }: Desk, page: { too_large: boolean }, draw: () => void): FrameEvents {
  return {
    send(text) {
      page.too_large = !talk.say(text);
      draw();
      return !page.too_large;
    },
    typing(text) {
      page.too_large = false;
      if (text !== "") talk.type(text);
      draw();
    },
    end: () => void talk.end(),
    again: () => talk.goOn(),
    rate: (score, comment) => void talk.rate(score, comment),
    older: () => void talk.older(),
    seen: draw,
    connect,
    toggled(open) {
      if (open && client.state === "idle") connect();
      draw();
    },
  };
}

/** What happens around the widget and changes what it shows or does. */
function watch({ client, talk, memory, connect }: Desk, draw: () => void): void {
  addEventListener("online", () => {
    client.wake();
    draw();
  });
  addEventListener("offline", draw);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    client.wake();
    void talk.refresh();
    draw();
  });
  // Another tab of this visitor wrote its first words, or got a conversation.
  addEventListener("storage", ({ key, newValue }) => {
    if (key === memory.key && newValue !== null) connect();
  });
}
