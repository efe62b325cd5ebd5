import { contentOf, type Seen } from "../checker/history.js";
import { readRecord } from "../checker/record.js";
import type { Recorder } from "../checker/recorder.js";
import { agentToken, Peer } from "../support/peer.js";
import { until } from "../support/until.js";
import type { Crowd, Pair } from "./crowd.js";

const PATIENCE_MS = 120_000;

/** Until every client has read what it missed. */
export async function caughtUp(pairs: readonly Pair[]): Promise<void> {
  const all = pairs.flatMap(({ visitor, agent }) => [visitor, agent]);
  await until("everybody to have caught up", () => all.every(({ missing, attached }) => attached && missing === undefined), PATIENCE_MS);
}

/** Writes down what history holds in the end, and what each client shows. */
export async function readAll(url: string, crowd: Crowd, pairs: readonly Pair[], recorder: Recorder): Promise<void> {
  const sun = await Peer.hello(url, await agentToken(url, "sun"));
  for (const { c } of pairs) recorder.record("history", c, await readRecord(sun, c));
  for (const [who, client] of crowd.clients) for (const { c, messages } of client.conversations) recorder.view(who, c, messages.map(drawn));
  await sun.close();
}

type Shown = Pair["visitor"]["messages"][number];

function drawn({ pos, from, mid, kind, body }: Shown): Seen {
  return { pos: pos ?? [Number.MAX_SAFE_INTEGER, 0], from: from.id, role: from.role, mid, kind, content: contentOf(kind, body) };
}
