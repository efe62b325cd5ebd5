import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type ChatSuite, codeOf, guestToken, Stage } from "../contract/chat/stage.js";
import { needing } from "../contract/suite.js";
import { call, type Frame, type Peer } from "../support/peer.js";

interface FrameVector {
  readonly name: string;
  readonly frame?: Frame;
  readonly text?: string;
  readonly verdict: "command" | "bad_request" | "unsupported" | "bad_frame";
}

interface BodyVector {
  readonly name: string;
  readonly call: string;
  readonly body: unknown;
  readonly verdict: string;
}

/** What a frame is refused as when it is not understood. */
const NOT_UNDERSTOOD = ["bad_request", "unsupported"];

/** The golden frames, held against a server: what is good is understood, and what is not gets its verdict. */
export const frameVectors: ChatSuite = (at) => {
  const test = needing(at.test, "frames", at.cannot ?? {});
  const said = grouped(read<FrameVector>("commands"), ({ frame }) => String(frame?.["op"] ?? "no command"));

  for (const [op, vectors] of said)
    test(`frames of ${op}: what is good is understood, what is not gets its verdict`, async (t) => {
      const stage = new Stage(t, at);
      for (const vector of vectors) {
        const peer = op === "hello" ? await stage.stranger() : (await stage.guest()).peer;
        assert.ok(VERDICTS[vector.verdict].includes(await verdict(peer, vector)), `${vector.name}: ${JSON.stringify(peer.frames.at(-1))}`);
        peer.cut();
      }
    });
};

const VERDICTS = { command: ["understood"], bad_request: ["bad_request"], unsupported: ["unsupported"], bad_frame: ["4200"] };

/** A socket that is closed says it with its code. A conversation that came of it is closed again. */
async function verdict(peer: Peer, { frame, text }: FrameVector): Promise<string> {
  const before = peer.frames.length;
  peer.raw(text ?? JSON.stringify(frame));
  const id = idOf(frame ?? parsed(text));
  if (id === undefined) peer.raw(JSON.stringify({ op: "ping", id: FENCE }));
  const answer = (): Frame | undefined => peer.frames.slice(before).find(({ re }) => re === (id ?? FENCE) || re === FENCE);
  const isOver = await peer
    .until(() => answer() !== undefined, "an answer")
    .then(
      () => false,
      () => peer.closed !== undefined,
    );
  if (isOver) return String(peer.closed?.code);
  const reply = answer() as Frame;
  if (reply["c"] !== undefined) await peer.ask("close", { c: reply["c"] });
  return NOT_UNDERSTOOD.find((code) => code === codeOf(reply)) ?? "understood";
}

function idOf({ id }: Frame): number | undefined {
  return typeof id === "number" && Number.isInteger(id) && id >= 0 ? id : undefined;
}

/** Some texts are no JSON, which is their point. */
function parsed(text = ""): Frame {
  try {
    return (JSON.parse(text) as Frame | null) ?? {};
  } catch {
    return {};
  }
}

/** No vector has it. */
const FENCE = 4_000_000_001;

const PATHS: Readonly<Record<string, string>> = {
  ...{ visitors: "/v1/visitors", login: "/v1/login", refresh: "/v1/refresh", ask: "/v1/conversations", send: "/v1/messages" },
  ...{ commands: "/v1/commands", offline: "/v1/offline" },
};

/** The golden bodies of calls. Forms that would wait for an agent are only sent when they are to be refused. */
export const bodyVectors: ChatSuite = (at) => {
  const { test, url } = at;
  const sent = read<BodyVector>("http-bodies").filter(({ call: name, verdict: says }) => name !== "offline" || says !== "valid");

  for (const [name, vectors] of grouped(sent, (vector) => vector.call))
    test(`bodies of ${name}: what is good is understood, what is not gets its verdict`, async () => {
      for (const vector of vectors) {
        const { token } = await guestToken(at);
        const { status, body } = await call(url, "POST", PATHS[name] ?? name, { token, body: vector.body });
        const told = status >= 400 ? String(body["code"]) : "valid";
        const understood = NOT_UNDERSTOOD.includes(told) ? told : "valid";
        assert.equal(understood, vector.verdict, `${vector.name}: ${JSON.stringify(body)}`);
        if (body["c"] !== undefined) await call(url, "POST", "/v1/commands", { token, body: { op: "close", c: body["c"] } });
      }
    });
};

function read<V>(name: string): readonly V[] {
  const text = readFileSync(new URL(`../../proto/vectors/${name}.json`, import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly vectors: readonly V[] }).vectors;
}

function grouped<V>(vectors: readonly V[], of: (vector: V) => string): ReadonlyMap<string, readonly V[]> {
  const groups = new Map<string, V[]>();
  for (const vector of vectors) groups.set(of(vector), [...(groups.get(of(vector)) ?? []), vector]);
  return groups;
}
