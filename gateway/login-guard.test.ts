import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../lib/clock-fake.js";
import { DeskError } from "../lib/errors.js";
import { LoginGuard } from "./login-guard.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const OFFICE = "192.0.2.1";
const HOME = "198.51.100.7";

/** Three failures of a pair are free, ten of an address, twenty of an account; waits from 1 s to 15 min. */
function door() {
  const clock = new FakeClock();
  const limits = { loginFailures: 3, loginFailuresPerAddress: 10, loginFailuresPerAccount: 20 };
  const guard = new LoginGuard({
    clock,
    limits: { ...limits, loginWaitMs: SECOND, loginWaitMaxMs: 15 * MINUTE },
    counts: (address) => (address === "127.0.0.1" ? undefined : address),
  });
  /** `in`, `wrong`, or for how many ms to wait. */
  const tries = async (password: string, username = "ada", address = OFFICE): Promise<"in" | "wrong" | number> => {
    try {
      const result = await guard.attempt({ tenant: "shop", username, address }, async () => (password === "right" ? "in" : undefined));
      return result === "in" ? "in" : "wrong";
    } catch (error) {
      return (error as DeskError).retry_after_ms ?? assert.fail(String(error));
    }
  };
  const fails = async (times: number, username?: string, address?: string): Promise<void> => {
    for (let i = 0; i < times; i++) assert.equal(await tries("bad", username, address), "wrong", `try ${i}`);
  };
  return { clock, guard, tries, fails };
}

test("after some wrong passwords each further one makes the wait twice as long, up to the longest", async () => {
  const { clock, tries, fails } = door();
  await fails(3);
  const waits: unknown[] = [];
  for (let i = 0; i < 12; i++) {
    await fails(1);
    const wait = await tries("bad");
    waits.push(wait);
    await clock.advance(Number(wait));
  }
  assert.deepEqual(
    waits.map((ms) => Number(ms) / SECOND),
    [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900],
  );
});

test("while somebody waits, not even the right password is looked at, and asking costs nothing", async () => {
  const { clock, tries, fails } = door();
  await fails(4);
  for (let i = 0; i < 10; i++) assert.equal(await tries("right"), SECOND);
  await clock.advance(SECOND);
  assert.equal(await tries("right"), "in");
});

test("a success clears what stands against the username, not against the address", async () => {
  const { tries, fails } = door();
  await fails(3, "ada");
  assert.equal(await tries("right", "ada"), "in");
  await fails(3, "ada");
  assert.equal(await tries("right", "ada"), "in");
  await fails(3, "lin");
  await fails(1, "sun");
  await fails(1, "sun");
  assert.equal(await tries("right", "zoe"), SECOND);
});

test("successes cost an address nothing, however many work there", async () => {
  const { tries } = door();
  for (let i = 0; i < 100; i++) assert.equal(await tries("right", `agent-${i}`), "in");
});

test("an address that tries many usernames waits, and nobody elsewhere does", async () => {
  const { tries, fails } = door();
  for (let i = 0; i < 11; i++) await fails(1, `agent-${i}`);
  assert.equal(await tries("right", "ada"), SECOND);
  assert.equal(await tries("right", "ada", HOME), "in");
});

test("the addresses of one IPv6 network count as one, and an exempt address only by username", async () => {
  const { tries, fails } = door();
  for (let i = 0; i < 4; i++) await fails(1, "ada", `2001:db8::${i + 1}`);
  assert.equal(await tries("right", "ada", "2001:db8::9"), SECOND);
  for (let i = 0; i < 30; i++) await fails(1, `agent-${i}`, "127.0.0.1");
  await fails(4, "lin", "127.0.0.1");
  assert.equal(await tries("right", "lin", "127.0.0.1"), SECOND);
});

test("a guess spread over many addresses waits at the account, half a minute at most", async () => {
  const { clock, tries, fails } = door();
  for (let i = 0; i < 21; i++) await fails(1, "ada", `203.0.113.${i}`);
  assert.equal(await tries("bad", "ada", HOME), SECOND);
  for (let i = 0; i < 12; i++) {
    await clock.advance(30 * SECOND);
    await fails(1, "ada", `203.0.113.${100 + i}`);
  }
  assert.equal(await tries("right", "ada", HOME), 30 * SECOND);
});

test("a success ends what strangers did to the account", async () => {
  const { tries, fails } = door();
  for (let i = 0; i < 20; i++) await fails(1, "ada", `203.0.113.${i}`);
  assert.equal(await tries("right", "ada", HOME), "in");
  for (let i = 0; i < 20; i++) await fails(1, "ada", `203.0.113.${100 + i}`);
  assert.equal(await tries("right", "ada", OFFICE), "in");
});

test("whoever works from an address that the account logged in from is not locked out by others", async () => {
  const { tries, fails } = door();
  assert.equal(await tries("right", "ada", OFFICE), "in");
  for (let i = 0; i < 21; i++) await fails(1, "ada", `203.0.113.${i}`);
  assert.equal(await tries("right", "ada", HOME), SECOND);
  assert.equal(await tries("right", "ada", OFFICE), "in");
});

test("many attempts at once are as many attempts", async () => {
  const { guard } = door();
  let checked = 0;
  const attempt = () =>
    guard.attempt({ tenant: "shop", username: "ada", address: OFFICE }, async () => {
      checked++;
      return undefined;
    });
  await Promise.allSettled(Array.from({ length: 100 }, attempt));
  assert.equal(checked, 4);
});

test("an attempt that could not be judged costs nothing", async () => {
  const { guard, tries } = door();
  const broken = () => guard.attempt({ tenant: "shop", username: "ada", address: OFFICE }, () => Promise.reject(new DeskError("busy")));
  for (let i = 0; i < 50; i++) await assert.rejects(broken(), { code: "busy" });
  assert.equal(await tries("right"), "in");
});

test("failures are forgotten when none came for the longest wait", async () => {
  const { clock, tries, fails } = door();
  await fails(4);
  await clock.advance(SECOND + 15 * MINUTE - 1);
  await fails(1);
  assert.equal(await tries("bad"), 2 * SECOND);
  await clock.advance(2 * SECOND + 15 * MINUTE);
  await fails(4);
  assert.equal(await tries("bad"), SECOND);
});

test("the same username of another tenant is another one", async () => {
  const { guard, fails } = door();
  await fails(4, "ada");
  assert.equal(await guard.attempt({ tenant: "other", username: "ada", address: OFFICE }, async () => "in"), "in");
});
