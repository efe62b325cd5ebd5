import { BROKEN_RULES } from "./broken-rules.js";

/** The embedded server with one rule broken: which one, the environment says. */
BROKEN_RULES[process.env["BROKEN_RULE"] as keyof typeof BROKEN_RULES]();
await import("../../embedded/main.js");
