import fc from "fast-check";
import type { Attack, Case } from "./attack.js";
import type { Numbers } from "./attack-numbers.js";
import { AttackSocket, frame } from "./attack-socket.js";
import { bent, FRAMES, mangled } from "./attack-values.js";

/** Sessions, most of them good ones, that say things which are nearly or not at all of the protocol. */
export const frames: Attack = {
  name: "frames",
  lanes: 2,
  rest_ms: 120,
  async run(fight) {
    const { ground, numbers, over } = fight;
    const socket = await AttackSocket.upgraded(ground, over);
    if (!socket) return;
    if (numbers.chance(0.9)) {
      socket.hello(numbers.pick(ground.visitors).token);
      if (numbers.chance(0.9)) await socket.hears('"re":1', over);
    }
    for (let i = numbers.whole(1, 25); i > 0 && socket.open && !over.aborted; i--) {
      const text = hostile(fight);
      fight.note(text);
      socket.write(frame(text));
      if (numbers.chance(0.3)) await socket.rests(numbers.whole(0, 20), over);
    }
    await socket.rests(numbers.whole(0, 100), over);
    leave(numbers, socket);
  },
};

function hostile({ ground, numbers }: Case): string {
  if (numbers.chance(0.1)) return numbers.draw(fc.string({ unit: "binary", maxLength: 200 }));
  if (numbers.chance(0.1)) return JSON.stringify(numbers.draw(fc.jsonValue({ maxDepth: 6 }))) ?? "";
  const vector = numbers.pick(FRAMES);
  if (!vector.frame) return vector.text ?? "";
  const { token, c } = numbers.pick(ground.visitors);
  const known = {
    ...vector.frame,
    id: numbers.whole(2, 40),
    ...("token" in vector.frame && { token }),
    ...("c" in vector.frame && { c: numbers.chance(0.8) ? c : numbers.pick(ground.foreign) }),
  };
  return mangled(numbers, JSON.stringify(bent(numbers, known)));
}

/** As clients go: with an end, a reset, or in the middle of a frame. */
function leave(numbers: Numbers, socket: AttackSocket): void {
  const whole = frame(JSON.stringify({ op: "ping", id: 99 }));
  if (numbers.chance(0.3)) socket.write(whole.subarray(0, numbers.whole(1, whole.length - 1)));
  if (numbers.chance(0.3)) socket.reset();
  else if (numbers.chance(0.5)) socket.cut();
  else socket.end();
}

/** Good sessions at a bad pace: everything at once, the same thing again and again, and gone before the answers. */
export const timing: Attack = {
  name: "timing",
  lanes: 1,
  rest_ms: 300,
  async run(fight) {
    const { ground, numbers, over } = fight;
    const { token, c } = numbers.pick(ground.visitors);
    const socket = await AttackSocket.upgraded(ground, over);
    if (!socket) return;
    const kind = numbers.pick(Object.keys(STORMS) as (keyof typeof STORMS)[]);
    fight.note(kind);
    const said = STORMS[kind](numbers, token, c);
    const bytes = Buffer.concat(said.map((each) => frame(JSON.stringify(each))));
    if (numbers.chance(0.5)) socket.write(bytes);
    else await socket.dribble(pieces(numbers, bytes), 1, over);
    await socket.rests(numbers.whole(0, 300), over);
    leave(numbers, socket);
  },
};

const STORMS = {
  opens: (_: Numbers, token: string, c: string) => [
    { op: "hello", id: 1, token },
    ...range(30).flatMap((id) => [
      { op: "open", id: 2 * id, c },
      { op: "leave", id: 2 * id + 1, c },
    ]),
  ],
  sends: (numbers: Numbers, token: string, c: string) => [
    { op: "hello", id: 1, token },
    ...range(60).map((id) => ({
      op: "send",
      id,
      c,
      mid: `f${numbers.whole(0, 40)}`,
      kind: "text",
      body: { text: "the same mid, other words ".repeat(id) },
    })),
  ],
  one_id: (_: Numbers, token: string, c: string) => [{ op: "hello", id: 1, token }, ...range(60).map(() => ({ op: "history", id: 2, c }))],
  hellos: (_: Numbers, token: string) => range(20).map((id) => ({ op: "hello", id, token })),
  resumes: (numbers: Numbers, token: string, c: string) => [
    {
      op: "hello",
      id: 1,
      token,
      resume: Object.fromEntries([
        [c, [numbers.whole(0, 2 ** 40), numbers.whole(0, 2 ** 40)]],
        ...range(99).map((n) => [`c_${n}`, [1, n]]),
      ]),
    },
    { op: "open", id: 2, c },
  ],
  refreshes: (_: Numbers, token: string) => [
    { op: "hello", id: 1, token },
    ...range(30).map((id) => ({ op: "refresh", id: id + 1, token })),
  ],
  closes: (_: Numbers, token: string, c: string) => [
    { op: "hello", id: 1, token },
    { op: "open", id: 2, c },
    { op: "close", id: 3, c },
    { op: "open", id: 4, ask: { topic: "support" } },
    { op: "close", id: 5, c },
    { op: "open", id: 6, ask: { topic: "support" } },
  ],
} as const;

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function pieces(numbers: Numbers, bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = numbers.whole(1, 2_000);
    parts.push(bytes.subarray(at, at + size));
    at += size;
  }
  return parts;
}
