import type { Conversation } from "@deskwire/client";
import { useEffect, useRef } from "preact/hooks";
import { Closing } from "./closing.js";
import { Explain } from "./explain.js";
import { Transfer } from "./transfer.js";
import { words } from "./words.js";

export type Panel = "transfer" | "close" | "explain";

interface AsideProps {
  readonly panel: Panel;
  readonly conversation: Conversation;
  readonly close: () => void;
}

/** Beside a conversation: one thing that is done with it as a whole. Escape closes it, and the keyboard is back where it was. */
export function Aside({ panel, conversation, close }: AsideProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const t = words.value;
  useEffect(() => {
    const before = document.activeElement;
    const aside = heading.current?.closest("aside");
    heading.current?.focus();
    return () => {
      // Not when the agent has gone on to something else. What had the focus may have left the page already.
      const at = document.activeElement;
      if (before instanceof HTMLElement && (at === document.body || aside?.contains(at))) before.focus();
    };
  }, []);
  const title = panel === "explain" ? t.explain_title : t[panel];
  return (
    <aside
      class="aside"
      aria-label={title}
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
      }}
    >
      <header>
        <h2 ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <button type="button" onClick={close}>
          {t.dismiss}
        </button>
      </header>
      {panel === "explain" && <Explain conversation={conversation} />}
      {panel === "transfer" && <Transfer conversation={conversation} />}
      {panel === "close" && <Closing conversation={conversation} done={close} />}
    </aside>
  );
}
