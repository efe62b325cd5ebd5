import { useEffect } from "preact/hooks";
import { useAnyConversation } from "./following.js";
import { words } from "./words.js";
import { useWorkplace } from "./workplace.js";

/** Draws nothing: keeps the number of unread messages in the page's title, for who looks at another tab. */
export function Title() {
  const { client, held } = useWorkplace();
  useAnyConversation(client);
  const unread = held.value.reduce((sum, { c, unread }) => sum + unreadOf(client.conversation(c), unread), 0);
  const { product } = words.value;
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${product}` : product;
  }, [unread, product]);
  return null;
}

/** As attached it is known here; before, as the inbox said. */
export function unreadOf(conversation: { readonly attached: boolean; readonly unread: number }, asListed: number): number {
  return conversation.attached ? conversation.unread : asListed;
}
