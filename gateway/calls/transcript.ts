import { formatPosition } from "../../proto/position.js";
import type { HttpRequest } from "../request.js";
import { transcriptText } from "../transcript-text.js";
import { TRANSCRIPT_LANGUAGES } from "../transcript-words.js";
import { readTranscript, type Transcript } from "../transcripts.js";
import { type Call, Ready } from "./call.js";
import { positionOf, wordOf } from "./query.js";

/** A conversation from the beginning: as data, or as text to read. */
export const transcript: Call = {
  method: "GET",
  path: /^\/v1\/conversations\/([^/]+)\/transcript$/,
  async run({ readership, reading, limits }, { session, parameters: [c = ""], request }) {
    const format = formatOf(request);
    const language = wordOf(request.query, "lang", TRANSCRIPT_LANGUAGES) ?? "en";
    const after = positionOf(request.query, "after");
    const { members } = await readership.admit(session, c);
    const bounds = { bytes_max: limits.transcriptBytes, page: limits.historyMax };
    const read = await readTranscript(reading, session, { c, ...(after && { after }) }, bounds);
    if (format === "json") return encoded(c, read);
    return attached(c, transcriptText(read, { c, language, members, goesOn: after !== undefined }));
  },
};

function formatOf({ query, header }: HttpRequest): "json" | "text" {
  const wish = /\btext\/plain\b/.test(header("accept") ?? "") ? "text" : "json";
  return wordOf(query, "format", ["json", "text"] as const) ?? wish;
}

function encoded(c: string, { messages, next, incomplete }: Transcript): string {
  const ends = {
    more: next !== undefined,
    ...(next && { next: formatPosition(next) }),
    ...(incomplete.length > 0 && { incomplete }),
  };
  return `{"c":${JSON.stringify(c)},"messages":[${messages.join(",")}],${JSON.stringify(ends).slice(1)}`;
}

/** To be kept as a file, and never taken for a page. */
function attached(c: string, text: string): Ready {
  const headers = {
    "content-type": "text/plain; charset=utf-8",
    "content-disposition": `attachment; filename="transcript-${c.replace(/[^\w.-]/g, "_")}.txt"`,
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  };
  return new Ready({ status: 200, headers, body: text });
}
