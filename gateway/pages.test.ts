import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readPages } from "./pages.js";

test("what only the running server knows is filled into a page, and into nothing else", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "deskwire-pages-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "index.html"), '<script src="__GATEWAY__/widget.js"></script><a href="__GATEWAY__">');
  writeFileSync(join(folder, "main.js"), "__GATEWAY__");
  const pages = readPages(folder, "", { __GATEWAY__: "http://desk.example" });
  const bodyOf = (path: string) => Buffer.from(pages.get(path)?.body ?? []).toString();
  assert.equal(bodyOf("/"), '<script src="http://desk.example/widget.js"></script><a href="http://desk.example">');
  assert.equal(bodyOf("/main.js"), "__GATEWAY__");
});
