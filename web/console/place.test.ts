import assert from "node:assert/strict";
import { test } from "node:test";
import { hashOf, type Place, placeOf } from "./place.js";

test("every place is found again in the address it was put into", () => {
  const places: Place[] = [{ at: "inbox" }, { at: "queue" }, { at: "chat", c: "c_1" }, { at: "chat", c: "ü/%20#=" }];
  for (const place of places) assert.deepEqual(placeOf(hashOf(place)), place);
});

test("an address nobody made shows the inbox, or the conversation as it is written", () => {
  assert.deepEqual(placeOf("#else"), { at: "inbox" });
  assert.deepEqual(placeOf("#c="), { at: "inbox" });
  assert.deepEqual(placeOf("#c=%E0%A4%A"), { at: "chat", c: "%E0%A4%A" });
});
