#!/usr/bin/env node
import { existsSync } from "node:fs";

const main = new URL("../dist/directory/main.js", import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write('Deskwire is not built yet. Run "npm run build" first; "npm start" does it too.\n');
  process.exitCode = 1;
}
