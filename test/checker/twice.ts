import { compare, type Position } from "../../proto/position.js";
import { at, type Finding } from "./finding.js";
import { type History, keyOf, linesOf } from "./history.js";
import { messageKey, sightings } from "./sightings.js";

/**
 * One message at two places: two rows in history, two in one client's view, two positions named to its sender, or two inside one life.
 * Two lives may have shown it: the lower place was then lost before it lasted, and history has the higher one alone.
 */
export function twice(history: History): Finding[] {
  return [...inOneList(history), ...inOneLife(history), ...inReplies(history)];
}

function inOneList(history: History): Finding[] {
  const lists = [
    ...linesOf(history, "record").map(({ seen, ...line }) => ({ ...line, seen, where: "history" })),
    ...linesOf(history, "view").map(({ shown, ...line }) => ({ ...line, seen: shown, where: `the view of ${line.who}` })),
  ];
  return lists.flatMap(({ c, at_ms, seen, where }) => {
    const places = new Places((mid, a, b) => ({ name: "twice", c, at_ms, text: `${mid} stands at ${at(a)} and ${at(b)} in ${where}` }));
    return seen.flatMap((each) => places.put(messageKey(c, each), each.mid ?? "", each.pos));
  });
}

function inOneLife(history: History): Finding[] {
  const lives = new Map<string, Places>();
  return sightings(history).flatMap(({ c, at_ms, seen }) => {
    const life = keyOf(c, String(seen.pos[0]), "");
    const places =
      lives.get(life) ??
      new Places((mid, a, b) => ({ name: "twice", c, at_ms, text: `${mid} was seen at ${at(a)} and ${at(b)} of one life` }));
    lives.set(life, places);
    return places.put(messageKey(c, seen), seen.mid ?? "", seen.pos);
  });
}

function inReplies(history: History): Finding[] {
  const places = new Map<string, Position>();
  return linesOf(history, "ack").flatMap(({ c, user, mid, pos, at_ms }) => {
    const key = keyOf(c, user, mid);
    const first = places.get(key) ?? pos;
    places.set(key, first);
    const text = `the replies for ${mid} name ${at(first)} and ${at(pos)}`;
    return compare(first, pos) === 0 ? [] : [{ name: "twice", c, at_ms, text } as const];
  });
}

/** Where messages were seen first. A message is reported once, however often it is seen elsewhere. */
class Places {
  readonly #places = new Map<string, Position>();
  readonly #reported = new Set<string>();
  readonly #find: (mid: string, a: Position, b: Position) => Finding;

  constructor(find: (mid: string, a: Position, b: Position) => Finding) {
    this.#find = find;
  }

  put(key: string | undefined, mid: string, pos: Position): Finding[] {
    if (key === undefined) return [];
    const first = this.#places.get(key) ?? pos;
    this.#places.set(key, first);
    const same = compare(first, pos) === 0;
    if (same || this.#reported.has(key)) return [];
    this.#reported.add(key);
    return [this.#find(mid, first, pos)];
  }
}
