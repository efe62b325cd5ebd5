import { altered } from "./altered.js";
import { double } from "./double.js";
import { falseAck } from "./false-ack.js";
import type { Finding } from "./finding.js";
import type { History } from "./history.js";
import { lost } from "./lost.js";
import { order } from "./order.js";
import { HOLE_MS_MAX, silentGap } from "./silent-gap.js";
import { twice } from "./twice.js";

/** Everything the history of a run shows against the promises. Pure; empty when they were kept. */
export function check(history: History, { holeMsMax = HOLE_MS_MAX }: { readonly holeMsMax?: number } = {}): Finding[] {
  const verdicts = [lost, falseAck, twice, order, double, altered];
  return [...verdicts.flatMap((verdict) => verdict(history)), ...silentGap(history, holeMsMax)];
}
