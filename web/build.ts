import { build } from "vite";
import { targets } from "./targets.js";

/** Builds what the gateway and the demo site serve into web/dist; with names as arguments only those targets. */
const wanted = process.argv.slice(2);
for (const [name, config] of Object.entries(targets)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  await build(config);
  process.stdout.write(`web: ${name}\n`);
}
