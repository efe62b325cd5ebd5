import assert from "node:assert/strict";
import { test } from "node:test";
import { HoursError, parseHours } from "./hours-file.js";

const good = {
  time_zone: "Asia/Shanghai",
  week: {
    mon: [
      ["09:00", "12:00"],
      ["12:00", "18:00"],
    ],
    sat: [["00:00", "24:00"]],
    sun: [],
  },
  holidays: ["2028-02-29"],
};

test("hours are read as they were written", () => {
  assert.deepEqual(parseHours(JSON.stringify(good)), good);
  assert.deepEqual(parseHours('{"time_zone":"UTC","week":{}}'), { time_zone: "UTC", week: {} });
});

const FAULTS: readonly (readonly [place: string, text: string])[] = [
  ["line 2, column 14", '{\n "time_zone" "UTC" }'],
  ["the file", '{ "time_zone": Berlin }'],
  ["the file", "[]"],
  ["open", JSON.stringify({ ...good, open: true })],
  ["time_zone", JSON.stringify({ ...good, time_zone: "Europe/Atlantis" })],
  ["time_zone", JSON.stringify({ week: {} })],
  ["week", JSON.stringify({ time_zone: "UTC" })],
  ["week.monday", JSON.stringify({ ...good, week: { monday: [] } })],
  ["week.mon", JSON.stringify({ ...good, week: { mon: "09:00-18:00" } })],
  [
    "week.mon[1]",
    JSON.stringify({
      ...good,
      week: {
        mon: [
          ["09:00", "12:00"],
          ["13:00", "25:00"],
        ],
      },
    }),
  ],
  ["week.tue[0]", JSON.stringify({ ...good, week: { tue: [["9:00", "12:00"]] } })],
  ["week.tue[0]", JSON.stringify({ ...good, week: { tue: [["09:00"]] } })],
  ["week.tue[0]", JSON.stringify({ ...good, week: { tue: [["09:00", "12:00", "13:00"]] } })],
  ["week.fri[0]", JSON.stringify({ ...good, week: { fri: [["22:00", "06:00"]] } })],
  ["week.fri[0]", JSON.stringify({ ...good, week: { fri: [["22:00", "22:00"]] } })],
  [
    "week.wed[1]",
    JSON.stringify({
      ...good,
      week: {
        wed: [
          ["09:00", "12:00"],
          ["11:59", "18:00"],
        ],
      },
    }),
  ],
  ["holidays", JSON.stringify({ ...good, holidays: "2026-12-25" })],
  ["holidays[1]", JSON.stringify({ ...good, holidays: ["2026-12-25", "2026-02-29"] })],
];

for (const [place, text] of FAULTS) {
  test(`a fault at ${place} is refused with its place: ${text.replaceAll("\n", " ")}`, () => {
    assert.throws(
      () => parseHours(text),
      (error: unknown) => error instanceof HoursError && error.message.startsWith(`${place}: `),
    );
  });
}
