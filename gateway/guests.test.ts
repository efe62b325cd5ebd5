import assert from "node:assert/strict";
import { test } from "node:test";
import { DeskError } from "../lib/errors.js";
import { Metrics } from "../lib/metrics.js";
import { type Guest, Guests } from "./guests.js";
import type { Session } from "./session.js";

const by = (id: string, tenant = "shop"): Session => ({ tenant, user: { id, role: "visitor", name: id }, issued_at: 0, expires_at: 0 });

test("a user's newest socket stays, and its oldest makes room; nobody else's does", () => {
  const guests = new Guests({ socketsPerTenant: 100, socketsPerUser: 2 }, new Metrics());
  const [first, second, third] = [{ session: by("wei") }, { session: by("wei") }, { session: by("wei") }];
  assert.equal(guests.enter(first), undefined);
  assert.equal(guests.enter(second), undefined);
  assert.equal(guests.enter({ session: by("mia") }), undefined);
  assert.equal(guests.enter({ session: by("wei", "other") }), undefined);
  assert.equal(guests.enter(third), first);
  guests.leave(first);
  guests.leave(second);
  assert.equal(guests.enter({ session: by("wei") }), undefined);
});

test("a full tenant refuses as busy with when to come back, until somebody leaves; other tenants have their own room", () => {
  const guests = new Guests({ socketsPerTenant: 2, socketsPerUser: 20 }, new Metrics());
  const here = [{ session: by("a") }, { session: by("b") }];
  for (const guest of here) guests.enter(guest);
  assert.throws(
    () => guests.room(by("c")),
    (error: unknown) => error instanceof DeskError && error.code === "busy" && error.retry_after_ms === 5_000,
  );
  guests.room(by("c", "other"));
  guests.leave(here[0] as Guest);
  guests.room(by("c"));
});

test("whoever became somebody else leaves as who it came, once", () => {
  const guests = new Guests<{ session: Session }>({ socketsPerTenant: 1, socketsPerUser: 20 }, new Metrics());
  const guest = { session: by("v_1") };
  guests.enter(guest);
  guest.session = by("known");
  guests.leave(guest);
  guests.leave(guest);
  guests.room(by("c"));
  guests.enter({ session: by("c") });
  assert.throws(() => guests.room(by("d")));
});
