import { type Attack, type Case, passes } from "./attack.js";
import { AttackSocket, frame, OPCODE, UPGRADE } from "./attack-socket.js";

const HEAD = UPGRADE.join("\r\n");

/** Sockets that come in numbers and do as little as they can. */
export const idle: Attack = {
  name: "idle",
  lanes: 1,
  rest_ms: 500,
  async run(fight) {
    const { ground, numbers, over } = fight;
    const count = numbers.whole(20, 120);
    fight.note(`${count} sockets without hello`);
    const sockets: AttackSocket[] = [];
    for (let i = 0; i < count && !over.aborted; i++) {
      const socket = await AttackSocket.upgraded(ground, over);
      if (!socket) break;
      sockets.push(socket);
    }
    await passes(numbers.whole(100, 3_000), over);
    for (const socket of sockets) socket.cut();
  },
};

/** Slow loris: a byte now and then, of everything that has an end. */
export const loris: Attack = {
  name: "loris",
  lanes: 1,
  rest_ms: 200,
  async run(fight) {
    const { numbers } = fight;
    const kinds = Array.from({ length: 20 }, () => numbers.pick(Object.keys(CRAWLS)));
    fight.note(kinds.join(" "));
    await Promise.all(kinds.map((kind) => CRAWLS[kind]?.(fight)));
  },
};

const CRAWLS: Readonly<Record<string, (fight: Case) => Promise<void>>> = {
  head: (fight) => crawls(fight, "", `${HEAD}\r\n${"x-a: b\r\n".repeat(100)}`),
  body: ({ ...fight }) => {
    const { token } = fight.numbers.pick(fight.ground.visitors);
    const head = `POST /v1/messages HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-length: 5000\r\n\r\n`;
    return crawls(fight, head, "x".repeat(200));
  },
  chunks: (fight) => crawls(fight, "POST /v1/visitors HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n", "1\r\nx\r\n".repeat(100)),
  frame: (fight) => crawls(fight, `${HEAD}\r\n\r\n`, frame(JSON.stringify({ op: "hello", id: 1, token: "x".repeat(500) }))),
  fragments: (fight) =>
    crawls(
      fight,
      `${HEAD}\r\n\r\n`,
      Buffer.concat(Array.from({ length: 100 }, (_, i) => frame("x", { fin: false, opcode: i === 0 ? 1 : 0 }))),
    ),
};

async function crawls({ ground, numbers, over }: Case, at_once: string, slowly: string | Uint8Array): Promise<void> {
  const each_ms = numbers.whole(20, 200);
  const end_ms = performance.now() + numbers.whole(500, 4_000);
  const socket = await AttackSocket.connect(ground);
  if (!socket) return;
  socket.write(at_once);
  for (const byte of Buffer.from(slowly)) {
    if (!socket.open || over.aborted || performance.now() > end_ms) break;
    socket.write(Buffer.from([byte]));
    await socket.rests(each_ms, over);
  }
  socket.cut();
}

/** Clients that ask for much and read nothing of it. */
export const deaf: Attack = {
  name: "deaf",
  lanes: 1,
  rest_ms: 300,
  async run(fight) {
    const { ground, numbers, over } = fight;
    const { token, c } = numbers.pick(ground.visitors);
    const kind = numbers.pick(["history", "pongs"] as const);
    fight.note(kind);
    const socket = await AttackSocket.upgraded(ground, over);
    if (!socket) return;
    socket.hello(token);
    await socket.hears('"re":1', over);
    socket.deafen();
    for (let i = 0; i < 400 && socket.open && !over.aborted; i++) {
      socket.write(
        kind === "pongs"
          ? frame("x".repeat(125), { opcode: OPCODE.ping })
          : frame(JSON.stringify({ op: "history", id: 2 + i, c, limit: 200 })),
      );
      if (i % 20 === 19) await socket.rests(numbers.whole(5, 40), over);
    }
    await passes(numbers.whole(50, 500), over);
    socket.cut();
  },
};

/** A deaf reader of the console's pages, over HTTP. */
export const deafHttp: Attack = {
  name: "deaf-http",
  lanes: 1,
  rest_ms: 300,
  async run(fight) {
    const { ground, numbers, over } = fight;
    const path = numbers.pick(["/widget.js", "/console", "/v1/site/demo"]);
    fight.note(path);
    const socket = await AttackSocket.connect(ground);
    if (!socket) return;
    socket.deafen();
    socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(numbers.whole(1, 300)));
    await passes(numbers.whole(50, 1_000), over);
    socket.cut();
  },
};
