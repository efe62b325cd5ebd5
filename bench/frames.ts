import { checkFrame } from "../proto/check.js";
import { messageFrame, messageTail, readMessage } from "../proto/frames.js";
import { helpOn } from "../scripts/command.js";
import { ascending, conclude, machine, percentile, spread } from "./report.js";

const HELP = `
npm run bench:frames

What one frame costs: decode and validate a \`send\`, encode a \`message\`, in µs of one core. Each figure is the median of
15 rounds of 20,000 frames after a warm-up, with the fastest and the slowest round beside it.

  --help   this text
`;

const DECODE_US_MAX = 5;
const ENCODE_US_MAX = 3;
const ROUNDS = 15;
const FRAMES = 20_000;

helpOn(process.argv, HELP);

const text = "My parcel with the two tins of tea was to arrive on Monday, and the tracking page still says “on its way”. Where is it?";
const decoder = new TextDecoder();
/** Frames differ from each other, as they do in life. */
const inputs = Array.from({ length: 64 }, (_, i) =>
  new TextEncoder().encode(
    JSON.stringify({
      ...{ op: "send", id: i, c: `c_s_OJ9AfaFV1CiVYA58UkmA${i}`, mid: `m3x8k2-${i}-4fzyo7`, kind: "text" },
      ...{ body: { text: `${text} (${i})` }, since: [16_777_217, i] },
    }),
  ),
);
const from = { id: "v_T-eVJeTGnqM-Jq1AEeWq6g", role: "visitor", name: "Vera" } as const;
const bodies = Array.from({ length: 64 }, (_, i) => ({ text: `${text} (${i})` }));

function decode(i: number): number {
  const checked = checkFrame(decoder.decode(inputs[i % inputs.length]));
  if (checked.at !== "command") throw new Error(`the frame was ${checked.at}`);
  return checked.id ?? 0;
}

function encode(i: number): number {
  const body = bodies[i % bodies.length] as { text: string };
  return messageFrame("c_s_OJ9AfaFV1CiVYA58UkmA", [16_777_217, i], 1_767_225_600_000, messageTail({ mid: "m1", from, kind: "text", body }))
    .length;
}

/** µs per frame, one figure a round. */
function rounds(work: (i: number) => number): number[] {
  let kept = 0;
  const round = (): number => {
    const since = performance.now();
    for (let i = 0; i < FRAMES; i++) kept += work(i);
    return ((performance.now() - since) * 1_000) / FRAMES;
  };
  for (let warm = 0; warm < 3; warm++) round();
  const figures = Array.from({ length: ROUNDS }, round);
  if (kept === 0) throw new Error("nothing was measured");
  return figures;
}

const encoded = messageFrame("c", [1, 1], 1, messageTail({ mid: "m", from, kind: "text", body: { text: "“quoted”" } }));
if (readMessage(encoded).body["text"] !== "“quoted”") throw new Error("what is encoded does not read back");

const decoding = rounds(decode);
const encoding = rounds(encode);
console.log(`machine   ${machine()}`);
console.log(`settings  a send of ${inputs[0]?.byteLength} bytes, a text of ${text.length} characters; limited by one core of this process`);
console.log(`decode    ${spread(decoding, 2)} µs: UTF-8, JSON, schema of a send`);
console.log(`encode    ${spread(encoding, 2)} µs: a message event with its place, not counting UTF-8 (the transport's)`);
conclude([
  { what: `decode and validate a send ≤ ${DECODE_US_MAX} µs`, holds: percentile(ascending(decoding), 0.5) <= DECODE_US_MAX },
  { what: `encode a message ≤ ${ENCODE_US_MAX} µs`, holds: percentile(ascending(encoding), 0.5) <= ENCODE_US_MAX },
]);
