import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DAYS, type Day, type Hours, isOpen, opensAt } from "./hours.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

const every = (...intervals: [string, string][]): Hours["week"] => Object.fromEntries(DAYS.map((day) => [day, intervals]));
const office: Hours = {
  time_zone: "Europe/Berlin",
  week: {
    mon: [
      ["09:00", "12:30"],
      ["13:30", "18:00"],
    ],
    fri: [["09:00", "24:00"]],
    sat: [["00:00", "02:00"]],
  },
  holidays: ["2026-12-25"],
};

const at = (text: string): number => Date.parse(text);
const shown = (moment: number | undefined): string | undefined => (moment === undefined ? undefined : new Date(moment).toISOString());

test("it is open from the first minute of an interval up to its last one", () => {
  const open = (text: string): boolean => isOpen(office, at(text));
  assert.deepEqual(
    ["07:59:59", "08:00:00", "11:29:59", "11:30:00"].map((time) => open(`2026-11-23T${time}Z`)),
    [false, true, true, false],
  );
});

test("a day without intervals is closed, and so is a holiday", () => {
  assert.equal(isOpen(office, at("2026-11-24T10:00:00Z")), false);
  assert.equal(isOpen(office, at("2026-12-18T10:00:00Z")), true);
  assert.equal(isOpen(office, at("2026-12-25T10:00:00Z")), false);
});

test("an interval to 24:00 meets the next day's from 00:00 without a gap", () => {
  for (let minute = 0; minute < 240; minute++) assert.equal(isOpen(office, at("2026-11-27T21:00:00Z") + minute * MINUTE_MS), true);
  assert.equal(isOpen(office, at("2026-11-28T01:00:00Z")), false);
});

test("the next opening is told over the pause, over days and over a holiday", () => {
  assert.equal(shown(opensAt(office, at("2026-11-23T11:45:00Z"))), "2026-11-23T12:30:00.000Z");
  assert.equal(shown(opensAt(office, at("2026-11-24T10:00:00Z"))), "2026-11-27T08:00:00.000Z");
  assert.equal(shown(opensAt(office, at("2026-12-22T10:00:00Z"))), "2026-12-25T23:00:00.000Z");
});

test("of what is open the next opening is this moment, of what never opens there is none", () => {
  const now = at("2026-11-23T09:00:00Z");
  assert.equal(opensAt(office, now), now);
  assert.equal(opensAt({ time_zone: "UTC", week: {} }, now), undefined);
  assert.equal(opensAt({ time_zone: "UTC", week: { mon: [] }, holidays: ["2026-11-30"] }, now), undefined);
});

test("a day on which clocks change does not hide an opening of the day before it", () => {
  const hours: Hours = { time_zone: "America/New_York", week: { sat: [["00:00", "00:15"]], sun: [["00:00", "01:15"]] } };
  assert.equal(shown(opensAt(hours, at("2026-11-01T00:00:00Z"))), "2026-11-01T04:00:00.000Z");
});

test("a row of holidays is passed over, however long", () => {
  const holidays = ["2026-11-30", "2026-12-07", "2026-12-14", "2026-12-21", "2026-12-28"];
  const hours: Hours = { time_zone: "UTC", week: { mon: [["09:00", "10:00"]] }, holidays };
  assert.equal(shown(opensAt(hours, at("2026-11-24T00:00:00Z"))), "2027-01-04T09:00:00.000Z");
});

test("opening times are by the clock on the wall, in summer and in winter", () => {
  const hours: Hours = { time_zone: "America/New_York", week: every(["09:00", "17:00"]) };
  assert.equal(shown(opensAt(hours, at("2026-01-10T00:00:00Z"))), "2026-01-10T14:00:00.000Z");
  assert.equal(shown(opensAt(hours, at("2026-07-10T00:00:00Z"))), "2026-07-10T13:00:00.000Z");
});

test("what begins in the hour that is left out opens when the clock is put forward", () => {
  const hours: Hours = { time_zone: "Europe/Berlin", week: every(["02:30", "04:00"]) };
  assert.equal(shown(opensAt(hours, at("2026-03-29T00:30:00Z"))), "2026-03-29T01:00:00.000Z");
});

test("what is open in the hour that comes twice is open twice", () => {
  const hours: Hours = { time_zone: "Europe/Berlin", week: every(["02:00", "02:30"]) };
  assert.equal(shown(opensAt(hours, at("2026-10-24T23:59:00Z"))), "2026-10-25T00:00:00.000Z");
  assert.equal(shown(opensAt(hours, at("2026-10-25T00:45:00Z"))), "2026-10-25T01:00:00.000Z");
  assert.equal(shown(opensAt(hours, at("2026-10-25T01:30:00Z"))), "2026-10-26T01:00:00.000Z");
});

const time = fc.integer({ min: 0, max: 96 }).map((quarter) => [Math.floor(quarter / 4), (quarter % 4) * 15]);
const intervals = fc
  .uniqueArray(time, { minLength: 0, maxLength: 4, selector: String })
  .map((times) =>
    times.sort(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d).map((each) => each.map((n) => String(n).padStart(2, "0")).join(":")),
  )
  .map((times) => Array.from({ length: Math.floor(times.length / 2) }, (_, i) => [times[2 * i], times[2 * i + 1]] as [string, string]));
const ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago", "Asia/Beirut", "UTC"];
const CHANGES = ["2026-03-08", "2026-03-29", "2026-04-05", "2026-09-06", "2026-10-04", "2026-10-25", "2026-11-01", "2026-06-10"];
const any = fc.record({
  hours: fc.record({
    time_zone: fc.constantFrom(...ZONES),
    week: fc.record(Object.fromEntries(DAYS.map((day) => [day, intervals])) as Record<Day, typeof intervals>),
    holidays: fc.subarray(CHANGES),
  }),
  moment: fc.tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -36 * 60, max: 36 * 60 })).map(([day, by]) => at(day) + by * MINUTE_MS),
});

/** What a clock in this zone shows, said by another way than the one under test. */
function onTheWall(time_zone: string, moment: number): { date: string; day: Day; time: string } {
  const [date = "", clock = ""] = new Date(moment).toLocaleString("sv-SE", { timeZone: time_zone }).split(" ");
  return { date, day: DAYS[new Date(date).getUTCDay()] as Day, time: clock.slice(0, 5) };
}

function openByTheWall({ time_zone, week, holidays = [] }: Hours, moment: number): boolean {
  const { date, day, time } = onTheWall(time_zone, moment);
  return !holidays.includes(date) && (week[day] ?? []).some(([from, to]) => from <= time && time < to);
}

test("on any hours, in any zone and around every change of clocks, the wall says what is open and what opens next", () => {
  fc.assert(
    fc.property(any, ({ hours, moment }) => {
      assert.equal(isOpen(hours, moment), openByTheWall(hours, moment));
      const next = opensAt(hours, moment);
      const until = Math.min(next ?? Number.POSITIVE_INFINITY, moment + 30 * HOUR_MS);
      for (let each = moment; each < until; each += 15 * MINUTE_MS)
        assert.equal(openByTheWall(hours, each - (each % (15 * MINUTE_MS))), false);
      assert.ok(next === undefined || openByTheWall(hours, next), `${next} is closed`);
    }),
    { numRuns: 60 },
  );
});
