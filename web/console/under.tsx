import type { Conversation } from "@deskwire/client";
import { fill } from "../messages/language.js";
import { useChanges } from "./following.js";
import { chatWords, words } from "./words.js";

/** Who is writing, with what can be seen of it; or that something above is still missing. */
export function Under({ conversation }: { readonly conversation: Conversation }) {
  useChanges(conversation);
  const chat = chatWords.value;
  const nameOf = (user: string) => conversation.members.find(({ id }) => id === user)?.name ?? chat.somebody;
  const [writing] = conversation.typing;
  return (
    <p class="under" dir="auto">
      {conversation.missing && chat.incomplete}
      {!conversation.missing && writing && writingText(nameOf(writing[0]), writing[1])}
    </p>
  );
}

function writingText(name: string, text: string): string {
  return text === "" ? fill(chatWords.value.typing, { name }) : fill(words.value.preview, { name, text });
}
