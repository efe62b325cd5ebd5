import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { check } from "../checker/check.js";
import { describe } from "../checker/finding.js";
import { readRecord } from "../checker/record.js";
import { Recorder } from "../checker/recorder.js";
import { accept, codeOf, text } from "../contract/chat/stage.js";
import { emptyFolder } from "../support/folder.js";
import { HouseProcess } from "../support/house-process.js";
import { agentToken, Peer, visitorToken } from "../support/peer.js";

const KiB = 1_024;
const FILE_BYTES_MAX = 512 * KiB;
const BODY = "x".repeat(8 * KiB);
/** More than the room there is. */
const SENDS_MOST = 600;

async function house(t: TestContext, data: string, fileBytesMax?: number): Promise<HouseProcess> {
  const settings = { DESKWIRE_SENDS_PER_S: "100000", DESKWIRE_SENDS_BURST: "100000", DESKWIRE_SENDS_PER_USER: "100000/s" };
  const started = await HouseProcess.start({ data, env: settings, ...(fileBytesMax !== undefined && { fileBytesMax }) });
  t.after(() => started.kill());
  return started;
}

test("on a full disk sends are refused as unknown, nothing is acknowledged falsely, and with room again all of it gets through", async (t) => {
  const data = emptyFolder(t);
  const recorder = new Recorder();
  const full = await house(t, data, FILE_BYTES_MAX);
  const { token } = await visitorToken(full.url);
  const vera = await Peer.hello(full.url, token, {}, { tap: recorder.client("vera") });
  const ada = await Peer.hello(full.url, await agentToken(full.url, "ada"));
  await ada.do("status", { status: "online" });
  const c = String((await vera.do("open", { ask: {} }))["c"]);
  await accept(ada, c);
  const refused = await fill(vera, c);
  assert.ok(
    refused.every(({ code }) => ["unavailable", "pending", "busy"].includes(String(code))),
    JSON.stringify(refused),
  );
  assert.equal(codeOf(await vera.ask("ping")), undefined);
  await full.kill();
  await vera.over();
  recorder.kill();

  const roomy = await house(t, data);
  const back = await Peer.hello(roomy.url, token, {}, { tap: recorder.client("vera") });
  for (const { mid } of refused) await back.do("send", text(c, mid, BODY));
  const sun = await Peer.hello(roomy.url, await agentToken(roomy.url, "sun"));
  recorder.record("history", c, await readRecord(sun, c));
  assert.equal(describe(check(recorder.history)), "");
  for (const peer of [back, sun]) await peer.close();
});

/** Sends until the disk is full, and a few more; what was not acknowledged. */
async function fill(peer: Peer, c: string): Promise<readonly { readonly mid: string; readonly code: unknown }[]> {
  const refused: { mid: string; code: unknown }[] = [];
  for (let i = 0; i < SENDS_MOST && refused.length < 3; i++) {
    const code = codeOf(await peer.ask("send", text(c, `m${i}`, BODY)));
    if (code !== undefined) refused.push({ mid: `m${i}`, code });
  }
  assert.equal(refused.length, 3, "the disk was never full");
  return refused;
}
