import { describe } from "../checker/finding.js";
import { linesOf } from "../checker/history.js";
import type { DrainReport } from "./drain-run.js";
import { densest, histogram, quantile } from "./figures.js";
import type { PostAnswer } from "./http-poster.js";

/** As many are sent away in this time as DESKWIRE_DRAIN_PER_S allows for it; closes arrive less evenly than they are made. */
const SPAN_MS = 200;
const CLOSES_UNEVEN = 2;
/** A connection that ended without a close frame, or never began. */
const LOST = 1006;
/** A timer of Node's may be early by as much. */
const EARLY_MS = 2;

export interface DrainTerms {
  readonly per_s: number;
  readonly deadline_ms: number;
}

interface Leaving {
  readonly who: string;
  readonly slot_ms: number;
  /** From goaway. */
  readonly left_ms: number;
  readonly code: number;
  /** Without a socket that said hello. */
  readonly away_ms: number;
}

/** What of the promises did not hold; empty when all did. */
export function faultsOf(report: DrainReport, { per_s, deadline_ms }: DrainTerms): string[] {
  const { clients, farewells, at, code, under_way, stubborn, posts, waits, refused, findings, unready_ms } = report;
  const leavings = leavingsOf(report);
  const most = Math.ceil((per_s * SPAN_MS) / 1_000) + 1;
  const slots = densest(slotMoments(report), SPAN_MS);
  const closes = densest(closeMoments(report), SPAN_MS);
  const draining = posts.filter(({ at_ms }) => at_ms > at.signal + unready_ms && at_ms < at.exit);
  const told = new Set(farewells.map(({ who }) => who));
  const faults: (string | false)[] = [
    told.size !== clients.length && `${clients.length - told.size} clients were told nothing`,
    farewells.length !== told.size && `${farewells.length - told.size} were told twice`,
    slots > most && `${slots} slots lie within ${SPAN_MS} ms, more than ${most}`,
    closes > most * CLOSES_UNEVEN && `${closes} left within ${SPAN_MS} ms`,
    ...leavings.map(
      ({ who, slot_ms, left_ms }) => left_ms < slot_ms - EARLY_MS && `${who} lost its socket ${left_ms} ms after goaway, before its slot`,
    ),
    code !== 0 && `the process ended with ${code}`,
    at.exit - at.signal > deadline_ms && `it took ${Math.round(at.exit - at.signal)} ms to end`,
    under_way.answered !== under_way.count && `${under_way.count - under_way.answered} sends of those under way got no answer`,
    ...stubborn.map(
      (end) =>
        !(end.code === 4000 && /^draining;retry_after_ms=\d+$/.test(end.reason)) &&
        `a socket that stayed was closed ${end.code} ${end.reason}`,
    ),
    ...draining.map((post) => !endsWell(post) && `a post was answered ${post.outcome}, last: ${post.last}`),
    draining.length === 0 && "nobody posted while it drained",
    ...waits.map(
      ({ status, messages, at_ms }) =>
        !(status === 200 && messages === 0 && at_ms < at.exit) && `a wait was answered ${status} with ${messages} messages`,
    ),
    ...astray(report).map((mid) => `${mid} was acknowledged over HTTP and does not stand in history once`),
    told.size !== leavings.length && `${told.size - leavings.length} did not come back`,
    ...refused.map((each) => `refused: ${each}`),
    findings.length > 0 && describe(findings),
  ];
  return faults.filter((fault) => fault !== false);
}

export function figuresOf(report: DrainReport, { per_s, deadline_ms }: DrainTerms): string {
  const { at, under_way, posts, unready_ms, stubborn } = report;
  const away = leavingsOf(report).map(({ away_ms }) => away_ms);
  const codes = counted([...leavingsOf(report).map(({ code }) => String(code)), ...stubborn.map(({ code }) => `${code} (did not leave)`)]);
  const after = posts.filter(({ at_ms }) => at_ms > at.signal).map(({ outcome }) => String(outcome));
  return [
    `slots, from goaway (at most ${per_s}/s):`,
    histogram(slotMoments(report), SPAN_MS),
    "sockets that ended, from SIGTERM:",
    histogram(closeMoments(report), SPAN_MS),
    `close codes: ${codes}`,
    `not ready after ${Math.round(unready_ms)} ms; ended after ${Math.round(at.exit - at.signal)} ms of ${deadline_ms}`,
    `sends under way at SIGTERM: ${under_way.count}, answered before the end: ${under_way.answered}`,
    `posts over HTTP since SIGTERM: ${counted(after)}`,
    `a client was without a socket for p50 ${ms(quantile(away, 0.5))}, p99 ${ms(quantile(away, 0.99))}, most ${ms(quantile(away, 1))}:`,
    `  the slots after its own, until the process ended; then ${ms(at.ready - at.exit)} until the next one served; then its own backoff`,
  ].join("\n");
}

function slotMoments({ farewells }: DrainReport): number[] {
  return farewells.map(({ slot_ms }) => slot_ms);
}

function closeMoments(report: DrainReport): number[] {
  const from = new Map(report.farewells.map(({ who, at_ms }) => [who, at_ms - report.at.signal]));
  return leavingsOf(report).map(({ who, left_ms }) => left_ms + (from.get(who) ?? 0));
}

function leavingsOf({ farewells, history }: DrainReport): Leaving[] {
  const closes = linesOf(history, "close");
  const connects = linesOf(history, "connect");
  return farewells.flatMap(({ who, at_ms, slot_ms }) => {
    const back = connects.find((line) => line.who === who && line.at_ms > at_ms);
    const ends = closes.filter((line) => line.who === who && line.at_ms > at_ms && (!back || line.at_ms < back.at_ms));
    const [first] = ends;
    if (!first || !back) return [];
    // A new connection may be refused before the end of the old one is told: the old one ended with a code of its own.
    const { code } = ends.find((end) => end.code !== LOST) ?? first;
    return [{ who, slot_ms, left_ms: first.at_ms - at_ms, code, away_ms: back.at_ms - first.at_ms }];
  });
}

/** While it drains a call is answered, or refused with a time, as the last one of its connection; at the very end there is nobody to connect to. */
function endsWell({ outcome, last }: PostAnswer): boolean {
  return outcome === "ECONNREFUSED" || (last && (outcome === 200 || outcome === 503));
}

/** What was posted and acknowledged, and does not stand in history once. */
function astray({ posts, history }: DrainReport): string[] {
  const seen = linesOf(history, "record").flatMap((line) => line.seen.map(({ mid }) => mid));
  const acknowledged = posts.filter(({ outcome }) => outcome === 200);
  return acknowledged.map(({ mid }) => mid).filter((mid) => seen.filter((each) => each === mid).length !== 1);
}

function counted(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => `${value}: ${count}`).join(", ");
}

const ms = (value: number): string => `${Math.round(value)} ms`;
