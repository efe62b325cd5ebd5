import type { HttpResponse } from "uWebSockets.js";
import type { Download } from "./request.js";

/** How the connection of a download ends. */
export interface Ending {
  /** With this answer; the body is then written in chunks, because the library ends no connection behind a body of a known length. */
  readonly last: boolean;
  /** Resolves when the reader is gone. */
  readonly left: Promise<void>;
}

/**
 * Writes the body of an answer as fast as its reader takes it; status and headers are written already. Resolves when all is out or the reader is
 * gone. Content that fails, or is shorter than it was said to be, ends the connection: the reader must not take a part for the whole.
 */
export async function writeDownload(response: HttpResponse, { bytes, content }: Download, { last, left }: Ending): Promise<void> {
  const write = last ? chunk : written;
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
      await Promise.race([write(response, part, bytes).then((all) => (done = all)), left]);
    }
    if (last && !gone && out === bytes) {
      done = true;
      response.cork(() => void response.end("", true));
    }
  } finally {
    if (!gone && !done) response.close();
  }
}

/** As {@link written}, of a body that says its length by its end. */
function chunk(response: HttpResponse, part: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    response.cork(() => {
      if (response.write(part)) return resolve(false);
      response.onWritable(() => {
        resolve(false);
        return true;
      });
    });
  });
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
