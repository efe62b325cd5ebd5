import assert from "node:assert/strict";
import { test } from "node:test";
import { NIGHT, Play, SHUT_MS } from "../test/support/desk-play.js";
import { Places, placeOf } from "./places.js";

function places(play: Play, ...ids: string[]): (number | undefined)[] {
  return ids.map((c) => play.desk.queue.position(play.conversation(c)));
}

test("a visitor's place counts those in front of it in its topic, the ones with an open offer too", () => {
  const play = new Play();
  play.comes("ada", { capacity: 1 });
  for (const c of ["offered", "second", "third"]) play.asks(c);
  play.asks("elsewhere", { topic: "sales" });
  assert.deepEqual(places(play, "offered", "second", "third", "elsewhere"), [1, 2, 3, 1]);
});

test("who asks for other skills stands in the same line but in a lane of its own", () => {
  const play = new Play();
  play.asks("plain");
  play.asks("skilled", { skills: ["zh"] });
  assert.deepEqual(places(play, "plain", "skilled"), [1, 2]);
  assert.deepEqual(
    [...play.desk.queue.lanes()].map((lane) => lane.map(({ c }) => c)),
    [["plain"], ["skilled"]],
  );
});

test("who leaves the queue moves everybody behind it up", () => {
  const play = new Play();
  for (const c of ["a", "b", "c"]) play.asks(c);
  play.closes("a");
  assert.deepEqual(places(play, "a", "b", "c"), [undefined, 1, 2]);
  assert.equal(play.desk.queue.size, 2);
});

test("what waits for opening hours has no place and takes none", () => {
  const play = new Play();
  play.asks("form", { offline: true, terms: { hours: NIGHT } });
  play.asks("live");
  assert.deepEqual(placeOf(play.desk, play.conversation("form"), play.now), undefined);
  assert.equal(placeOf(play.desk, play.conversation("live"), play.now)?.position, 1);
  const told = (): unknown[] => new Places().changes(play.desk, play.now).map(({ c }) => c);
  assert.deepEqual(told(), ["live"]);
  play.now += SHUT_MS;
  assert.equal(placeOf(play.desk, play.conversation("live"), play.now)?.position, 2);
  assert.deepEqual(told(), ["form", "live"]);
});

test("a wait is told from how fast the topic's visitors found an agent", () => {
  const play = new Play();
  play.comes("ada", { capacity: 2 });
  for (const c of ["a", "b", "c", "d"]) play.asks(c);
  assert.deepEqual(placeOf(play.desk, play.conversation("d"), play.now), { position: 4, eta_ms: 240_000 });
  play.accepts("a");
  play.passes(10_000);
  play.accepts("b");
  assert.deepEqual(placeOf(play.desk, play.conversation("d"), play.now), { position: 2, eta_ms: 20_000 });
  assert.equal(placeOf(play.desk, play.conversation("a"), play.now), undefined);
});
