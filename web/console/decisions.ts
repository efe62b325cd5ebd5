import type { Fields } from "@deskwire/client";
import { type DeskMessages, fill } from "../messages/language.js";

/** What `explain` says of one step, as far as this page shows it. */
export interface Decision {
  readonly id: string;
  readonly at: number;
  readonly event: string;
  readonly reason: string;
  readonly agent?: string;
  readonly passed?: readonly { readonly agent: string; readonly reason: string }[];
  readonly detail?: Fields;
}

/** What was decided, in words: `Offered to Ada`. */
export function decisionText(words: DeskMessages, { event, agent }: Decision, nameOf: (user: string) => string): string {
  const template = words[`ev_${event}` as keyof DeskMessages] ?? words.ev_other;
  return fill(template, { event, agent: agent === undefined ? "" : nameOf(agent) }).trim();
}

/** Who was not taken and why: `Lin (away), Sun (no room)`. Empty when nobody was passed over. */
export function passedText({ passed = [] }: Decision, nameOf: (user: string) => string, why: (code: string) => string): string {
  return passed.map(({ agent, reason }) => `${nameOf(agent)} (${why(reason)})`).join(", ");
}

/** What a person gave as the reason. */
export function givenReason({ detail }: Decision): string | undefined {
  const why = detail?.["why"];
  return typeof why === "string" && why !== "" ? why : undefined;
}

/** How long the visitor had waited when this was decided, in ms. */
export function waitedBefore({ detail }: Decision): number | undefined {
  const waited = detail?.["waited_ms"];
  return typeof waited === "number" ? waited : undefined;
}
