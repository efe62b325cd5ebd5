import type { chat, desk, reasons, widget } from "./en.js";

/** A language missing one of these keys does not pass the type check. */
export type ChatMessages = Readonly<Record<keyof typeof chat, string>>;
export type WidgetMessages = Readonly<Record<keyof typeof widget, string>>;
export type DeskMessages = Readonly<Record<keyof typeof desk, string>>;
export type ReasonMessages = Readonly<Record<keyof typeof reasons, string>>;

export type Language = "en" | "zh-CN";

/** The first wish that we speak; any Chinese is served zh-CN, everything else English. */
export function pickLanguage(wishes: readonly (string | null | undefined)[]): Language {
  for (const wish of wishes) {
    const tag = wish?.toLowerCase() ?? "";
    if (tag.startsWith("zh")) return "zh-CN";
    if (tag.startsWith("en")) return "en";
  }
  return "en";
}

/** Fills the blanks of a message: `fill("{n} min", { n: 3 })`. A blank without a value stays as it is. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (blank, name: string) => (name in values ? String(values[name]) : blank));
}

/** A duration for people, in its largest fitting unit. */
export function duration(words: Pick<ChatMessages, "seconds" | "minutes" | "hours">, ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return fill(words.seconds, { n: seconds });
  if (seconds < 3600) return fill(words.minutes, { n: Math.round(seconds / 60) });
  return fill(words.hours, { n: Math.round(seconds / 3600) });
}
