import { at, type Finding } from "./finding.js";
import { type History, linesOf, type Seen } from "./history.js";
import { records } from "./sightings.js";

/** Two assignees at once: the record gives a conversation to a second agent, or lets one write or accept who does not hold it. */
export function double(history: History): Finding[] {
  const end_ms = history.at(-1)?.at_ms ?? 0;
  const inRecord = [...records(history)].flatMap(([c, rows]) => new Holding(c, end_ms).read(rows));
  return [...inRecord, ...unrecorded(history)];
}

/** Who holds one conversation, as its record goes. */
class Holding {
  readonly #c: string;
  readonly #at_ms: number;
  #version = 0;
  #assignee: string | undefined;

  constructor(c: string, at_ms: number) {
    this.#c = c;
    this.#at_ms = at_ms;
  }

  read(rows: readonly Seen[]): Finding[] {
    return rows.flatMap((row) => (row.routing ? this.#route(row, row.routing) : this.#write(row)));
  }

  #route({ pos }: Seen, { event, version, assignee }: NonNullable<Seen["routing"]>): Finding[] {
    if (event === "barrier") return [];
    const expected = this.#version + 1;
    const taken = event === "assigned" && this.#assignee !== undefined && this.#assignee !== assignee;
    const found = [
      ...(version === expected ? [] : [this.#found(`${event} at ${at(pos)} has version ${version}, not ${expected}`)]),
      ...(taken ? [this.#found(`${assignee} got it at ${at(pos)} while ${this.#assignee} held it`)] : []),
    ];
    this.#version = version ?? expected;
    this.#assignee = assignee;
    return found;
  }

  #write({ pos, role, from, kind, mid }: Seen): Finding[] {
    if (role !== "agent" || kind === "note" || from === this.#assignee) return [];
    return [this.#found(`${from} wrote ${mid} at ${at(pos)} while ${this.#assignee ?? "nobody"} held it`)];
  }

  #found(text: string): Finding {
    return { name: "double", c: this.#c, at_ms: this.#at_ms, text };
  }
}

/** Accepted, so told the agent's reply, and the record never gave it to that agent. A crash may take what is only accepted. */
function unrecorded(history: History): Finding[] {
  const record = records(history);
  const lastKill_ms = linesOf(history, "kill").at(-1)?.at_ms ?? Number.NEGATIVE_INFINITY;
  return linesOf(history, "accept")
    .filter(({ c, at_ms }) => record.has(c) && at_ms > lastKill_ms)
    .filter(({ c, user }) => !record.get(c)?.some(({ routing }) => routing?.event === "assigned" && routing.assignee === user))
    .map(({ c, user, at_ms }) => ({ name: "double", c, at_ms, text: `${user} accepted it, and the record never gave it to ${user}` }));
}
