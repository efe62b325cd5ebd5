import { TABLE } from "../../lib/config.js";
import type { Attack, Case } from "./attack.js";
import { AttackSocket, frame, OPCODE, UPGRADE } from "./attack-socket.js";

const FRAME_BYTES = TABLE.frameBytes.default;
const PAYLOAD_BYTES = TABLE.payloadBytes.default;
const BAD_UTF8 = [[0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xff], [0xe2, 0x82]].map((bytes) => Buffer.from(bytes));
const PING = JSON.stringify({ op: "ping", id: 7 });

/** WebSocket frames that RFC 6455 forbids, or that hardly anybody sends. */
export const wire: Attack = {
  name: "wire",
  lanes: 2,
  rest_ms: 120,
  async run(fight) {
    const { ground, numbers, over } = fight;
    const kind = numbers.pick(Object.keys(FRAMES));
    fight.note(kind);
    const socket = await AttackSocket.upgraded(ground, over);
    if (!socket) return;
    if (numbers.chance(0.7)) {
      socket.hello(numbers.pick(ground.visitors).token);
      await socket.hears('"re":1', over);
    }
    for (const part of FRAMES[kind]?.(fight) ?? []) {
      if (numbers.chance(0.3)) await socket.rests(numbers.whole(0, 10), over);
      socket.write(part);
    }
    await socket.rests(numbers.whole(5, 150), over);
    if (numbers.chance(0.5)) socket.end();
    else socket.reset();
  },
};

type Made = (fight: Case) => readonly Uint8Array[];

const text = (bytes: number): string =>
  JSON.stringify({ op: "ping", id: 8, pad: "" }).replace('""', `"${"x".repeat(Math.max(0, bytes - 29))}"`);

const FRAMES: Readonly<Record<string, Made>> = {
  fragments: ({ numbers }) => {
    const cut = numbers.whole(0, PING.length);
    return [
      frame(PING.slice(0, cut), { fin: false }),
      frame("still there?", { opcode: OPCODE.ping }),
      frame(PING.slice(cut), { opcode: OPCODE.more }),
    ];
  },
  endless_fragments: ({ numbers }) =>
    Array.from({ length: numbers.whole(100, 1_000) }, (_, i) => frame("x", { fin: false, opcode: i === 0 ? 1 : 0 })),
  empty_fragments: ({ numbers }) =>
    Array.from({ length: numbers.whole(100, 1_000) }, (_, i) => frame("", { fin: false, opcode: i === 0 ? 1 : 0 })),
  fragmented_control: ({ numbers }) => [
    frame("half", { fin: false, opcode: numbers.pick([OPCODE.ping, OPCODE.pong, OPCODE.close]) }),
    frame("", { opcode: 0 }),
  ],
  long_control: ({ numbers }) => [frame("x".repeat(numbers.pick([126, 127, 1_000, 65_536])), { opcode: numbers.pick([8, 9, 10]) })],
  continuation_alone: () => [frame("of nothing", { opcode: OPCODE.more }), frame(PING)],
  text_inside_text: () => [frame("{", { fin: false }), frame(PING), frame("}", { opcode: OPCODE.more })],
  bad_utf8: ({ numbers }) => [frame(Buffer.concat([Buffer.from('{"op":"'), numbers.pick(BAD_UTF8), Buffer.from('"}')]))],
  bad_utf8_split: ({ numbers }) => {
    const bytes = Buffer.concat([Buffer.from('{"op":"'), numbers.pick([Buffer.from("💥"), ...BAD_UTF8]), Buffer.from('"}')]);
    const cut = numbers.whole(7, bytes.length - 2);
    return [frame(bytes.subarray(0, cut), { fin: false }), frame(bytes.subarray(cut), { opcode: OPCODE.more })];
  },
  rsv: ({ numbers }) => [frame(PING, { rsv: numbers.whole(1, 7) })],
  reserved_opcode: ({ numbers }) => [frame(PING, { opcode: numbers.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) })],
  unmasked: () => [frame(PING, { masked: false })],
  binary: ({ numbers }) => [frame(numbers.bytes(numbers.whole(0, 300)), { opcode: OPCODE.binary })],
  over_frame_limit: ({ numbers }) => [frame(text(FRAME_BYTES + numbers.pick([-1, 0, 1])))],
  over_transport_limit: ({ numbers }) => [frame(text(PAYLOAD_BYTES + numbers.pick([-1, 0, 1])))],
  over_in_fragments: () => [
    frame(text(FRAME_BYTES), { fin: false }),
    frame("x".repeat(PAYLOAD_BYTES - FRAME_BYTES + 1), { opcode: OPCODE.more }),
  ],
  long_way_to_say_little: ({ numbers }) => [frame(PING, { length: numbers.pick([16, 64] as const) })],
  huge_length: ({ numbers }) => [
    frame(PING, { length: 64, claimed: numbers.pick([2n ** 63n, 2n ** 64n - 1n, 2n ** 32n, 2n ** 31n - 1n, 2n ** 53n]) }),
  ],
  close_codes: ({ numbers }) => {
    const code = Buffer.alloc(2);
    code.writeUInt16BE(numbers.pick([0, 999, 1004, 1005, 1006, 1015, 2999, 4000, 5000, 65_535]));
    return [
      frame(Buffer.concat([code, numbers.pick([Buffer.alloc(0), Buffer.from("bye"), ...BAD_UTF8])]), { opcode: OPCODE.close }),
      frame(PING),
    ];
  },
  half_close: () => [frame(Buffer.from([3]), { opcode: OPCODE.close })],
  ping_flood: ({ numbers }) =>
    Array.from({ length: numbers.whole(200, 2_000) }, () => frame("x".repeat(numbers.whole(0, 125)), { opcode: OPCODE.ping })),
  pongs_unasked: ({ numbers }) => Array.from({ length: numbers.whole(10, 500) }, () => frame("?", { opcode: OPCODE.pong })),
  empty_texts: ({ numbers }) => Array.from({ length: numbers.whole(1, 200) }, () => frame("")),
  noise: ({ numbers }) => [numbers.bytes(numbers.whole(1, 5_000))],
  half_a_frame: ({ numbers }) => [frame(text(5_000)).subarray(0, numbers.whole(1, 5_000))],
};

