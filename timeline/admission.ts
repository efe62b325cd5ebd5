import type { Position } from "../proto/position.js";
import type { Append, Recalls } from "./broker.js";
import type { Authority } from "./entry.js";

/** What a broker knows of a conversation's life when an append arrives. */
export interface Standing {
  readonly tenant: string;
  readonly epoch: number;
  readonly head: number;
  /** n of the oldest entry in the window. */
  readonly first: number;
  /** Nothing came before entry 1. */
  readonly newborn: boolean;
  readonly authority: Authority | undefined;
  /** Entries without the journal's word. */
  readonly unsettled: number;
  /** Of the entry that the append withdraws, by the broker's own clock. */
  readonly target?: { readonly unsettled: boolean; readonly age_ms: number };
}

/** What is remembered of a (sender, mid): its place, or the refusal every attempt of it gets. */
export type Known = { readonly n: number; readonly hash: string } | { readonly refused: Refusal };

export type Refusal = "not_assigned" | "closed";

type Code = Refusal | "conflict" | "busy" | "not_found" | "forbidden" | "pending";

export type Verdict =
  | { readonly at: "admit" }
  | { readonly at: "begin" }
  | { readonly at: "duplicate"; readonly n: number }
  | { readonly at: "refused"; readonly code: Code; readonly remember?: Refusal }
  | { readonly at: "stale" }
  | { readonly at: "cold" }
  | { readonly at: "alive" }
  | { readonly at: "lookup" };

/**
 * Whether an append gets a position. Pure: every broker asks the same question in the same order, the fence before it.
 *
 * What was said before is answered first, and so is what the window cannot prove to be said for the first time: only then may the sender be
 * refused, since a retry of what was accepted once is never refused.
 */
export function admit(append: Append, life: Standing | undefined, known: Known | undefined, unsettledMax: number): Verdict {
  if (life && life.tenant !== append.tenant) return { at: "refused", code: "not_found" };
  if (known) return answerAgain(append, known);
  if (append.begins) return { at: life ? "alive" : "begin" };
  if (!life) return { at: "cold" };
  if (append.routing) return mayRoute(append.routing.expect, life.authority);
  if (!life.authority) return { at: "cold" };
  if (!reachesBack(append.since, life)) return { at: "lookup" };
  const verdict = judge(append, life.authority, life.unsettled >= unsettledMax);
  return verdict.at === "admit" && append.recalls ? mayRecall(append.recalls, life.target) : verdict;
}

function answerAgain({ hash }: Append, known: Known): Verdict {
  if ("refused" in known) return { at: "refused", code: known.refused };
  return known.hash === hash ? { at: "duplicate", n: known.n } : { at: "refused", code: "conflict" };
}

/** A compare-and-set of the assignment; `asserts` only where a barrier stands alone. */
function mayRoute(expect: number | "asserts", authority: Authority | undefined): Verdict {
  const stands = authority ? authority.version : "asserts";
  return { at: stands === expect ? "admit" : "stale" };
}

/** True when everything said after `since` is in the window, so that a mid it does not hold was never said. */
function reachesBack(since: Position, life: Standing): boolean {
  if (life.newborn && life.first === 1) return true;
  return since[0] === life.epoch && since[1] >= life.first - 1 && since[1] <= life.head;
}

function judge(append: Append, authority: Authority, full: boolean): Verdict {
  const { from, reader } = append;
  if (from.role === "system") return { at: "admit" };
  if (from.role === "visitor" && !isVisitorOf(from, authority)) return { at: "refused", code: "not_found" };
  if (authority.state === "closed") return { at: "refused", code: "closed", remember: "closed" };
  const holds = from.role === "visitor" || from.role === "supervisor" || from.id === authority.assignee;
  const vouched = reader === true && (from.role === "bot" || isForAgents(append));
  if (!holds && !vouched) return { at: "refused", code: "not_assigned", remember: "not_assigned" };
  return full ? { at: "refused", code: "busy" } : { at: "admit" };
}

/** Also as whom it was before its site said who it is: its other pages go on with that. */
function isVisitorOf({ id }: Append["from"], { visitor, members }: Authority): boolean {
  return id === visitor.id || members.some((member) => member.role === "visitor" && member.id === id);
}

/** A note, or a recall of one. */
function isForAgents({ kind, audience }: Append): boolean {
  return kind === "note" || (kind === "recall" && audience === "agents");
}

/** What is unsettled cannot be withdrawn: its content is still on its way to the journal. */
function mayRecall({ within_ms }: Recalls, target: Standing["target"]): Verdict {
  if (target === undefined || target.unsettled) return { at: "refused", code: "pending" };
  return target.age_ms > within_ms ? { at: "refused", code: "forbidden" } : { at: "admit" };
}
