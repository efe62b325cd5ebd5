import type { Fetch } from "../../client/src/index.js";
import { ERRORS, type ErrorCode } from "../../proto/codes.js";
import { Lookout } from "./lookout.js";

type Answer = Awaited<ReturnType<Fetch>>;

/** One request as the server sees it. */
export class Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly token: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: tests read the fields of a body by its call.
  readonly body: any;
  /** The client does not want the answer any more. */
  aborted = false;
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (error: Error) => void;

  constructor(url: string, init: Parameters<Fetch>[1], resolve: (answer: Answer) => void, reject: (error: Error) => void) {
    const { pathname, searchParams } = new URL(url);
    this.method = init.method;
    this.path = pathname;
    this.query = searchParams;
    this.token = init.headers["authorization"]?.replace("Bearer ", "");
    this.body = init.body === undefined ? undefined : JSON.parse(init.body);
    this.#resolve = resolve;
    this.#reject = reject;
    (init.signal as AbortSignal | undefined)?.addEventListener("abort", () => {
      this.aborted = true;
      reject(new Error("aborted"));
    });
  }

  answer(body: unknown, status = 200): void {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    this.#resolve({ ok: status < 400, status, text: async () => text });
  }

  refuse(code: ErrorCode, more: object = {}): void {
    const { http, retry } = ERRORS[code];
    this.answer({ code, detail: code, status: http, ...(retry && { retry }), ...more }, http);
  }

  /** The network breaks. */
  break(): void {
    this.#reject(new TypeError("fetch failed"));
  }
}

/** A server for tests of clients without a socket: it answers what the test tells it to, and nothing else. */
export class ScriptedHttp {
  readonly calls: Call[] = [];
  readonly #lookout = new Lookout();

  readonly fetch: Fetch = (url, init) =>
    new Promise((resolve, reject) => {
      this.calls.push(new Call(url, init, resolve, reject));
      this.#lookout.look();
    });

  /** The next call that fits and that no test took yet. */
  async heard(what: string): Promise<Call> {
    const fits = ({ method, path, body }: Call): boolean => what === `${method} ${path}` || what === body?.op;
    await this.#lookout.until(() => this.calls.some(fits), `the call ${what}`);
    return this.calls.splice(this.calls.findIndex(fits), 1)[0] as Call;
  }
}
