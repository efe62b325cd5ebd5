import type { Conversation } from "@deskwire/client";
import { useSignal } from "@preact/signals";
import type { TargetedKeyboardEvent, TargetedSubmitEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { draftOf, keepDraft } from "./drafts.js";
import { trouble } from "./trouble.js";
import { words } from "./words.js";
import { useWorkplace } from "./workplace.js";

interface ComposerProps {
  readonly conversation: Conversation;
  /** A reader who does not hold the conversation may only leave notes. */
  readonly noteOnly: boolean;
}

/** Where an answer or a note is written. Enter sends, Shift+Enter starts a line; an Enter that ends an input method's composition does neither. */
export function Composer({ conversation, noteOnly }: ComposerProps) {
  const { client } = useWorkplace();
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = useSignal(draftOf(conversation.c));
  const t = words.value;
  const note = noteOnly || draft.value.note;
  useEffect(() => field.current?.focus(), []);
  useEffect(() => () => keepDraft(conversation.c, draft.peek()), [conversation, draft]);

  const write = (text: string) => {
    draft.value = { ...draft.value, text };
    if (!note) conversation.type();
  };
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = draft.value.text.trim();
    if (text === "") return;
    if (!fits(text, client.textBytes)) {
      trouble.value = "too_large";
      return;
    }
    conversation.send(note ? "note" : "text", { text });
    draft.value = { text: "", note: draft.value.note };
    field.current?.focus();
  };
  const sendOnEnter = (event: TargetedKeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    event.currentTarget.form?.requestSubmit();
  };

  return (
    <form class={note ? "composer note" : "composer"} onSubmit={submit}>
      <textarea
        ref={field}
        rows={1}
        value={draft.value.text}
        placeholder={note ? t.compose_note : t.compose}
        aria-label={note ? t.compose_note : t.compose}
        onInput={({ currentTarget }) => write(currentTarget.value)}
        onKeyDown={sendOnEnter}
      />
      <button type="submit" class="main" disabled={draft.value.text.trim() === ""}>
        {t.send}
      </button>
      {noteOnly ? (
        <p class="small">{t.reader_only}</p>
      ) : (
        <label>
          <input
            type="checkbox"
            checked={draft.value.note}
            onChange={({ currentTarget }) => (draft.value = { ...draft.value, note: currentTarget.checked })}
          />
          {t.note}
        </label>
      )}
    </form>
  );
}

function fits(text: string, bytes: number): boolean {
  return new TextEncoder().encode(JSON.stringify({ text })).length <= bytes;
}
