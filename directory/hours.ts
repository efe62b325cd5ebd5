/**
 * When a topic is open, by the clock on the wall of its time zone: from the first time of an interval up to the second one, which is not in it
 * any more. Where clocks are put back, an hour that comes twice is open twice.
 */
export interface Hours {
  /** IANA, as in Europe/Berlin. */
  readonly time_zone: string;
  /** From `HH:MM` to `HH:MM`, in order and apart; `24:00` is the day's end. Days that are left out are closed. */
  readonly week: Readonly<Partial<Record<Day, readonly Interval[]>>>;
  /** Dates that are closed, as in 2026-12-25. */
  readonly holidays?: readonly string[];
}

export type Interval = readonly [from: string, to: string];

export const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
export type Day = (typeof DAYS)[number];

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The answer for a whole minute: nothing opens or closes inside one. */
const known = new WeakMap<Hours, { readonly minute: number; readonly open: boolean }>();

/** Pure: same hours and time, same answer. */
export function isOpen(hours: Hours, at: number): boolean {
  const minute = Math.floor(at / MINUTE_MS);
  const last = known.get(hours);
  if (last?.minute === minute) return last.open;
  const open = isOpenOn(hours, wallAt(hours.time_zone, at));
  known.set(hours, { minute, open });
  return open;
}

/** The first moment after `at` at which it is open; undefined when it never is. Of hours that are open now: `at` itself. Pure. */
export function opensAt(hours: Hours, at: number): number | undefined {
  if (isOpen(hours, at)) return at;
  const today = dayOf(hours, at);
  const last = today + 7 * ((hours.holidays?.length ?? 0) + 1);
  for (let day = today; day <= last; day++) {
    const found = openings(hours, day * DAY_MS).filter((moment) => moment > at && dayOf(hours, moment) === day && isOpen(hours, moment));
    if (found.length > 0) return Math.min(...found);
  }
  return undefined;
}

/** Counted on the wall's calendar. */
function dayOf({ time_zone }: Hours, at: number): number {
  return Math.floor(wallAt(time_zone, at) / DAY_MS);
}

/** What the clock on the wall shows, as if it stood in UTC. */
function wallAt(time_zone: string, at: number): number {
  const parts = Object.fromEntries(
    clockOf(time_zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const there = clocks.get(timeZone);
  if (there) return there;
  const numeric = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" } as const;
  const clock = new Intl.DateTimeFormat("en-US", { timeZone, calendar: "gregory", hourCycle: "h23", ...numeric });
  clocks.set(timeZone, clock);
  return clock;
}

function isOpenOn(hours: Hours, wall: number): boolean {
  const minutes = Math.floor((wall % DAY_MS) / MINUTE_MS);
  return intervalsOf(hours, wall).some(([from, to]) => minutesOf(from) <= minutes && minutes < minutesOf(to));
}

function intervalsOf({ week, holidays }: Hours, wall: number): readonly Interval[] {
  const date = new Date(wall);
  if (holidays?.includes(date.toISOString().slice(0, 10))) return [];
  return week[DAYS[date.getUTCDay()] as Day] ?? [];
}

export function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

/**
 * The moments at which it may open on one day of the wall's calendar: where an interval begins, by the clock as it went before and as it goes
 * after this day, and where the clock is put forward or back, which may pass over a beginning.
 */
function openings(hours: Hours, day: number): number[] {
  const intervals = intervalsOf(hours, day);
  if (intervals.length === 0) return [];
  const [before, after] = [offsetAt(hours.time_zone, day - DAY_MS), offsetAt(hours.time_zone, day + 2 * DAY_MS)];
  const begins = intervals.map(([from]) => day + minutesOf(from) * MINUTE_MS);
  const moments = begins.flatMap((wall) => [wall - before, wall - after]);
  return before === after ? moments : [...moments, change(hours.time_zone, day - DAY_MS, day + 2 * DAY_MS)];
}

function offsetAt(time_zone: string, at: number): number {
  return wallAt(time_zone, at) - Math.floor(at / 1_000) * 1_000;
}

/** The minute at which the clock changes, between two moments that differ. */
function change(time_zone: string, from: number, to: number): number {
  const old = offsetAt(time_zone, from);
  let [low, high] = [from / MINUTE_MS, to / MINUTE_MS];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(time_zone, middle * MINUTE_MS) === old) low = middle;
    else high = middle;
  }
  return high * MINUTE_MS;
}
