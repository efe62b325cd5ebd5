import type { Conversation } from "@deskwire/client";
import { useSignal } from "@preact/signals";
import type { TargetedSubmitEvent } from "preact";
import { fieldsOf } from "./form.js";
import { attempt } from "./trouble.js";
import { words } from "./words.js";
import { useWorkplace } from "./workplace.js";

const REASON_CHARS_MAX = 500;

/** Ends a conversation, with a reason for those who ask why later. */
export function Closing({ conversation, done }: { readonly conversation: Conversation; readonly done: () => void }) {
  const { state } = useWorkplace();
  const busy = useSignal(false);
  const t = words.value;
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    const reason = fieldsOf(event).text("reason");
    busy.value = true;
    const closed = await attempt(() => conversation.close(reason || undefined));
    busy.value = false;
    if (closed) done();
  };
  return (
    <form class="form" onSubmit={submit}>
      <label>
        {t.close_reason}
        <input name="reason" maxLength={REASON_CHARS_MAX} autocomplete="off" />
      </label>
      <button type="submit" class="main" disabled={busy.value || state.value !== "ready"}>
        {t.close_do}
      </button>
    </form>
  );
}
