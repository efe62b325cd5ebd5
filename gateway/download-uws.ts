import type { HttpResponse } from "uWebSockets.js";
import type { Download } from "./request.js";

/**
 * Writes the body of an answer as fast as its reader takes it; status and headers are written already. Resolves when all is out or the reader is
 * gone. Content that fails, or is shorter than it was said to be, ends the connection: the reader must not take a part for the whole.
 */
export async function writeDownload(response: HttpResponse, { bytes, content }: Download, left: Promise<void>): Promise<void> {
  let gone = false;
  void left.then(() => {
    gone = true;
  });
  let done = false;
  try {
    for await (const part of content()) {
      if (gone || done) return;
      await Promise.race([written(response, part, bytes).then((last) => (done = last)), left]);
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
