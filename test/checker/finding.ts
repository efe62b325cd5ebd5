import type { Position } from "../../proto/position.js";
import { formatPosition } from "../../proto/position.js";

/** Which promise was broken. */
export type FindingName = "lost" | "twice" | "order" | "silent gap" | "false ack" | "double" | "altered";

export interface Finding {
  readonly name: FindingName;
  readonly c: string;
  /** When it showed. */
  readonly at_ms: number;
  /** What was seen and what should have been, for a person. */
  readonly text: string;
}

export function describe(findings: readonly Finding[]): string {
  return findings.map(({ name, c, at_ms, text }) => `${name} (${c} at ${Math.round(at_ms)} ms): ${text}`).join("\n");
}

export const at = (pos: Position): string => formatPosition(pos);
