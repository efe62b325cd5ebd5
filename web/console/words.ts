import { computed, signal } from "@preact/signals";
import * as en from "../messages/en.js";
import { type ChatMessages, type DeskMessages, duration, type Language, pickLanguage } from "../messages/language.js";
import * as zhCN from "../messages/zh-CN.js";

const KEY = "deskwire:language";
const BY_LANGUAGE = { en, "zh-CN": zhCN } as const;

export const language = signal<Language>(pickLanguage([localStorage.getItem(KEY), ...navigator.languages]));

/** Every word of the console, in the language chosen. */
export const words = computed<ChatMessages & DeskMessages>(() => ({
  ...BY_LANGUAGE[language.value].chat,
  ...BY_LANGUAGE[language.value].desk,
}));

export function speak(choice: Language): void {
  localStorage.setItem(KEY, choice);
  language.value = choice;
}

/** What a reason code says; a code this version does not know stands for itself. */
export function reasonText(code: string): string {
  const { reasons } = BY_LANGUAGE[language.value];
  return code in reasons ? reasons[code as keyof typeof reasons] : code;
}

export function durationText(ms: number): string {
  return duration(words.value, ms);
}
