import type { HttpResponse } from "uWebSockets.js";
import type { Download } from "./request.js";

/** How the connection of a download ends. */
export interface Ending {
  /** Nothing more is read from it. The library ends no connection behind a body of a known length; an unread one ends when it was idle for long. */
  readonly last: boolean;
  /** Resolves when the reader is gone. */
  readonly left: Promise<void>;
}

/**
 * Writes the body of an answer as fast as its reader takes it; status and headers are written already. Resolves when all is out or the reader is
 * gone. Content that fails, or is shorter than it was said to be, ends the connection: the reader must not take a part for the whole.
 */
export async function writeDownload(response: HttpResponse, { bytes, content }: Download, { last, left }: Ending): Promise<void> {
  let gone = false;
  void left.then(() => {
    gone = true;
  });
  let done = false;
  let out = 0;
  try {
    for await (const part of content()) {
      if (gone || done) return;
      out += part.byteLength;
      if (last && out >= bytes) response.pause();
      await Promise.race([written(response, part, bytes).then((all) => (done = all)), left]);
    }
  } finally {
    if (!gone && !done) response.close();
  }
}

/** Resolves when there is room for the next part; true when this was the last. */
function written(response: HttpResponse, part: Uint8Array, total: number): Promise<boolean> {
  return new Promise((resolve) => {
    response.cork(() => {
      const begin = response.getWriteOffset();
      const [ok, done] = response.tryEnd(part, total);
      if (ok || done) return resolve(done);
      response.onWritable((offset) => {
        const [fits, ended] = response.tryEnd(part.subarray(offset - begin), total);
        if (fits || ended) resolve(ended);
        return fits;
      });
    });
  });
}
