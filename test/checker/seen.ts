import { isRecalled } from "../../proto/message.js";
import type { Position } from "../../proto/position.js";
import { contentOf, type Seen, TAKEN_BACK } from "./history.js";

export interface Frame {
  readonly [field: string]: unknown;
}

/** An entry of the wire, live or on a page, as a history keeps it. */
export function seenOf(frame: Frame): Seen {
  const pos = frame["pos"] as Position;
  const from = frame["from"] as { readonly id: string; readonly role: string } | undefined;
  if (!from) return { pos };
  const kind = String(frame["kind"]);
  const body = frame["body"] as Frame;
  const content = isRecalled(body) ? TAKEN_BACK : contentOf(kind, body);
  const said = { pos, from: from.id, role: from.role, mid: String(frame["mid"]), kind, content };
  return kind === "routing" ? { ...said, routing: routingOf(body) } : said;
}

function routingOf({ event, version, assignee }: Frame): NonNullable<Seen["routing"]> {
  return {
    event: String(event),
    ...(version !== undefined && { version: Number(version) }),
    ...(assignee !== undefined && { assignee: String(assignee) }),
  };
}
