import type { TestContext } from "node:test";

/** As node:test has it. */
export type Test = (name: string, body: (t: TestContext) => Promise<void>) => unknown;

/** What an adapter cannot do, each with the reason. What is left out it can. */
export type Cannot<Ability extends string> = { readonly [A in Ability]?: string };

/**
 * The tests that need one ability of the adapter. An adapter that does not have it reports each of them by name, with its reason, and
 * runs none.
 */
export function needing<Ability extends string>(test: Test, ability: Ability, cannot: Cannot<Ability>): Test {
  const reason = cannot[ability];
  if (reason === undefined) return test;
  return (name) => test(`not applicable (${reason}): ${name}`, async () => undefined);
}
