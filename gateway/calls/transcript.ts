import { formatPosition } from "../../proto/position.js";
import { userKey } from "../budget.js";
import type { Context } from "../context.js";
import type { Reading } from "../reading.js";
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
  async run(context, { session, parameters: [c = ""], request }) {
    const { readership, limits } = context;
    const format = formatOf(request);
    const language = wordOf(request.query, "lang", TRANSCRIPT_LANGUAGES) ?? "en";
    const after = positionOf(request.query, "after");
    const { members } = await readership.admit(session, c);
    const bounds = { bytes_max: limits.transcriptBytes, page: limits.historyMax };
    const read = await readTranscript(paid(context), session, { c, ...(after && { after }) }, bounds);
    if (format === "json") return encoded(c, read);
    return attached(c, transcriptText(read, { c, language, members, goesOn: after !== undefined }));
  },
};

/** Reading by which every page after the first costs what a page costs that is asked for: a transcript may be hundreds of them. */
function paid({ reading, budgets }: Context): Pick<Reading, "page"> {
  let pages = 0;
  return {
    page: async (session, asked) => {
      if (pages++ > 0) budgets.callsOfUser.take(userKey(session));
      return reading.page(session, asked);
    },
  };
}

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
