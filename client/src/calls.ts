import { ClientError, fromWire } from "./errors.js";
import { isSaneReply } from "./sane.js";
import type { Fields, WireError } from "./wire.js";

interface Call {
  readonly op: string;
  readonly fields: Fields;
  readonly first: ((result: never) => void) | undefined;
  readonly resolve: (result: never) => void;
  readonly reject: (error: ClientError) => void;
}

const UINT32 = 2 ** 32;

/**
 * Commands of one connection and their replies. Commands leave in the order they were made, at most `limit` unanswered; the others wait
 * here. When the connection ends, everything unanswered is rejected as `disconnected`.
 */
export class Calls {
  limit = 32;
  readonly #write: (frame: Fields) => void;
  readonly #inFlight = new Map<number, Call>();
  #waiting: Call[] = [];
  #id = 0;

  constructor(write: (frame: Fields) => void) {
    this.#write = write;
  }

  /** `first` runs before any frame that came after the reply is read: promises settle too late for events that build on a reply. */
  call<R>(op: string, fields: Fields, first?: (result: R) => void): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      this.#waiting.push({ op, fields, first, resolve, reject });
      this.#flush();
    });
  }

  /** Whether this is a reply as its command may be answered; of one to a command nobody waits for that is nobody's concern. */
  fits(frame: { readonly re: number }): boolean {
    const call = this.#inFlight.get(frame.re);
    return call === undefined || isSaneReply(call.op, frame);
  }

  /** A reply; one to a command nobody waits for is ignored. */
  answer(frame: { readonly re: number; readonly error?: WireError }): void {
    const call = this.#inFlight.get(frame.re);
    if (!call) return;
    this.#inFlight.delete(frame.re);
    if (frame.error) call.reject(fromWire(frame.error));
    else {
      call.first?.(frame as never);
      call.resolve(frame as never);
    }
    this.#flush();
  }

  end(): void {
    const calls = [...this.#inFlight.values(), ...this.#waiting];
    this.#inFlight.clear();
    this.#waiting = [];
    for (const call of calls) call.reject(new ClientError("disconnected"));
  }

  #flush(): void {
    while (this.#waiting.length > 0 && this.#inFlight.size < this.limit) {
      const call = this.#waiting.shift() as Call;
      const id = this.#nextId();
      this.#inFlight.set(id, call);
      this.#write({ op: call.op, id, ...call.fields });
    }
  }

  #nextId(): number {
    do this.#id = (this.#id + 1) % UINT32;
    while (this.#inFlight.has(this.#id));
    return this.#id;
  }
}
