import type { OpenOffer } from "@deskwire/client";
import { useSignal } from "@preact/signals";
import { fill } from "../messages/language.js";
import { now } from "./clock.js";
import { go } from "./place.js";
import { attempt } from "./trouble.js";
import { durationText, words } from "./words.js";
import { useWorkplace } from "./workplace.js";

/** What this agent is asked to take, until it answers or the time is over. */
export function Offers() {
  const offers = useWorkplace().offers.value;
  const t = words.value;
  return (
    <section aria-label={t.offers}>
      <p class="unseen" role="status">
        {offers.map(({ visitor }) => fill(t.offer_from, { name: visitor.name })).join(" ")}
      </p>
      {offers.length > 0 && <h2>{t.offers}</h2>}
      {offers.map((offer) => (
        <Offer key={offer.offer} offer={offer} />
      ))}
    </section>
  );
}

function Offer({ offer }: { readonly offer: OpenOffer }) {
  const { client, state, topics } = useWorkplace();
  const busy = useSignal(false);
  const t = words.value;
  void now.value;
  const left_ms = Math.max(0, offer.expires_at - client.clock.monotonic());
  const answer = async (work: () => Promise<unknown>) => {
    busy.value = true;
    await attempt(work);
    busy.value = false;
  };
  const accept = () =>
    answer(async () => {
      await client.desk.accept(offer);
      go({ at: "chat", c: offer.c });
    });
  const shut = busy.value || state.value !== "ready" || left_ms === 0;
  return (
    <article class="offer">
      <h3>{fill(t.offer_from, { name: offer.visitor.name })}</h3>
      <p class="soft small">
        {topics.nameOf(offer.ask.topic ?? "")} · {fill(t.offer_waited, { time: durationText(offer.waited_ms) })}
      </p>
      <div class="left">
        <progress max={offer.expires_ms} value={left_ms} aria-label={t.offer_left} />
        <span class="soft small">{durationText(left_ms)}</span>
      </div>
      <div class="row">
        <button type="button" class="main" disabled={shut} onClick={accept}>
          {t.accept}
        </button>
        <button type="button" disabled={shut} onClick={() => answer(() => client.desk.decline(offer))}>
          {t.decline}
        </button>
      </div>
    </article>
  );
}
