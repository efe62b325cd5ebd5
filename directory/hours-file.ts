import { DAYS, type Day, type Hours, type Interval, minutesOf } from "./hours.js";

/** What is wrong with a file of hours, and where. */
export class HoursError extends Error {
  override readonly name = "HoursError";
}

const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Reads hours as a person wrote them; throws a HoursError that names the place of the first fault. */
export function parseHours(text: string): Hours {
  const { time_zone, week, holidays, ...others } = fieldsOf("the file", json(text));
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) fault(unknown, "is nothing that hours have: time_zone, week and holidays are");
  return { time_zone: zoneOf(time_zone), week: weekOf(week), ...(holidays === undefined ? {} : { holidays: datesOf(holidays) }) };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    return fault(placeIn(text, /at position (\d+)/.exec(message)?.[1]), `is no JSON: ${message}`);
  }
}

/** The parser does not always say where; it quotes what it stumbled over then. */
function placeIn(text: string, position: string | undefined): string {
  if (position === undefined) return "the file";
  const lines = text.slice(0, Number(position)).split("\n");
  return `line ${lines.length}, column ${(lines.at(-1) ?? "").length + 1}`;
}

function zoneOf(value: unknown): string {
  if (typeof value !== "string") return fault("time_zone", "must be a name as in Europe/Berlin");
  try {
    new Intl.DateTimeFormat("en", { timeZone: value });
    return value;
  } catch {
    return fault("time_zone", `"${value}" is no time zone; it is a name as in Europe/Berlin`);
  }
}

function weekOf(value: unknown): Hours["week"] {
  const days = Object.entries(fieldsOf("week", value));
  return Object.fromEntries(days.map(([day, intervals]) => [dayOf(day), intervalsOf(`week.${day}`, intervals)]));
}

function dayOf(name: string): Day {
  return DAYS.find((day) => day === name) ?? fault(`week.${name}`, `is no day: ${DAYS.join(", ")} are`);
}

function intervalsOf(place: string, value: unknown): readonly Interval[] {
  const intervals = listOf(place, value).map((each, index) => intervalOf(`${place}[${index}]`, each));
  for (const [index, [from]] of intervals.entries()) {
    const before = intervals[index - 1];
    if (before && minutesOf(from) < minutesOf(before[1])) fault(`${place}[${index}]`, "begins before the one in front of it ends");
  }
  return intervals;
}

function intervalOf(place: string, value: unknown): Interval {
  const [from, to, ...more] = listOf(place, value);
  if (!isTime(from) || !isTime(to) || more.length > 0) return fault(place, `must be two times as in ["09:00", "18:00"]`);
  if (minutesOf(from) >= minutesOf(to)) return fault(place, "ends before it begins; what goes past midnight is two intervals");
  return [from, to];
}

function isTime(value: unknown): value is string {
  return typeof value === "string" && TIME.test(value);
}

function datesOf(value: unknown): readonly string[] {
  return listOf("holidays", value).map((each, index) => dateOf(`holidays[${index}]`, each));
}

function dateOf(place: string, value: unknown): string {
  const date = typeof value === "string" && DATE.test(value) ? new Date(`${value}T00:00:00Z`) : undefined;
  const isDate = date !== undefined && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(String(value));
  return isDate ? String(value) : fault(place, "must be a date as in 2026-12-25");
}

function listOf(place: string, value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : fault(place, "must be a list");
}

function fieldsOf(place: string, value: unknown): Readonly<Record<string, unknown>> {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Readonly<Record<string, unknown>>) : fault(place, "must be an object");
}

function fault(place: string, what: string): never {
  throw new HoursError(`${place}: ${what}.`);
}
