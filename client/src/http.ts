import type { ErrorCode } from "../../proto/codes.js";
import type { Party } from "../../proto/message.js";
import { formatPosition, type Position } from "../../proto/position.js";
import { ClientError } from "./errors.js";
import type { Fields, HistoryPage, Sent } from "./wire.js";

/** The part of `fetch` this SDK uses. */
export type Fetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body?: string },
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

  refresh(token: string): Promise<Session> {
    return this.#ask("POST", "/v1/refresh", {}, token);
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

  history(token: string, c: string, range: Range = {}): Promise<HistoryPage> {
    const { before, after, limit } = range;
    const query = [
      ...(before ? [`before=${formatPosition(before)}`] : []),
      ...(after ? [`after=${formatPosition(after)}`] : []),
      ...(limit === undefined ? [] : [`limit=${limit}`]),
    ].join("&");
    return this.#ask("GET", `/v1/conversations/${encodeURIComponent(c)}/messages?${query}`, undefined, token);
  }

  async #ask<R>(method: string, path: string, body?: unknown, token?: string): Promise<R> {
    const headers: Record<string, string> = {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const { ok, status, text } = await this.#fetched(this.#url + path, init);
    const answer = parsed(text);
    if (!ok) throw problemOf(status, answer);
    if (answer === undefined) throw new ClientError("unavailable", "not an answer of Deskwire");
    return answer as R;
  }

  async #fetched(url: string, init: Parameters<Fetch>[1]): Promise<{ ok: boolean; status: number; text: string }> {
    try {
      const answer = await this.#fetch(url, init);
      return { ok: answer.ok, status: answer.status, text: await answer.text() };
    } catch (error) {
      throw new ClientError("unavailable", String(error));
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
  if (typeof code !== "string") return new ClientError("unavailable", `HTTP ${status}`);
  return new ClientError(code, detail, retry, retry_after_ms);
}

interface Problem {
  readonly code?: ErrorCode;
  readonly detail?: string;
  readonly retry?: boolean;
  readonly retry_after_ms?: number;
}