/** Connections that never become a WebSocket, or hardly. */
export const handshake: Attack = {
  name: "handshake",
  lanes: 1,
  rest_ms: 120,
  async run(fight) {
    const { ground, numbers, over } = fight;
    const kind = numbers.pick(Object.keys(HANDSHAKES));
    fight.note(kind);
    const socket = await AttackSocket.connect(ground);
    if (!socket) return;
    for (const part of HANDSHAKES[kind]?.(fight) ?? []) socket.write(part);
    await socket.rests(numbers.whole(5, 200), over);
    if (numbers.chance(0.5)) socket.cut();
    else socket.reset();
  },
};

const END = "\r\n\r\n";
const lines = (...all: readonly string[]): Buffer => Buffer.from(all.join("\r\n") + END, "latin1");
const without = (name: string): string[] => UPGRADE.filter((line) => !line.startsWith(name));

const HANDSHAKES: Readonly<Record<string, Made>> = {
  garbage: ({ numbers }) => [numbers.bytes(numbers.whole(1, 10_000))],
  tls: () => [Buffer.from("16030100c8010000c403037f", "hex"), Buffer.alloc(200, 7)],
  half: ({ numbers }) => [lines(...UPGRADE).subarray(0, numbers.whole(1, 180))],
  nothing: () => [],
  bad_key: ({ numbers }) => [
    lines(
      ...without("sec-websocket-key"),
      `sec-websocket-key: ${numbers.pick(["", "x", "x".repeat(4_000), "=".repeat(24), "\u0000".repeat(24)])}`,
    ),
  ],
  bad_version: ({ numbers }) => [
    lines(...without("sec-websocket-version"), `sec-websocket-version: ${numbers.pick(["0", "12", "14", "-1", "13, 8"])}`),
  ],
  no_protocol: () => [lines(...without("sec-websocket-protocol"))],
  many_protocols: () => [lines(...without("sec-websocket-protocol"), `sec-websocket-protocol: ${"a,".repeat(1_000)}deskwire.v1`)],
  extensions: ({ numbers }) => [
    lines(
      ...UPGRADE,
      `sec-websocket-extensions: ${numbers.pick(["permessage-deflate", "permessage-deflate; server_max_window_bits=99", "x".repeat(3_000), ";;;,,,"])}`,
    ),
  ],
  early_frames: ({ numbers }) => [
    Buffer.concat([lines(...UPGRADE), frame(JSON.stringify({ op: "hello", id: 1, token: "x" })), numbers.bytes(50)]),
  ],
  huge_header: ({ numbers }) => [lines(...UPGRADE, `x-pad: ${"x".repeat(numbers.pick([3_000, 4_096, 5_000, 16_384, 200_000]))}`)],
  many_headers: ({ numbers }) => [lines(...UPGRADE, ...Array.from({ length: numbers.pick([50, 100, 101, 2_000]) }, (_, i) => `x-${i}: y`))],
  bad_headers: ({ numbers }) => [
    lines(
      ...UPGRADE,
      numbers.pick([
        ": x",
        "x",
        "x y: z",
        "\u0000: x",
        " folded",
        "content-length: -1",
        "content-length: 5\r\ncontent-length: 6",
        "transfer-encoding: chunked\r\ncontent-length: 5",
      ]),
    ),
  ],
  forwarded: ({ numbers }) => [
    lines(
      ...UPGRADE,
      `x-forwarded-for: ${numbers.pick(["1.2.3.4", "::", "x".repeat(2_000), "1.2.3.4,".repeat(300), "127.0.0.1"])}`,
      "origin: null",
    ),
  ],
  proxy_v2: ({ numbers }) => [Buffer.from("0d0a0d0a000d0a515549540a", "hex"), numbers.bytes(numbers.whole(0, 60)), lines(...UPGRADE)],
  post: () => [lines("POST /v1/ws HTTP/1.1", ...UPGRADE.slice(1), "content-length: 5"), Buffer.from("hello")],
  old: ({ numbers }) => [Buffer.from(`GET /v1/ws ${numbers.pick(["HTTP/0.9", "HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "X", ""])}${END}`)],
};
