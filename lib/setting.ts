import { parseNetwork } from "./address.js";
import { TIMER_MS_MAX } from "./clock.js";

/** A kind of value a setting may have. */
export interface SettingType<T> {
  readonly name: string;
  /** Completes "Give …" in a fault. */
  readonly expects: string;
  /** Undefined for text that is not such a value. */
  parse(text: string): T | undefined;
  format(value: T): string;
}

export interface Row<T> {
  readonly env: string;
  readonly type: SettingType<T>;
  readonly default: T;
  readonly unit?: string;
  readonly help: string;
  /** Never shown or logged; may also be given as a file named by `<env>_FILE`. */
  readonly secret?: boolean;
}

export type Rows<S> = { readonly [K in keyof S]: Row<S[K]> };

/** The values a table of rows describes. */
export type Values<R> = { readonly [K in keyof R]: R[K] extends Row<infer T> ? T : never };

// biome-ignore lint/suspicious/noExplicitAny: rows of every value type stand in one table; Values keeps each one's type
export type Table = Readonly<Record<string, Row<any>>>;

/** Checks each default against its row's type and keeps the types for {@link Values}. */
export function section<S extends object>(rows: Rows<S>): Rows<S> {
  return rows;
}

export const KiB = 1024;
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const BYTE_UNITS = { KiB, MiB: KiB ** 2, GiB: KiB ** 3 };
const TIME_UNITS = { ms: 1, s: SECOND, min: MINUTE, h: HOUR, d: DAY };

export function whole(min: number, max: number = Number.MAX_SAFE_INTEGER): SettingType<number> {
  const bounds = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  return {
    name: "int",
    expects: `a whole number ${bounds}`,
    parse: (text) => inside(scaled(text, {}), min, max),
    format: String,
  };
}

export const port: SettingType<number> = { ...whole(0, 65535), name: "port", expects: "a port from 0 to 65535" };

/** Plain numbers are bytes. */
export const bytes: SettingType<number> = {
  name: "bytes",
  expects: "a number of bytes, such as 65536 or 64KiB",
  parse: (text) => inside(scaled(text, BYTE_UNITS), 1, Number.MAX_SAFE_INTEGER),
  format: (value) => withUnit(value, BYTE_UNITS),
};

/** Plain numbers are milliseconds. */
export const ms: SettingType<number> = {
  name: "ms",
  expects: "a time of at most 24 days, such as 1500, 20s, 15min or 24h",
  parse: (text) => inside(scaled(text, TIME_UNITS), 0, TIMER_MS_MAX),
  format: (value) => withUnit(value, TIME_UNITS),
};

export const bool: SettingType<boolean> = {
  name: "bool",
  expects: "1 or 0 (true or false)",
  parse: (text) => (["1", "true"].includes(text) ? true : ["0", "false"].includes(text) ? false : undefined),
  format: (value) => (value ? "1" : "0"),
};

export const string: SettingType<string> = { name: "string", expects: "a text", parse: (text) => text, format: (value) => value };

export const path: SettingType<string> = { ...string, name: "path", expects: "a path" };

export const list: SettingType<readonly string[]> = {
  name: "list",
  expects: "values with commas between them",
  parse: parseList,
  format: (value) => value.join(","),
};

/** What an empty list is called where an empty text means the default. */
const NONE = "none";

/** IP networks. */
export const networks: SettingType<readonly string[]> = {
  name: "networks",
  expects: `IP addresses or networks such as 10.0.0.0/8 or fd00::/8, with commas between them, or ${NONE}`,
  parse: (text) => (text === NONE ? [] : parseList(text)?.every(parseNetwork) ? parseList(text) : undefined),
  format: (value) => value.join(",") || NONE,
};

/** Origins of web pages, as browsers send them. */
export const origins: SettingType<readonly string[]> = {
  name: "origins",
  expects: `origins such as https://desk.example, without a path, with commas between them, or ${NONE}`,
  parse: (text) => (text === NONE ? [] : originsOf(parseList(text))),
  format: (value) => value.join(",") || NONE,
};

function originsOf(texts: readonly string[] | undefined): readonly string[] | undefined {
  const found = texts?.map((text) => (/^https?:\/\/[^/?#@*]+\/?$/i.test(text) && URL.canParse(text) ? new URL(text).origin : undefined));
  return found?.every((origin) => origin !== undefined) ? found : undefined;
}

/** So many in a time: all of them at once after a rest, and as many again as the time goes on. */
export interface Rate {
  readonly count: number;
  readonly per_ms: number;
}

export const rate: SettingType<Rate> = {
  name: "rate",
  expects: "a number and a time, such as 20/s, 300/min or 50/10s",
  parse: parseRate,
  format: ({ count, per_ms }) => `${count}/${withUnit(per_ms, TIME_UNITS).replace(/^1 | /g, "")}`,
};

function parseRate(text: string): Rate | undefined {
  const [count = "", time = "", ...rest] = text.split("/").map((part) => part.trim());
  const amount = inside(scaled(count, {}), 1, Number.MAX_SAFE_INTEGER);
  const per_ms = inside(scaled(/^\d/.test(time) ? time : `1${time}`, TIME_UNITS), 1, TIMER_MS_MAX);
  return amount === undefined || per_ms === undefined || time === "" || rest.length > 0 ? undefined : { count: amount, per_ms };
}

const SEED = /^[\w-]{43}$/;

/** Seeds of Ed25519 keys. */
export const seeds: SettingType<readonly string[]> = {
  ...list,
  expects: "32 bytes in base64url (43 characters), or several of them with commas between",
  parse: (text) => (parseList(text)?.every((seed) => SEED.test(seed)) ? parseList(text) : undefined),
};

export function choice<const T extends string>(...options: readonly T[]): SettingType<T> {
  return {
    name: "choice",
    expects: `one of ${options.join(", ")}`,
    parse: (text) => options.find((option) => option === text),
    format: (value) => value,
  };
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** `host:port`; an IPv6 address stands in brackets. */
export const hostPort: SettingType<HostPort> = {
  name: "host:port",
  expects: "host:port, such as 127.0.0.1:8080",
  parse: parseHostPort,
  format: ({ host, port: at }) => (host.includes(":") ? `[${host}]:${at}` : `${host}:${at}`),
};

function parseHostPort(text: string): HostPort | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const at = port.parse(match?.[3] ?? "");
  return host === undefined || at === undefined ? undefined : { host, port: at };
}

function parseList(text: string): readonly string[] | undefined {
  const items = text.split(",").map((item) => item.trim());
  return items.includes("") ? undefined : items;
}

/** The number a text stands for, or NaN; the unit is optional. */
function scaled(text: string, units: Readonly<Record<string, number>>): number {
  const match = /^(\d+) ?([A-Za-z]*)$/.exec(text);
  if (!match) return Number.NaN;
  const unit = match[2] === "" ? 1 : units[match[2] ?? ""];
  return Number(match[1]) * (unit ?? Number.NaN);
}

function inside(value: number, min: number, max: number): number | undefined {
  return value >= min && value <= max ? value : undefined;
}

/** In the largest unit that divides it. */
function withUnit(value: number, units: Readonly<Record<string, number>>): string {
  const fit = Object.entries(units).findLast(([, size]) => value >= size && value % size === 0);
  return fit ? `${value / fit[1]} ${fit[0]}` : String(value);
}
