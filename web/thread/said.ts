import { compare, type Member, type Shown } from "@deskwire/client";
import type { Delivery, Said } from "./rows.js";

/** A message as the thread shows it: an own one with how far it has come to the `others`. */
export function saidOf(message: Shown, others: readonly Member[], recallable = false): Said {
  const { key, from, kind, body, ts, recalled } = message;
  const said = { key, from, kind, body, ts, withdrawn: recalled };
  return message.mine ? { ...said, delivery: deliveryOf(message, others), recallable } : said;
}

/** `sent` means durable. */
function deliveryOf({ status, pos }: Shown, others: readonly Member[]): Delivery {
  if (status === "failed") return "failed";
  if (status !== "sent" || !pos) return "sending";
  if (others.some(({ read }) => read && compare(read, pos) >= 0)) return "read";
  return others.some(({ got }) => got && compare(got, pos) >= 0) ? "got" : "sent";
}
