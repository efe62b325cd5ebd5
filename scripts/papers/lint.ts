import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Parser } from "@asyncapi/parser";
import { capture } from "../command.js";

/** What the formats' own tools say against the papers; empty when nothing. No network is used. */
export async function faults(): Promise<string[]> {
  return [...(await parsed("docs/asyncapi.json")), ...(await spectral("docs/asyncapi.json")), ...(await redocly("docs/openapi.json"))];
}

async function parsed(file: string): Promise<string[]> {
  const { document, diagnostics } = await new Parser().parse(readFileSync(file, "utf8"));
  const found = diagnostics.map(({ message, path }) => `${file}: ${path.join(".")}: ${message}`);
  return document ? found : [...found, `${file} is no AsyncAPI document`];
}

function spectral(file: string): Promise<string[]> {
  return complaint(import.meta.resolve("@stoplight/spectral-cli/dist/index.js"), [
    "lint",
    file,
    "--ruleset",
    "scripts/papers/spectral.yaml",
    "--fail-severity",
    "hint",
  ]);
}

async function redocly(file: string): Promise<string[]> {
  process.env["REDOCLY_TELEMETRY"] = "off";
  return complaint(import.meta.resolve("@redocly/cli/bin/cli.js"), ["lint", file, "--config", "scripts/papers/redocly.yaml"]);
}

/** What a tool printed that did not end well. */
async function complaint(program: string, args: readonly string[]): Promise<string[]> {
  const { code, text } = await capture(process.execPath, [fileURLToPath(program), ...args]);
  return code === 0 ? [] : [text];
}
