import type { DirectoryCache } from "../directory/cache.js";
import type { Topic } from "../directory/directory.js";
import { refuse } from "../lib/errors.js";
import type { Terms } from "./conversation.js";
import type { Rules } from "./state.js";

export interface TopicTerms {
  readonly topic: string;
  readonly terms: Terms;
}

/** What the directory says of a topic, the tenant's default one when none is named, and the rules where it says nothing. Rejects with `not_found`. */
export async function termsOf(
  directory: Pick<DirectoryCache, "get">,
  rules: Rules,
  tenant: string,
  wish: string | undefined,
): Promise<TopicTerms> {
  const site = await directory.get("tenant", "", tenant);
  if (!site || site.disabled) return refuse("not_found", "There is no such tenant.");
  const topic = wish ?? site.default_topic;
  const row = await directory.get("topic", tenant, topic);
  if (!row || row.disabled) return refuse("not_found", "There is no such topic.");
  return { topic, terms: { ...figures(row, rules), away_on_missed_offer: site.away_on_missed_offer ?? true } };
}

/** Ids of the tenant's topics. */
export async function topicsOf(directory: Pick<DirectoryCache, "list">, tenant: string): Promise<readonly string[]> {
  const rows = await directory.list("topic", tenant);
  return rows.filter(({ value }) => !value.disabled).map(({ id }) => id);
}

function figures({ skills, offer_timeout_ms, reopen_window_ms, hours }: Topic, rules: Rules) {
  return {
    skills,
    offer_timeout_ms: offer_timeout_ms ?? rules.offer_timeout_ms,
    reopen_window_ms: reopen_window_ms ?? rules.reopen_window_ms,
    ...(hours && { hours }),
  };
}
