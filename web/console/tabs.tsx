import { hashOf, type Place, place } from "./place.js";
import { words } from "./words.js";

/** The two views: what is mine, and who waits. */
export function Tabs() {
  const t = words.value;
  return (
    <nav class="tabs">
      <Tab to={{ at: "inbox" }}>{t.inbox}</Tab>
      <Tab to={{ at: "queue" }}>{t.queue}</Tab>
    </nav>
  );
}

function Tab({ to, children }: { readonly to: Place; readonly children: string }) {
  const here = (place.value.at === "queue") === (to.at === "queue");
  return (
    <a href={hashOf(to)} aria-current={here ? "page" : undefined}>
      {children}
    </a>
  );
}
