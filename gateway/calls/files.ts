import { refuse } from "../../lib/errors.js";
import { NAME_CHARS_MAX } from "../../proto/shapes.js";
import { bareType, isShownInline, judged } from "../file-types.js";
import type { KeptFile } from "../files.js";
import type { Readership } from "../readership.js";
import type { HttpAnswer } from "../request.js";
import type { Session } from "../session.js";
import { type Call, Ready } from "./call.js";

/** Takes a file in, for a conversation the caller may send it to. Its bytes are the body, its type the content type. */
export const upload: Call = {
  method: "POST",
  path: /^\/v1\/files$/,
  async run({ files, readership, limits, budgets }, { session, request }) {
    budgets.uploads.take(request.address);
    const c = request.query.get("c") ?? refuse("bad_request", "c is missing");
    const name = nameOf(request.query.get("name"));
    const mime = bareType(request.header("content-type") ?? "");
    if (!limits.fileTypes.includes(mime)) return refuse("unsupported", `A file is one of: ${limits.fileTypes.join(", ")}.`);
    await mayGiveFile(readership, session, c);
    const { tenant, user } = session;
    const { id, bytes } = await files.put({ tenant, c, by: user.id, name, mime }, judged(mime, request.content()));
    return { url: `/v1/files/${id}`, name, mime, bytes };
  },
};

/** Whoever was told the address of a file may read it: a picture on a page has no token to show. */
export const download: Call = {
  method: "GET",
  path: /^\/v1\/files\/([^/]+)$/,
  open: true,
  async run({ files }, { parameters: [id = ""] }) {
    const kept = await files.get(id);
    return kept ? new Ready(answerOf(kept)) : refuse("not_found", "There is no such file.");
  },
};

/** As a `send` of the file would be judged. */
async function mayGiveFile(readership: Readership, session: Session, c: string): Promise<void> {
  const { user } = session;
  const authority = await readership.admit(session, c);
  if (authority.state === "closed") refuse("closed");
  const speaks = user.role === "visitor" || user.role === "supervisor" || user.id === authority.assignee;
  if (!speaks && !(user.role === "bot" && (await readership.serves(session, authority)))) refuse("not_assigned");
}

function nameOf(name: string | null): string {
  if (!name || name.length > NAME_CHARS_MAX) return refuse("bad_request", `name must have 1 to ${NAME_CHARS_MAX} characters`);
  return /[\p{Cc}\p{Cs}]/u.test(name) ? refuse("bad_request", "name must not have control characters") : name;
}

/** Never executed: not as another type, not as a page of ours, and only plain pictures are shown where they stand. */
function answerOf({ file: { name, mime, bytes }, content }: KeptFile): HttpAnswer {
  const manner = isShownInline(mime) ? "inline" : "attachment";
  const headers = {
    "content-type": mime.startsWith("text/") ? `${mime}; charset=utf-8` : mime,
    "content-disposition": `${manner}; filename*=UTF-8''${percentEncoded(name)}`,
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "cross-origin",
    "cache-control": "private, max-age=31536000, immutable",
  };
  return { status: 200, headers, body: { bytes, content } };
}

/** As RFC 8187 has it: what encodeURIComponent leaves alone beyond that would end the value. */
function percentEncoded(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
