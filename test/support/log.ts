import { createLogger } from "../../lib/log.js";

/** For whom a test is about something else: says nothing. */
export const log = createLogger({ level: "silent", name: "test" });
