import type { Page } from "./pages.js";
import type { HttpAnswer, HttpRequest } from "./request.js";

/** A page is small, and in memory anyway. */
interface PageAnswer extends HttpAnswer {
  readonly body: string | Uint8Array;
}

const SAFE = { "x-content-type-options": "nosniff", "referrer-policy": "strict-origin-when-cross-origin" };

/** Nothing inline, nothing from elsewhere; sockets and calls to where the page came from. */
const POLICY = "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data: https:; frame-ancestors 'none'; base-uri 'none'";

/** Undefined when there is no such page, or this is no request for one. */
export function answerPage(
  pages: ReadonlyMap<string, Page>,
  { method, path, header }: Pick<HttpRequest, "method" | "path" | "header">,
  policy = POLICY,
): PageAnswer | undefined {
  const page = method === "GET" || method === "HEAD" ? pages.get(path) : undefined;
  if (!page) return undefined;
  const zipped = takesGzip(header("accept-encoding") ?? "");
  const etag = zipped ? page.etag.replace(/"$/, '-gzip"') : page.etag;
  const headers = { ...SAFE, "content-security-policy": policy, etag, "cache-control": "no-cache", vary: "accept-encoding" };
  if (isKnown(header("if-none-match") ?? "", etag)) return { status: 304, headers, body: "" };
  const encoding: Record<string, string> = zipped ? { "content-encoding": "gzip" } : {};
  return { status: 200, headers: { ...headers, ...encoding, "content-type": page.type }, body: zipped ? page.gzip : page.body };
}

function takesGzip(accepted: string): boolean {
  const codings = accepted
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim());
  return codings.some((coding) => /^gzip(;\s*q=(?!0(\.0*)?$).*)?$/.test(coding));
}

/** Whether one of the tags is this one. A proxy in between may have weakened it. */
function isKnown(tags: string, etag: string): boolean {
  return tags.split(",").some((tag) => ["*", etag].includes(tag.trim().replace(/^W\//, "")));
}
