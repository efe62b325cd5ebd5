import type { TestContext } from "node:test";
import type { ChatAt, ChatSuite } from "../contract/chat/stage.js";

/** One thing that a server must do. */
export interface Case {
  readonly group: string;
  readonly name: string;
  /** Why it cannot be asked over this transport. */
  readonly reason?: string;
  readonly body: (t: TestContext) => Promise<void>;
}

/** How a suite names what its adapter cannot do. */
const NOT_APPLICABLE = /^not applicable \((.*?)\): (.*)$/s;

/** The cases of these suites, in their order. */
export function casesOf(suites: Readonly<Record<string, ChatSuite>>, at: Omit<ChatAt, "test">): readonly Case[] {
  const cases: Case[] = [];
  for (const [group, suite] of Object.entries(suites))
    suite({
      ...at,
      test: (title, body) => {
        const [, reason, name = title] = NOT_APPLICABLE.exec(title) ?? [];
        cases.push({ group, name, body, ...(reason === undefined ? {} : { reason }) });
      },
    });
  return cases;
}

export function isMeant({ group, name }: Case, filter: string): boolean {
  return `${group}: ${name}`.toLowerCase().includes(filter.toLowerCase());
}
