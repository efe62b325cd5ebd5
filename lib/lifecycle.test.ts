import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { log } from "../test/support/log.js";
import { pause } from "./clock.js";
import { FakeClock } from "./clock-fake.js";
import { Lifecycle, stopOnSignals } from "./lifecycle.js";
import type { Service } from "./service.js";

function house(drain_ms = 1000): {
  clock: FakeClock;
  lifecycle: Lifecycle;
  calls: string[];
  service: (name: string, odd?: Partial<Service>) => Service;
} {
  const clock = new FakeClock();
  const calls: string[] = [];
  const say = (text: string) => async (): Promise<void> => void calls.push(text);
  const service = (name: string, odd: Partial<Service> = {}): Service => ({
    name,
    start: say(`start ${name}`),
    drain: say(`drain ${name}`),
    stop: say(`stop ${name}`),
    ...odd,
  });
  return { clock, lifecycle: new Lifecycle({ clock, log, drain_ms }), calls, service };
}

test("services start in list order, drain in reverse, then stop in reverse", async () => {
  const { lifecycle, calls, service } = house();
  await lifecycle.start([service("a"), service("b")]);
  assert.equal(lifecycle.state, "ready");
  await lifecycle.stop();
  assert.equal(lifecycle.state, "stopped");
  assert.deepEqual(calls, ["start a", "start b", "drain b", "drain a", "stop b", "stop a"]);
});

test("starting and stopping twice does it once", async () => {
  const { lifecycle, calls, service } = house();
  await Promise.all([lifecycle.start([service("a")]), lifecycle.start([service("a")])]);
  await Promise.all([lifecycle.stop(), lifecycle.stop()]);
  await lifecycle.stop();
  assert.deepEqual(calls, ["start a", "drain a", "stop a"]);
});

test("when a service fails to start, those before it are stopped and the error comes out", async () => {
  const { lifecycle, calls, service } = house();
  const broken = service("b", { start: () => Promise.reject(new Error("port taken")) });
  await assert.rejects(lifecycle.start([service("a"), broken, service("c")]), /port taken/);
  assert.deepEqual(calls, ["start a", "stop a"]);
  assert.equal(lifecycle.state, "stopped");
});

test("it is not ready before the last service started and not while it drains", async () => {
  const { lifecycle, service } = house();
  const states: string[] = [];
  const look = async (): Promise<void> => void states.push(lifecycle.state);
  await lifecycle.start([service("a", { start: look, drain: look, stop: look })]);
  await lifecycle.stop();
  assert.deepEqual(states, ["starting", "draining", "draining"]);
});

test("a stop during the start lets the service in hand finish and starts no further one", async () => {
  const { clock, lifecycle, calls, service } = house();
  const slow = service("a", { start: () => pause(clock, 50) });
  const started = lifecycle.start([slow, service("b")]);
  await clock.advance(10);
  const stopped = lifecycle.stop();
  assert.equal(lifecycle.state, "draining");
  await clock.advance(50);
  await Promise.all([started, stopped]);
  assert.deepEqual(calls, ["drain a", "stop a"]);
  assert.equal(lifecycle.state, "stopped");
});

test("all drains share one time, and a drain that outlasts it is left behind", async () => {
  const { clock, lifecycle, calls, service } = house(1000);
  const told: number[] = [];
  const slow = service("b", {
    drain(deadline_ms) {
      told.push(deadline_ms);
      return pause(clock, 700);
    },
  });
  const stuck = service("a", {
    drain(deadline_ms) {
      told.push(deadline_ms);
      return new Promise(() => undefined);
    },
  });
  await lifecycle.start([stuck, slow]);
  const stopped = lifecycle.stop();
  await clock.advance(1000);
  await stopped;
  assert.deepEqual(told, [1000, 300]);
  assert.deepEqual(calls.slice(-2), ["stop b", "stop a"]);
});

test("a drain or stop that fails keeps no other from its own, and the stop says so at the end", async () => {
  const { lifecycle, calls, service } = house();
  const broken = service("b", { drain: () => Promise.reject(new Error("drain")), stop: () => Promise.reject(new Error("stop")) });
  await lifecycle.start([service("a"), broken]);
  await assert.rejects(lifecycle.stop(), (error) => error instanceof AggregateError && error.errors.length === 2);
  assert.deepEqual(calls, ["start a", "start b", "drain a", "stop a"]);
});

class Source extends EventEmitter {
  readonly codes: number[] = [];
  exit(code: number): void {
    this.codes.push(code);
  }
}

for (const signal of ["SIGTERM", "SIGINT"]) {
  test(`${signal} drains, stops and exits with 0`, async () => {
    const { clock, lifecycle, calls, service } = house();
    const source = new Source();
    stopOnSignals(source, lifecycle, clock, log);
    await lifecycle.start([service("a")]);
    source.emit(signal, signal);
    await lifecycle.stop();
    await clock.advance(0);
    assert.deepEqual(calls, ["start a", "drain a", "stop a"]);
    assert.deepEqual(source.codes, [0]);
  });
}

test("a service that does not end well makes the exit code 1", async () => {
  const { clock, lifecycle, service } = house();
  const source = new Source();
  stopOnSignals(source, lifecycle, clock, log);
  await lifecycle.start([service("a", { stop: () => Promise.reject(new Error("stop")) })]);
  source.emit("SIGTERM", "SIGTERM");
  await clock.advance(0);
  assert.deepEqual(source.codes, [1]);
});

test("a second signal exits at once, but the echo of the first one does not", async () => {
  const { clock, lifecycle, service } = house(60_000);
  const source = new Source();
  stopOnSignals(source, lifecycle, clock, log);
  await lifecycle.start([service("a", { drain: () => new Promise(() => undefined) })]);
  source.emit("SIGINT", "SIGINT");
  await clock.advance(20);
  source.emit("SIGINT", "SIGINT");
  assert.deepEqual(source.codes, []);
  await clock.advance(2000);
  source.emit("SIGINT", "SIGINT");
  assert.deepEqual(source.codes, [1]);
});
