import { parseArgs } from "node:util";
import { type Account, DEMO, type Desk } from "../contract/chat/stage.js";

export const HELP = `
npm run conformance -- --url <url> [options]

Holds a running server against the protocol, from outside: over WebSocket, HTTP and plain TCP. Exits with 1 when a case failed.

  --url <url>               where the gateway is (http://127.0.0.1:8080)
  --transport <name>        how visitors are connected: websocket or long-poll (websocket)
  --tenant <tenant>         with the topics support (its default) and sales (demo)
  --agent <name:password>   twice: two agents of every topic (ada:demo, lin:demo)
  --supervisor <name:password>  (sun:demo)
  --filter <text>           only the cases whose group or name has this in it
  --report <file>           where the outcome is written as JSON
  --list                    the names of the cases, without running them
  --help                    this text

docs/CONFORMANCE.md says what the accounts must be and how the report is read.
`;

export type Transport = "websocket" | "long-poll";

export interface Options {
  readonly url: string;
  readonly transport: Transport;
  readonly desk: Desk;
  readonly filter: string;
  readonly report?: string;
  readonly list: boolean;
  readonly help: boolean;
}

const text = { type: "string" } as const;

/** Throws an error whose message says what to do. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ url: { ...text, default: "http://127.0.0.1:8080" }, transport: { ...text, default: "websocket" } },
      ...{ tenant: { ...text, default: DEMO.tenant }, agent: { ...text, multiple: true }, supervisor: text },
      ...{ filter: { ...text, default: "" }, report: text, list: { type: "boolean" }, help: { type: "boolean" } },
    },
  });
  const { url, transport, tenant, agent = [], supervisor, filter, report, list = false, help = false } = values;
  if (agent.length > 0 && agent.length !== 2) throw new Error("Give --agent twice, or not at all.");
  const [ada, lin] = agent.map(accountOf);
  return {
    ...{ url: url.replace(/\/$/, ""), transport: transportOf(transport), filter, list, help },
    desk: { tenant, ada: ada ?? DEMO.ada, lin: lin ?? DEMO.lin, sun: supervisor === undefined ? DEMO.sun : accountOf(supervisor) },
    ...(report === undefined ? {} : { report }),
  };
}

function transportOf(name: string): Transport {
  if (name === "websocket" || name === "long-poll") return name;
  throw new Error(`--transport is websocket or long-poll, not "${name}".`);
}

function accountOf(given: string): Account {
  const at = given.indexOf(":");
  if (at < 1) throw new Error(`"${given}" is no account; give name:password.`);
  return { username: given.slice(0, at), password: given.slice(at + 1) };
}
