import type { Conversation } from "@deskwire/client";

type Withdrawing = Pick<Conversation, "messages" | "recallable">;

/** Answers what to call after each drawing: it draws again as soon as a message that may be withdrawn may not be any more. */
export function redrawing(draw: () => void): (conversation: Withdrawing | undefined) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (conversation) => {
    clearTimeout(timer);
    const left_ms = (conversation?.messages ?? []).map((message) => conversation?.recallable(message) ?? 0).filter((ms) => ms > 0);
    if (left_ms.length > 0) timer = setTimeout(draw, Math.min(...left_ms) + 1);
  };
}
