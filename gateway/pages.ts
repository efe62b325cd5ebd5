import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { gzipSync } from "node:zlib";

export interface Page {
  readonly type: string;
  readonly etag: string;
  readonly body: Uint8Array;
  readonly gzip: Uint8Array;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};

/**
 * Files below a folder by their URL path, read once: nothing is looked up on disk for a request. `index.html` answers for its folder.
 * `blanks` are words of the HTML that only the running server can fill in.
 */
export function readPages(folder: string, base: string, blanks: Readonly<Record<string, string>> = {}): ReadonlyMap<string, Page> {
  const pages = new Map<string, Page>();
  if (!existsSync(folder)) return pages;
  for (const file of filesBelow(folder)) {
    const page = pageOf(file, blanks);
    const path = `${base}/${relative(folder, file).split(sep).join("/")}`;
    pages.set(path, page);
    if (path.endsWith("/index.html")) {
      const at = path.slice(0, -"/index.html".length);
      pages.set(`${at}/`, page);
      pages.set(at === "" ? "/" : at, page);
    }
  }
  return pages;
}

function filesBelow(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)));
  return paths.filter((path) => statSync(path).isFile());
}

function pageOf(file: string, blanks: Readonly<Record<string, string>>): Page {
  const body = extname(file) === ".html" ? filled(readFileSync(file, "utf8"), blanks) : readFileSync(file);
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 16)}"`;
  return { type: TYPES[extname(file)] ?? "application/octet-stream", etag, body, gzip: gzipSync(body) };
}

function filled(html: string, blanks: Readonly<Record<string, string>>): Uint8Array {
  const text = Object.entries(blanks).reduce((rest, [blank, value]) => rest.replaceAll(blank, value), html);
  return Buffer.from(text);
}
