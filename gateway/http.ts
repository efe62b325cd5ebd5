import { networkOf } from "../lib/address.js";
import { pause } from "../lib/clock.js";
import { DeskError, refuse } from "../lib/errors.js";
import { randomId } from "../lib/ids.js";
import type { Logger } from "../lib/log.js";
import type { Service } from "../lib/service.js";
import { type Check, compiled } from "../proto/check.js";
import { ERRORS } from "../proto/codes.js";
import { userKey } from "./budget.js";
import { Ready } from "./calls/call.js";
import { type CALLS, findCall } from "./calls/index.js";
import type { Context } from "./context.js";
import { OriginError } from "./origins.js";
import { bearerOf, type HttpAnswer, type HttpRequest, pageOf } from "./request.js";

const PREFLIGHT_S = "600";
const JSON_TYPE = "application/json; charset=utf-8";

/** Part of the time there is: a body that never comes must not keep from settling what others sent. */
const DRAIN_SHARE = 0.5;
const STOPPING_RETRY_MS = 1_000;

/** The HTTP calls of the protocol: the same words, promises and errors as on a socket. */
export class Http implements Service {
  readonly name = "http";
  readonly #context: Context;
  readonly #work = new Set<Promise<HttpAnswer>>();
  #over = false;

  constructor(context: Context) {
    this.#context = context;
  }

  async start(): Promise<void> {
    this.#over = false;
  }

  /** Nothing more is taken; resolves when what was taken is answered, or its share of the deadline is over. */
  async drain(deadline_ms: number): Promise<void> {
    this.#over = true;
    await Promise.race([Promise.all([...this.#work]), pause(this.#context.clock, deadline_ms * DRAIN_SHARE)]);
  }

  async stop(): Promise<void> {
    this.#over = true;
  }

  /** Never rejects. Every answer names its request, as the log does. */
  answer(request: HttpRequest): Promise<HttpAnswer> {
    const work = this.#logged(request);
    this.#work.add(work);
    void work.finally(() => this.#work.delete(work));
    return work;
  }

  async #logged(request: HttpRequest): Promise<HttpAnswer> {
    const { clock, metrics, log: house } = this.#context;
    const id = randomId("q");
    const log = house.child({ request: id });
    const since_ms = clock.monotonic();
    const answer = await this.#answer(request, log);
    metrics.called(answer.status);
    const from = networkOf(request.address);
    log.debug(
      { from, method: request.method, path: request.path, status: answer.status, took_ms: clock.monotonic() - since_ms },
      "answered",
    );
    return withHeaders(answer, { "x-request-id": id });
  }

  async #answer(request: HttpRequest, log: Logger): Promise<HttpAnswer> {
    try {
      if (this.#over) return refuse("unavailable", "This server is being stopped.", STOPPING_RETRY_MS);
      this.#context.budgets.calls.take(request.address);
      const known = await this.#context.origins.known(pageOf(request));
      if (request.method === "OPTIONS") return preflight(known ? cors(request) : {});
      if (!known) throw new OriginError();
      return withHeaders(await this.#call(request), cors(request));
    } catch (error) {
      return withHeaders(problem(refusalOf(error, request, log)), await this.#corsOf(error, request));
    }
  }

  async #call(request: HttpRequest): Promise<HttpAnswer> {
    const found = findCall(request.method, request.path);
    if (!found) return refuse("not_found", "There is no such call.");
    const { call, parameters } = found;
    const session = call.open ? undefined : await this.#session(request);
    const fields = call.body ? fieldsOf(await request.body(), checks(call.body), call.bare) : {};
    const result = await call.run(this.#context, { request, parameters, fields: fields as never, session: session as never });
    if (result instanceof Ready) return result.answer;
    return text(typeof result === "string" ? result : JSON.stringify(result));
  }

  /** The caller behind the bearer token, from a page that may speak for its tenant. */
  async #session(request: HttpRequest) {
    const session = await this.#context.tokens.verify(bearerOf(request));
    await this.#context.origins.admit(session.tenant, pageOf(request));
    this.#context.budgets.callsOfUser.take(userKey(session));
    return session;
  }

  /** A page may read why it was refused, unless it was for what page it is. */
  async #corsOf(error: unknown, request: HttpRequest): Promise<Record<string, string>> {
    if (error instanceof OriginError) return {};
    return (await this.#context.origins.known(pageOf(request)).catch(() => false)) ? cors(request) : {};
  }
}

/** For a page that may read the answer. */
function cors(request: HttpRequest): Record<string, string> {
  const origin = request.header("origin");
  if (origin === undefined) return {};
  return { "access-control-allow-origin": origin, "access-control-expose-headers": "x-request-id, retry-after", vary: "origin" };
}

/** A fault of ours: the caller learns that the outcome is unknown, the log learns the rest. */
function refusalOf(error: unknown, { method, path }: HttpRequest, log: Logger): DeskError {
  if (error instanceof DeskError) return error;
  log.error({ err: error, method, path }, "a call failed");
  return new DeskError("unavailable", "The server failed at this call.");
}

const compiledBodies = new Map<object, Check>();

function checks(schema: NonNullable<(typeof CALLS)[number]["body"]>): Check {
  const there = compiledBodies.get(schema) ?? compiled(schema);
  compiledBodies.set(schema, there);
  return there;
}

function fieldsOf(body: Uint8Array, check: Check, bare = false): Record<string, unknown> {
  const fields = bare && body.byteLength === 0 ? {} : parsed(body);
  const fault = check.fault(fields);
  return fault === undefined ? (fields as Record<string, unknown>) : refuse("bad_request", fault);
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch {
    return refuse("bad_request", "The body is not JSON.");
  }
}

function text(body: string): HttpAnswer {
  return { status: 200, headers: { "content-type": JSON_TYPE, "cache-control": "no-store" }, body };
}

function problem({ code, message, retry_after_ms }: DeskError): HttpAnswer {
  const { http, meaning, retry } = ERRORS[code];
  const body = {
    type: "about:blank",
    title: meaning,
    status: http,
    code,
    detail: message,
    ...(retry && { retry }),
    ...after(retry_after_ms),
  };
  const seconds = retry_after_ms === undefined ? {} : { "retry-after": String(Math.ceil(retry_after_ms / 1_000)) };
  const headers = { "content-type": "application/problem+json; charset=utf-8", "cache-control": "no-store", ...seconds };
  return { status: http, headers, body: JSON.stringify(body) };
}

function after(retry_after_ms: number | undefined): { retry_after_ms?: number } {
  return retry_after_ms === undefined ? {} : { retry_after_ms };
}

function preflight(allowing: Record<string, string>): HttpAnswer {
  const allowed = Object.keys(allowing).length > 0;
  const headers = { "access-control-allow-methods": "GET, POST", "access-control-allow-headers": "authorization, content-type" };
  return {
    status: allowed ? 204 : 403,
    headers: allowed ? { ...allowing, ...headers, "access-control-max-age": PREFLIGHT_S } : {},
    body: "",
  };
}

function withHeaders(answer: HttpAnswer, headers: Record<string, string>): HttpAnswer {
  return { ...answer, headers: { ...answer.headers, ...headers } };
}
