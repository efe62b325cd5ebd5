import type { Scene } from "./scene.js";
import { SHOP } from "./scene.js";
import { asked, type Request, type Told } from "./ways.js";

/** How a row about a call is done: its request for a conversation, without the token. */
export interface CallDeed {
  readonly method: string;
  /** As the document writes it; `{c}` and `{id}` are put in. */
  readonly template: string;
  readonly query?: string;
  readonly request: (c: string, scene: Scene) => Omit<Request, "token">;
}

const nothing = (): object => ({});
const said = (scene: Scene, c: string, kind: string): object => ({ c, mid: scene.word(kind), kind, body: { text: "hello" } });
const messages = "/v1/conversations/{c}/messages";

/** By what the document calls it. */
export const CALL_DEEDS: Readonly<Record<string, CallDeed>> = {
  "POST /v1/visitors": post("/v1/visitors", () => ({ body: { tenant: SHOP } })),
  "POST /v1/login": post("/v1/login", (_, scene) => ({ body: scene.login("outsider") })),
  "POST /v1/refresh": post("/v1/refresh", nothing),
  "POST /v1/logout": post("/v1/logout", nothing),
  "GET /v1/site/{tenant}": get("/v1/site/{tenant}"),
  "GET /v1/session": get("/v1/session"),
  "POST /v1/commands": post("/v1/commands", (c) => ({ body: { op: "history", c } })),
  "POST /v1/conversations": post("/v1/conversations", () => ({ body: { ask: { topic: "elsewhere" } } })),
  "GET /v1/conversations": get("/v1/conversations", "?limit=200"),
  "POST /v1/messages": post("/v1/messages", (c, scene) => ({ body: said(scene, c, "text") })),
  "POST /v1/messages text": post("/v1/messages", (c, scene) => ({ body: said(scene, c, "text") })),
  "POST /v1/messages note": post("/v1/messages", (c, scene) => ({ body: said(scene, c, "note") })),
  "POST /api/messages": post("/api/messages", (c, scene) => ({ body: said(scene, c, "text") })),
  "POST /api/messages text": post("/api/messages", (c, scene) => ({ body: said(scene, c, "text") })),
  "GET /v1/conversations/{c}/messages": get(messages),
  "GET /v1/conversations/{c}/messages waiting": get(messages, "?after=0-0&wait_ms=1"),
  "GET /v1/conversations/{c}/explain": get("/v1/conversations/{c}/explain"),
  "GET /v1/conversations/{c}/transcript": get("/v1/conversations/{c}/transcript"),
  "POST /v1/files": { ...post("/v1/files", () => ({ content: ["text/plain", "tea"] })), query: "?c={c}&name=tea.txt" },
  "GET /v1/files/{id}": { ...get("/v1/files/{id}"), request: () => ({ content: ["text/plain", ""] }) },
  "POST /v1/offline": post("/v1/offline", () => ({ body: { tenant: SHOP, contact: "vera@example.com", text: "Call me." } })),
};

function get(template: string, query = ""): CallDeed {
  return { method: "GET", template, query, request: nothing };
}

function post(template: string, request: CallDeed["request"]): CallDeed {
  return { method: "POST", template, request };
}

export interface Calling {
  readonly what: string;
  readonly c: string;
  readonly token?: string;
  /** Of a file that is there. */
  readonly file?: string;
}

/** Makes the call, and answers what the caller is told, the conversation's id blanked. */
export async function callIt(scene: Scene, { what, c, token, file = "none" }: Calling): Promise<Told> {
  const deed = CALL_DEEDS[what];
  if (!deed) throw new Error(`the document has a row "${what}" that this test cannot do`);
  const { method, template, query = "", request } = deed;
  const path = `${template}${query}`.replace("{c}", c).replace("{tenant}", SHOP).replace("{id}", file);
  const told = await asked(scene, method, path, { ...request(c, scene), ...(token === undefined ? {} : { token }) });
  return { says: told.says, words: told.words.replaceAll(c, "c_blank") };
}

/** Whether the list of somebody has this conversation. */
export async function isListed(scene: Scene, token: string, c: string): Promise<Told> {
  const { words } = await callIt(scene, { what: "GET /v1/conversations", c, token });
  return { says: words.includes('"c":"c_blank"') ? "ok" : "unlisted", words: "" };
}
