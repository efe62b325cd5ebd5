import assert from "node:assert/strict";
import { test } from "node:test";
import { audienceOf, type RoutingEvent } from "./message.js";

const SHOWN: readonly RoutingEvent[] = ["queued", "assigned", "transferred", "held", "closed", "reopened", "identified"];
const KEPT: readonly RoutingEvent[] = ["offered", "declined", "missed", "rescinded", "released", "unheld", "wrapup", "barrier", "asserted"];

test("visitors see the routing entries that are about them, and none that are about agents", () => {
  for (const event of SHOWN) assert.equal(audienceOf("routing", { event }), "all", event);
  for (const event of KEPT) assert.equal(audienceOf("routing", { event }), "agents", event);
});

test("a routing entry whose event nobody knows is not shown to visitors", () => {
  for (const event of [undefined, "invented", 7, ["queued", "assigned"]])
    assert.equal(audienceOf("routing", { event }), "agents", String(event));
});

test("notes are for agents, and every other kind is for all, also one that is not known yet", () => {
  assert.equal(audienceOf("note", { text: "he is angry" }), "agents");
  for (const kind of ["text", "file", "card", "recall", "system", "poll"]) assert.equal(audienceOf(kind, {}), "all", kind);
});
