export interface RawFrame {
  readonly bytes: Uint8Array;
  readonly binary: boolean;
}

/** What keeping one costs beside its own bytes: a frame may be empty. */
const FRAME_BYTES = 256;

/** What a socket sent behind its hello, unread until that is answered: whoever has no good token makes nobody work. */
export class Anteroom {
  readonly #bytesMax: number;
  #frames: RawFrame[] = [];
  #bytes = 0;

  constructor(bytes_max: number) {
    this.#bytesMax = bytes_max;
  }

  /** False when it is one too many; it is not kept then. */
  keep(frame: RawFrame): boolean {
    this.#bytes += frame.bytes.byteLength + FRAME_BYTES;
    if (this.#bytes > this.#bytesMax) return false;
    this.#frames.push(frame);
    return true;
  }

  /** All that waits, in the order it came. */
  leave(): readonly RawFrame[] {
    const frames = this.#frames;
    this.#frames = [];
    return frames;
  }
}
