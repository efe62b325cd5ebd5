import type { Recorder } from "../checker/recorder.js";
import type { Tap } from "../support/peer.js";

/** What a client was told when the server began to drain. */
export interface Farewell {
  readonly who: string;
  readonly at_ms: number;
  /** Its own time to leave, from then. */
  readonly slot_ms: number;
}

/** Listens for farewells beside the recorder, which keeps what is said in conversations. */
export class DrainWitness {
  readonly farewells: Farewell[] = [];
  readonly #recorder: Recorder;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  client(who: string): Tap {
    const tap = this.#recorder.client(who);
    return {
      out: (text) => tap.out(text),
      closed: (code) => tap.closed(code),
      in: (text) => {
        this.#hear(who, text);
        tap.in(text);
      },
    };
  }

  #hear(who: string, text: string): void {
    if (!text.includes('"goaway"')) return;
    const { ev, reconnect_in_ms } = JSON.parse(text) as { ev?: unknown; reconnect_in_ms?: unknown };
    if (ev === "goaway") this.farewells.push({ who, at_ms: performance.now(), slot_ms: Number(reconnect_in_ms) });
  }
}
