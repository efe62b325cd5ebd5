import fc from "fast-check";
import type { Attack, Case } from "./attack.js";
import { AttackSocket } from "./attack-socket.js";
import { BODIES, bent, mangled, odd } from "./attack-values.js";

const CALLS = [
  ...["GET /v1/session", "POST /v1/commands", "GET /v1/site/demo", "GET /v1/conversations", "POST /v1/conversations", "POST /v1/messages"],
  ...["POST /api/messages", "GET /v1/conversations/C/messages", "GET /v1/conversations/C/explain", "GET /v1/conversations/C/transcript"],
  ...["POST /v1/files", "GET /v1/files/C", "POST /v1/refresh", "POST /v1/offline", "GET /", "GET /console", "GET /widget.js", "GET /v1/ws"],
] as const;
/** Calls that cost the server a row, a password's hash or somebody's session: seldom. */
const DEAR = ["POST /v1/visitors", "POST /v1/login"] as const;
const QUERIES = ["before", "after", "limit", "wait_ms", "cursor", "state", "visitor", "q", "format", "lang", "c", "name", "__proto__"];
const VALUES = [
  "1",
  "0",
  "-1",
  "9999999999",
  "1-1",
  "16777217-3",
  "x-y",
  "%",
  "%zz",
  "%00",
  "%ed%a0%80",
  "a%2fb",
  "json",
  "text",
  "1e9",
  "",
  "💥",
];
const METHODS = ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "get", "X".repeat(100), "\u0000"];

/** Every HTTP call with what it does not expect, one after the other or several in one piece. */
export const http: Attack = {
  name: "http",
  lanes: 2,
  rest_ms: 120,
  async run(fight) {
    const { ground, numbers, over } = fight;
    const socket = await AttackSocket.connect(ground);
    if (!socket) return;
    const requests = Array.from({ length: numbers.whole(1, 6) }, () => request(fight));
    fight.note(requests.join("\n"));
    if (numbers.chance(0.5)) socket.write(Buffer.from(requests.join(""), "utf8"));
    else await socket.dribble(requests, numbers.whole(0, 30), over);
    await socket.rests(numbers.whole(5, 200), over);
    if (numbers.chance(0.5)) socket.cut();
    else socket.end();
  },
};

function request(fight: Case): string {
  const { numbers } = fight;
  const [method = "", path = ""] = numbers.pick(numbers.chance(0.03) ? DEAR : CALLS).split(" ");
  const said = numbers.chance(0.05) ? numbers.pick(METHODS) : method;
  const body = method === "POST" ? bodyOf(fight) : "";
  const head = [`${said} ${target(fight, path)} HTTP/1.1`, "host: desk.example", ...headers(fight)];
  return `${head.join("\r\n")}\r\n${sized(fight, body)}`;
}

function target({ ground, numbers }: Case, path: string): string {
  const { c } = numbers.pick(ground.visitors);
  const id = numbers.pick([
    c,
    c,
    c,
    numbers.pick(ground.foreign),
    ...VALUES,
    encodeURIComponent(c),
    "x".repeat(numbers.pick([64, 65, 3_000])),
  ]);
  const query = Array.from({ length: numbers.whole(0, 3) }, () => `${numbers.pick(QUERIES)}=${numbers.pick(VALUES)}`);
  const bentPath = numbers.chance(0.1)
    ? numbers.pick([`${path}/`, `/${path}`, `${path}/../x`, path.toUpperCase(), `${path}%2f`, `http://evil.example${path}`, "*"])
    : path;
  return bentPath.replace("/C", () => `/${id}`) + (query.length > 0 ? `?${query.join("&")}` : "");
}

function headers({ ground, numbers }: Case): string[] {
  const { token } = numbers.pick(ground.visitors);
  const bearer = numbers.chance(0.8)
    ? token
    : numbers.pick([
        "",
        "x",
        token.slice(0, -3),
        `${token}x`,
        token.split(".").slice(0, 2).join("."),
        "x".repeat(3_000),
        "a.b.c",
        "eyJhbGciOiJub25lIn0.e30.",
      ]);
  return [
    ...(numbers.chance(0.9) ? [`authorization: Bearer ${bearer}`] : []),
    ...(numbers.chance(0.2) ? [`origin: ${numbers.pick(["null", "https://evil.example", "x".repeat(1_000), ""])}`] : []),
    ...(numbers.chance(0.1) ? [`x-forwarded-for: ${numbers.pick(["1.2.3.4", ",,,", "::1, x"])}`] : []),
    ...(numbers.chance(0.1) ? [`connection: ${numbers.pick(["close", "keep-alive", "upgrade", "x"])}`] : []),
    ...(numbers.chance(0.1) ? [`expect: ${numbers.pick(["100-continue", "x"])}`] : []),
    ...(numbers.chance(0.02) ? [`x-pad: ${"x".repeat(numbers.pick([1_000, 4_000, 8_000]))}`] : []),
    `content-type: ${numbers.pick(["application/json", "text/plain", "image/png", "", "application/json; charset=utf-16"])}`,
  ];
}

function bodyOf({ ground, numbers }: Case): string {
  if (numbers.chance(0.2)) return JSON.stringify(numbers.draw(odd)) ?? "";
  if (numbers.chance(0.05)) return numbers.draw(fc.string({ unit: "binary", maxLength: 300 }));
  const body = numbers.pick(BODIES) as Record<string, unknown> | null;
  if (typeof body !== "object" || body === null || Array.isArray(body)) return JSON.stringify(body);
  const { c } = numbers.pick(ground.visitors);
  return mangled(numbers, JSON.stringify(bent(numbers, { ...body, ...("c" in body && { c }) })));
}

/** The end of the head, and the body with a length that is true, false, or given in chunks. */
function sized({ numbers }: Case, body: string): string {
  const bytes = Buffer.byteLength(body);
  const chunk = `${bytes.toString(16)}\r\n${body}\r\n`;
  const chunked = "transfer-encoding: chunked\r\n\r\n";
  const kinds: (() => string)[] = [
    () => `content-length: ${bytes + numbers.whole(1, 50)}\r\n\r\n${body}`,
    () => `content-length: ${Math.max(0, bytes - numbers.whole(1, 50))}\r\n\r\n${body}`,
    () => `content-length: ${numbers.pick(["-1", "x", "", "1e3", "99999999999999999999", "0x10", "5, 5"])}\r\n\r\n${body}`,
    () => `${chunked}${chunk}0\r\n\r\n`,
    () => `${chunked}${numbers.pick(["zz", "-5", "fffffffffffffffff", "", "5;ext=1", "1_0"])}\r\n${body}\r\n0\r\n\r\n`,
    () => `${chunked}${chunk}`,
    () => `content-length: ${bytes}\r\n${chunked}${chunk}0\r\n\r\n`,
  ];
  return numbers.chance(0.7) ? `content-length: ${bytes}\r\n\r\n${body}` : numbers.pick(kinds)();
}
