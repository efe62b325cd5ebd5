import type { HttpResponse } from "uWebSockets.js";
import { DeskError, refuse } from "../lib/errors.js";

/** Bytes of a body that wait here for their reader; what follows stays in the network until they are taken. */
const WAITING_BYTES = 64 * 1024;

/**
 * The body of one request, read at its reader's pace. Made while the request's handler runs: uWebSockets.js asks for that. One reader, once;
 * whoever answers without reading it calls {@link discard}.
 */
export class UwsBody {
  readonly #response: HttpResponse;
  readonly #parts: Uint8Array[] = [];
  #bytes = 0;
  #paused = false;
  #state: "coming" | "whole" | "cut" | "unwanted" = "coming";
  #wake: () => void = () => undefined;

  /** `none`: the request has no body, which the library would only say later. */
  constructor(response: HttpResponse, none: boolean) {
    this.#response = response;
    if (none) this.#state = "whole";
    response.onData((part, last) => this.#take(part, last));
  }

  /** All of it has come. */
  get whole(): boolean {
    return this.#state === "whole";
  }

  /** Piece by piece. Throws `unavailable` when the sender goes away in the middle: nobody hears that. */
  async *parts(): AsyncIterable<Uint8Array> {
    for (;;) {
      const part = this.#parts.shift();
      if (part) {
        this.#bytes -= part.byteLength;
        this.#resume();
        yield part;
      } else if (this.whole) return;
      else if (this.#state === "coming") await new Promise<void>((resolve) => (this.#wake = resolve));
      else throw new DeskError("unavailable", "The body was cut off.");
    }
  }

  /** All at once. Rejects with `too_large` above this many bytes. */
  async all(bytes_max: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of this.parts()) {
      bytes += part.byteLength;
      if (bytes > bytes_max) this.#tooLarge();
      parts.push(part);
    }
    return Buffer.concat(parts);
  }

  /** The sender went away; the response must not be touched any more. */
  aborted(): void {
    if (this.#state === "coming") this.#end("cut");
  }

  /** The rest passes unread, so that the sender gets to read its answer. */
  discard(): void {
    if (this.#state !== "coming") return;
    this.#end("unwanted");
    this.#parts.length = 0;
    this.#bytes = 0;
    this.#resume();
  }

  /** The connection ends with the answer, also when all of it has come: who sends too much is not to go on. */
  #tooLarge(): never {
    if (this.whole) this.#state = "unwanted";
    return refuse("too_large", "The body is too large.");
  }

  #take(part: ArrayBuffer, last: boolean): void {
    if (this.#state !== "coming") return;
    // The library takes its buffer back when this returns.
    if (part.byteLength > 0) this.#parts.push(new Uint8Array(part.slice(0)));
    this.#bytes += part.byteLength;
    if (last) return this.#end("whole");
    if (this.#bytes > WAITING_BYTES && !this.#paused) {
      this.#paused = true;
      this.#response.pause();
    }
    this.#wake();
  }

  #resume(): void {
    if (!this.#paused || this.#bytes > WAITING_BYTES || this.#state === "cut") return;
    this.#paused = false;
    this.#response.resume();
  }

  #end(state: "whole" | "cut" | "unwanted"): void {
    this.#state = state;
    this.#wake();
  }
}
