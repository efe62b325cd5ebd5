import type { ErrorCode } from "../../proto/codes.js";
import type { Party } from "../../proto/message.js";
import { formatPosition, type Position } from "../../proto/position.js";
import { ClientError, Unreached } from "./errors.js";
import type { Fields, HistoryPage, Sent, Welcome } from "./wire.js";

/** The part of `fetch` this SDK uses. */
export type Fetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body?: string; signal?: unknown },
) => Promise<{ readonly ok: boolean; readonly status: number; text(): Promise<string> }>;

/** Who somebody is, as `visitors`, `login` and `refresh` answer it. */
export interface Session {
  readonly token: string;
  readonly user: Party;
  readonly expires_at: number;
}

export interface HttpOptions {
  /** `https://desk.example` */
  readonly url: string;
  readonly fetch?: Fetch;
}

export interface Range {
  readonly before?: Position;
  readonly after?: Position;
  readonly limit?: number;
}

export interface Waited {
  readonly after: Position;
  readonly limit: number;
  /** How long to wait for a newer entry. */
  readonly wait_ms: number;
  /** An AbortSignal of the runtime, where it has them. */
  readonly signal?: unknown;
}

/** The HTTP calls of the protocol. Each rejects with a ClientError: the server's code, or `unavailable` when there was no answer of its. */
export class Http {
  readonly #url: string;
  readonly #fetch: Fetch;

  constructor(options: HttpOptions) {
    this.#url = options.url.replace(/\/$/, "");
    this.#fetch = options.fetch ?? ((url, init) => (globalThis as unknown as { fetch: Fetch }).fetch(url, init));
  }

  visitors(visitor: { tenant: string; name?: string; attributes?: Fields; token?: string }): Promise<Session> {
    return this.#ask("POST", "/v1/visitors", visitor);
  }

  login(account: { tenant: string; username: string; password: string }): Promise<Session> {
    return this.#ask("POST", "/v1/login", account);
  }

  /** With the site's own token for the same visitor, that one is identified by it. */
  refresh(token: string, site?: string): Promise<Session> {
    return this.#ask("POST", "/v1/refresh", site === undefined ? {} : { token: site }, token);
  }

  session(token: string): Promise<Welcome> {
    return this.#ask("GET", "/v1/session", undefined, token);
  }

  /** A command without a socket; what would follow it as events does not come. */
  command<R>(token: string, op: string, fields: Fields): Promise<R> {
    return this.#ask("POST", "/v1/commands", { ...fields, op }, token);
  }

  async logout(token: string): Promise<void> {
    await this.#ask("POST", "/v1/logout", {}, token);
  }

  site<R = Fields>(tenant: string): Promise<R> {
    return this.#ask("GET", `/v1/site/${encodeURIComponent(tenant)}`);
  }

  conversations<R = Fields>(token: string): Promise<R> {
    return this.#ask("GET", "/v1/conversations", undefined, token);
  }

  send(token: string, message: { c: string; mid: string; kind: string; body: Fields; since?: Position }): Promise<Sent> {
    return this.#ask("POST", "/v1/messages", message, token);
  }

  /** {@link history} above `after`; answered when there is something, or when the time is over. */
  wait(token: string, c: string, { after, limit, wait_ms, signal }: Waited): Promise<HistoryPage> {
    const query = `after=${formatPosition(after)}&limit=${limit}&wait_ms=${wait_ms}`;
    return this.#ask("GET", `/v1/conversations/${encodeURIComponent(c)}/messages?${query}`, undefined, token, signal);
  }

  history(token: string, c: string, range: Range = {}): Promise<HistoryPage> {
    const { before, after, limit } = range;
    const query = [
      ...(before ? [`before=${formatPosition(before)}`] : []),
      ...(after ? [`after=${formatPosition(after)}`] : []),
      ...(limit === undefined ? [] : [`limit=${limit}`]),
    ].join("&");
    return this.#ask("GET", `/v1/conversations/${encodeURIComponent(c)}/messages?${query}`, undefined, token);
  }

  async #ask<R>(method: string, path: string, body?: unknown, token?: string, signal?: unknown): Promise<R> {
    const headers: Record<string, string> = {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const init = {
      ...{ method, headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    };
    const { ok, status, text } = await this.#fetched(this.#url + path, init);
    const answer = parsed(text);
    if (!ok) throw problemOf(status, answer);
    if (answer === undefined) throw new Unreached("not an answer of Deskwire");
    return answer as R;
  }

  async #fetched(url: string, init: Parameters<Fetch>[1]): Promise<{ ok: boolean; status: number; text: string }> {
    try {
      const answer = await this.#fetch(url, init);
      return { ok: answer.ok, status: answer.status, text: await answer.text() };
    } catch (error) {
      throw new Unreached(String(error));
    }
  }
}

/** Undefined for what is not JSON: a proxy's page, say. */
function parsed(text: string): unknown {
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A body that is not ours counts as `unavailable`. */
function problemOf(status: number, body: unknown): ClientError {
  const { code, detail, retry, retry_after_ms } = (body ?? {}) as Problem;
  if (typeof code !== "string") return new Unreached(`HTTP ${status}`);
  return new ClientError(code, detail, retry, retry_after_ms);
}

interface Problem {
  readonly code?: ErrorCode;
  readonly detail?: string;
  readonly retry?: boolean;
  readonly retry_after_ms?: number;
}
