import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../lib/clock-fake.js";
import { DeskError } from "../lib/errors.js";
import { turn } from "../lib/turn.js";
import { ADA, SUN, TENANT, VISITOR } from "../test/contract/broker/chat.js";
import { Gate } from "../test/support/gate.js";
import { GatewayStage } from "../test/support/gateway-stage.js";
import { log } from "../test/support/log.js";
import { turns, until } from "../test/support/until.js";
import type { Session } from "./session.js";
import { type Vetted, Vetting } from "./vetting.js";

const socketOf = (id: string, closed: (name: string) => void = () => undefined): Vetted => {
  const session = { tenant: TENANT, user: { ...ADA, id }, issued_at: 0, expires_at: 0 } satisfies Session;
  return { id, greeted: true, session, outlet: { open: true, close: closed } };
};

test("changes that come while sockets are judged are one more round, and others are served between", async () => {
  const sockets = Array.from({ length: 1_000 }, (_, i) => socketOf(`s${i}`));
  let judged = 0;
  const fault = async (): Promise<undefined> => void judged++;
  const vetting = new Vetting({ fault, clock: new FakeClock(), log });
  const over = [1, 2, 3, 4].map(() => vetting.all(() => sockets));
  await turn();
  assert.ok(judged < 1_000, `${judged} were judged before anybody else was served`);
  await Promise.all(over);
  assert.equal(judged, 2_000);
  await vetting.all(() => sockets);
  assert.equal(judged, 3_000);
});

test("a session that cannot be judged is judged again each second until it can be, and the others at once", async () => {
  const clock = new FakeClock();
  const closed: string[] = [];
  const socket = (id: string): Vetted => socketOf(id, (name) => closed.push(`${id} ${name}`));
  let answers = false;
  const fault = async ({ user }: Session) => {
    if (user.id === "ada" && !answers) throw new DeskError("unavailable");
    return user.id === "sun" ? undefined : ("token_revoked" as const);
  };
  await new Vetting({ fault, clock, log }).all(() => ["ada", "lin", "sun"].map(socket));
  await clock.advance(2_500);
  assert.deepEqual(closed, ["lin token_revoked"]);
  answers = true;
  await clock.advance(500);
  assert.deepEqual(closed, ["lin token_revoked", "ada token_revoked"]);
  assert.equal(clock.timers, 0);
});

test("what is revoked while a socket is being let in closes it all the same", async (t) => {
  const stage = await GatewayStage.start(t);
  const gate = new Gate();
  const { origins } = stage.gateway.context;
  t.mock.method(origins, "admit", () => gate.opened);
  const [wei, sun] = [stage.connect(), stage.connect()];
  const said = [wei.say("hello", { token: await stage.token(VISITOR) }), sun.say("hello", { token: await stage.token(SUN) })];
  await turns(20);
  await stage.command("session", "revoke", TENANT, VISITOR.id);
  gate.open();
  await wei.reply(said[0] as number);
  await sun.reply(said[1] as number);
  await until("the socket to be closed", () => wei.socket.ended !== undefined);
  await turns();
  assert.deepEqual([wei.socket.ended, sun.socket.ended], [{ code: 4_102, reason: "token_revoked" }, undefined]);
});
