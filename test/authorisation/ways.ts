import { call, type Frame, Peer } from "../support/peer.js";
import { until } from "../support/until.js";
import type { Person, Scene } from "./scene.js";

/** What somebody was told: `ok` or the code of the error, and all of it but what differs from one asking to the next. */
export interface Told {
  readonly says: string;
  readonly words: string;
}

/** One way of asking: over the socket, or over HTTP. */
export type Way = (who: Person, op: string, fields: object) => Promise<Told>;

export const bySocket: Way = async ({ peer }, op, fields) => {
  const { re: _id, ...reply } = await patiently(() => peer.ask(op, fields), codeOf);
  return { says: codeOf(reply) ?? "ok", words: JSON.stringify(reply) };
};

export function byHttp(scene: Scene): Way {
  return ({ token }, op, fields) => asked(scene, "POST", "/v1/commands", { token, body: { op, ...fields } });
}

/** A socket of its own that resumes the conversation. */
export async function resuming(scene: Scene, { token }: Person, c: string): Promise<Told> {
  const peer = await Peer.hello(scene.url, token, { [c]: [1, 1] });
  const { resumed } = peer.frames[0] as { readonly resumed: Readonly<Record<string, Frame>> };
  peer.cut();
  const reply = resumed[c] ?? {};
  return { says: codeOf(reply) ?? "ok", words: JSON.stringify(reply) };
}

export interface Request {
  readonly token?: string;
  readonly body?: unknown;
  /** Sent as it is, as this media type. */
  readonly content?: readonly [mime: string, text: string];
}

export async function asked({ url }: Scene, method: string, path: string, request: Request): Promise<Told> {
  const { status, body, headers } = await patiently(
    () => send(url, method, path, request),
    (answer) => httpCode(answer),
  );
  const shape = [...headers.keys()].filter((name) => name !== "x-request-id" && name !== "date").sort();
  return { says: httpCode({ status, body }) ?? "ok", words: JSON.stringify([status, shape, body]) };
}

async function send(url: string, method: string, path: string, { token, body, content }: Request) {
  if (!content) return call(url, method, path, { ...(token === undefined ? {} : { token }), body });
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const headers = { ...authorization, "content-type": content[0] };
  const answer = await fetch(`${url}${path}`, { method, headers, ...(method === "GET" ? {} : { body: content[1] }) });
  return { status: answer.status, headers: answer.headers, body: parsed(await answer.text()) };
}

/** A file's content is no JSON. */
function parsed(text: string): Frame {
  return text.startsWith("{") ? (JSON.parse(text) as Frame) : { text };
}

function httpCode({ status, body }: { readonly status: number; readonly body: Frame }): string | undefined {
  return status < 300 ? undefined : String(body["code"]);
}

export function codeOf(reply: Frame): string | undefined {
  return (reply["error"] as { readonly code: string } | undefined)?.code;
}

const LATER = new Set(["pending", "unavailable", "busy", "rate_limited"]);

/** Asks again while the answer is to ask again. */
async function patiently<T>(ask: () => Promise<T>, code: (answer: T) => string | undefined): Promise<T> {
  let answer = await ask();
  await until("an answer that is not to ask again", async () => {
    if (!LATER.has(code(answer) ?? "")) return true;
    answer = await ask();
    return false;
  });
  return answer;
}
