import assert from "node:assert/strict";
import type { Frame } from "../../support/peer.js";
import { needing } from "../suite.js";
import { type ChatSuite, codeOf, Stage, text } from "./stage.js";
import { undisturbed } from "./undisturbed.js";

interface Limits {
  readonly text_bytes: number;
  readonly in_flight: number;
  readonly sends_per_s: number;
}

export const limits: ChatSuite = (at) => {
  const { test, cannot = {} } = at;

  const limitsOf = (frames: readonly Frame[]): Limits => frames[0]?.["limits"] as Limits;

  test("a body over its limit is too large, by bytes and not by characters; one that fits is taken", async (t) => {
    const stage = new Stage(t, at);
    await undisturbed(stage, async () => {
      const guest = await stage.guest();
      const { c } = await stage.ask(guest);
      const { text_bytes } = limitsOf(guest.peer.frames);
      const frame = JSON.stringify({ text: "" }).length;
      assert.equal(codeOf(await guest.peer.ask("send", text(c, "fits", "x".repeat(text_bytes - frame)))), undefined);
      assert.equal(codeOf(await guest.peer.ask("send", text(c, "long", "x".repeat(text_bytes - frame + 1)))), "too_large");
      assert.equal(codeOf(await guest.peer.ask("send", text(c, "wide", "茶".repeat(text_bytes / 3)))), "too_large");
    });
  });

  test("who sends too fast is told when to go on; nobody else is slowed down, and the same mid goes through then", async (t) => {
    const stage = new Stage(t, at);
    await undisturbed(stage, async () => {
      const guest = await stage.guest();
      const { c } = await stage.ask(guest);
      const refused = await flood(guest.peer, c);
      const { mid, wait_ms } = refused;
      assert.ok(wait_ms > 0 && wait_ms <= 1_000, `retry after ${wait_ms} ms`);
      await new Promise((resolve) => setTimeout(resolve, wait_ms));
      assert.equal(codeOf(await guest.peer.ask("send", text(c, mid))), undefined);
    });
  });

  needing(
    test,
    "frames",
    cannot,
  )("more commands at once than a socket may have are refused, each with its own answer", async (t) => {
    const stage = new Stage(t, at);
    await undisturbed(stage, async () => {
      const guest = await stage.guest();
      await stage.ask(guest);
      const { in_flight } = limitsOf(guest.peer.frames);
      const replies = await Promise.all(Array.from({ length: in_flight + 8 }, () => guest.peer.ask("open", { ask: {} })));
      const codes = replies.map(codeOf);
      assert.deepEqual([...new Set(codes)].sort(), ["too_many_in_flight", undefined]);
      assert.ok(codes.filter((code) => code === undefined).length >= in_flight);
    });
  });
};

/** Sends until it is too fast; the mid refused last, after which nothing more was sent, and how long to wait. */
async function flood(peer: { ask(op: string, fields: object): Promise<Frame> }, c: string): Promise<{ mid: string; wait_ms: number }> {
  for (let n = 0; n < 10; n++) {
    const batch = Array.from({ length: 25 }, (_, i) => `flood ${n}-${i}`);
    const replies = await Promise.all(batch.map((mid) => peer.ask("send", text(c, mid))));
    const refused = replies.findLastIndex((reply) => codeOf(reply) === "rate_limited");
    const { error } = replies[refused] ?? {};
    if (error) return { mid: batch[refused] as string, wait_ms: Number((error as Frame)["retry_after_ms"]) };
  }
  throw new Error("250 sends in a row were not too fast");
}
