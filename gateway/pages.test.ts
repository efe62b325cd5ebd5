import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { emptyFolder } from "../test/support/folder.js";
import { answerPage } from "./page-answer.js";
import { type Page, readPages } from "./pages.js";

function site(t: TestContext): string {
  const folder = emptyFolder(t);
  mkdirSync(join(folder, "help"));
  writeFileSync(join(folder, "index.html"), "<title>Desk</title>");
  writeFileSync(join(folder, "index.js"), "export {}");
  writeFileSync(join(folder, "help", "index.html"), "<title>Help</title>");
  writeFileSync(join(folder, "icon.svg"), "<svg/>");
  writeFileSync(join(folder, "data.bin"), "?");
  return folder;
}

function ask(pages: ReadonlyMap<string, Page>, path: string, headers: Readonly<Record<string, string>> = {}, method = "GET") {
  return answerPage(pages, { method, path, header: (name: string) => headers[name] });
}

test("files are found by their path below the base, and an index answers for its folder", (t) => {
  const pages = readPages(site(t), "/console");
  for (const path of ["/console", "/console/", "/console/index.html"])
    assert.equal(String(pages.get(path)?.body), "<title>Desk</title>", path);
  assert.equal(String(pages.get("/console/help")?.body), "<title>Help</title>");
  assert.deepEqual([pages.get("/console/../secret"), pages.get("/")], [undefined, undefined]);
});

test("a base of nothing serves the root, and a folder that is not there serves nothing", (t) => {
  assert.ok(readPages(site(t), "").get("/"));
  assert.equal(readPages(join(emptyFolder(t), "none"), "").size, 0);
});

test("every page has its type, and one nobody knows is only bytes", (t) => {
  const pages = readPages(site(t), "");
  const types = ["/", "/index.js", "/icon.svg", "/data.bin"].map((path) => ask(pages, path)?.headers["content-type"]);
  assert.deepEqual(types, ["text/html; charset=utf-8", "text/javascript; charset=utf-8", "image/svg+xml", "application/octet-stream"]);
});

test("a page is zipped for those who take it so, and only for them", (t) => {
  const pages = readPages(site(t), "");
  const plain = ask(pages, "/");
  for (const accept of ["gzip", "deflate, gzip;q=1.0", "br, GZIP"]) {
    const zipped = ask(pages, "/", { "accept-encoding": accept });
    assert.equal(zipped?.headers["content-encoding"], "gzip", accept);
    assert.equal(String(gunzipSync(zipped?.body as Uint8Array)), String(plain?.body));
  }
  for (const accept of ["", "br", "gzip;q=0", "x-gzip-not"])
    assert.equal(ask(pages, "/", { "accept-encoding": accept })?.headers["content-encoding"], undefined, accept);
  assert.equal(plain?.headers["vary"], "accept-encoding");
});

test("a page is asked for anew each time, and not sent again while it is the same", (t) => {
  const pages = readPages(site(t), "");
  const { etag = "", "cache-control": cache } = ask(pages, "/")?.headers ?? {};
  assert.equal(cache, "no-cache");
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const same = ask(pages, "/", { "if-none-match": known });
    assert.deepEqual([same?.status, same?.body, same?.headers["etag"]], [304, "", etag], known);
  }
  assert.equal(ask(pages, "/", { "if-none-match": '"other"' })?.status, 200);
  assert.notEqual(ask(pages, "/help")?.headers["etag"], etag);
});

test("zipped or not, a page has a tag of its own", (t) => {
  const pages = readPages(site(t), "");
  const [plain, zipped] = [{}, { "accept-encoding": "gzip" }].map((headers) => ask(pages, "/", headers)?.headers["etag"]);
  assert.notEqual(plain, zipped);
  assert.equal(ask(pages, "/", { "accept-encoding": "gzip", "if-none-match": zipped as string })?.status, 304);
});

test("no page runs what is not its own, is framed, or is taken for another type", (t) => {
  const { headers = {} } = ask(readPages(site(t), ""), "/") ?? {};
  const policy = headers["content-security-policy"] ?? "";
  assert.match(policy, /default-src 'self'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.match(policy, /base-uri 'none'/);
  assert.doesNotMatch(policy, /unsafe|\*/);
  assert.equal(headers["x-content-type-options"], "nosniff");
});

test("only GET and HEAD ask for a page; what is none is left to others", (t) => {
  const pages = readPages(site(t), "");
  assert.equal(ask(pages, "/", {}, "HEAD")?.status, 200);
  assert.deepEqual(
    [ask(pages, "/", {}, "POST"), ask(pages, "/v1/site/demo"), ask(pages, "/constructor")],
    [undefined, undefined, undefined],
  );
});
