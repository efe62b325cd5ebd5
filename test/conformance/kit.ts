import type { ChatAbility, ChatAt } from "../contract/chat/stage.js";
import { CHAT_SUITES } from "../contract/chat.js";
import type { Cannot } from "../contract/suite.js";
import { pollLine } from "../support/poll-peer.js";
import { type Case, casesOf, isMeant } from "./cases.js";
import { framing } from "./framing.js";
import { handshakes } from "./handshakes.js";
import { httpManners } from "./http-manners.js";
import type { Options, Transport } from "./options.js";
import { play, type Result } from "./play.js";
import { promises } from "./promises.js";
import { bodyVectors, frameVectors } from "./vectors.js";

const SUITES = {
  ...CHAT_SUITES,
  promises,
  handshakes,
  framing,
  "HTTP manners": httpManners,
  "frames by example": frameVectors,
  "bodies by example": bodyVectors,
};

/** What a visitor cannot have where WebSocket is blocked. */
export const CANNOT_LONG_POLL: Cannot<ChatAbility> = {
  signals: "over HTTP only what has a place in the order is waited for",
  frames: "commands are carried as HTTP calls, of which each is judged for itself",
  closes: "the server speaks only when it is asked",
};

const BY_TRANSPORT: { readonly [T in Transport]: Pick<ChatAt, "visitors" | "cannot"> } = {
  websocket: {},
  "long-poll": { visitors: pollLine, cannot: CANNOT_LONG_POLL },
};

/** The cases an operator means. */
export function meant({ url, desk, transport, filter }: Pick<Options, "url" | "desk" | "transport" | "filter">): readonly Case[] {
  return casesOf(SUITES, { url, desk, ...BY_TRANSPORT[transport] }).filter((each) => isMeant(each, filter));
}

/** Plays them one after another: they share the accounts. Tells of each as it ends. */
export async function playAll(cases: readonly Case[], tell: (result: Result) => void): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const each of cases) {
    const result = await play(each);
    results.push(result);
    tell(result);
  }
  return results;
}
