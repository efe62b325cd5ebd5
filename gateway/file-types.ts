import { fileTypeFromBuffer } from "file-type";
import { refuse } from "../lib/errors.js";

/** Bytes at a file's beginning that tell what it is. */
const HEAD_BYTES = 4_100;

/** Shown by a browser where it stands; everything else is saved. None of these can carry a script. */
const INLINE: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

export function isShownInline(mime: string): boolean {
  return INLINE.has(mime);
}

/** The media type without its parameters, in small letters. */
export function bareType(contentType: string): string {
  return (contentType.split(";")[0] ?? "").trim().toLowerCase();
}

/**
 * The same content, held against what it is said to be: text is UTF-8 without control characters of binaries, everything else begins as its type
 * does. Throws `bad_request` where it is not, before or while the content passes through.
 */
export function judged(mime: string, content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return mime.startsWith("text/") ? judgedText(mime, content) : judgedByHead(mime, content);
}

async function* judgedText(mime: string, content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for await (const part of content) {
    if (part.includes(0)) unlike(mime);
    decoded(mime, () => decoder.decode(part, { stream: true }));
    yield part;
  }
  decoded(mime, () => decoder.decode());
}

function decoded(mime: string, decode: () => string): void {
  try {
    decode();
  } catch {
    unlike(mime);
  }
}

async function* judgedByHead(mime: string, content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const waiting: Uint8Array[] = [];
  let bytes = 0;
  let known = false;
  for await (const part of content) {
    if (known) {
      yield part;
      continue;
    }
    waiting.push(part);
    bytes += part.byteLength;
    if (bytes < HEAD_BYTES) continue;
    known = true;
    yield* await begunAs(mime, waiting);
  }
  if (!known) yield* await begunAs(mime, waiting);
}

async function begunAs(mime: string, parts: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
  const head = Buffer.concat(parts);
  const found = await fileTypeFromBuffer(head.subarray(0, HEAD_BYTES));
  if (found?.mime !== mime) unlike(mime);
  return [head];
}

function unlike(mime: string): never {
  return refuse("bad_request", `The content is not ${mime}.`);
}
