import assert from "node:assert/strict";
import { type Held, heard, mids, type Stage, text } from "./stage.js";

const SAID = 8;

/** Somebody misbehaves while a visitor and an agent chat: they notice nothing. */
export async function undisturbed(stage: Stage, misbehave: (held: Held) => Promise<void>): Promise<void> {
  const held = await stage.held();
  await Promise.all([misbehave(held), chat(held, "during")]);
  await chat(held, "after");
}

async function chat({ c, guest, agent }: Held, when: string): Promise<void> {
  const said = Array.from({ length: SAID }, (_, i) => `${when} ${i}`);
  for (const mid of said) await guest.peer.do("send", text(c, mid));
  await heard(agent, c, said.at(-1) as string);
  assert.deepEqual(mids(agent.events("message", c)).slice(-SAID), said);
}
