import { computed, signal } from "@preact/signals";
import * as en from "../messages/en.js";
import { type ChatMessages, type DeskMessages, duration, fill, type Language, pickLanguage } from "../messages/language.js";
import * as zhCN from "../messages/zh-CN.js";

const KEY = "deskwire:language";
const BY_LANGUAGE = {
  en: { chat: en.chat, desk: en.desk, reasons: en.reasons },
  "zh-CN": { chat: zhCN.chat, desk: zhCN.desk, reasons: zhCN.reasons },
} as const;

export const language = signal<Language>(pickLanguage([localStorage.getItem(KEY), ...navigator.languages]));

/** The console's own words, in the language chosen. */
export const words = computed<DeskMessages>(() => BY_LANGUAGE[language.value].desk);

/** What it shares with the widget: the words about a conversation. */
export const chatWords = computed<ChatMessages>(() => BY_LANGUAGE[language.value].chat);

export function speak(choice: Language): void {
  localStorage.setItem(KEY, choice);
  language.value = choice;
}

/** What a reason code says; a code this version does not know stands for itself. */
export function reasonText(code: string): string {
  const { reasons } = BY_LANGUAGE[language.value];
  return code in reasons ? reasons[code as keyof typeof reasons] : code;
}

/** What a state is called; one this version does not know stands for itself. */
export function stateText(state: string): string {
  return words.value[`state_${state}` as keyof DeskMessages] ?? state;
}

/** Why something did not work, by the error's code. */
export function troubleText(code: string): string {
  return words.value[`trouble_${code}` as keyof DeskMessages] ?? fill(words.value.failed, { reason: code });
}

export function durationText(ms: number): string {
  return duration(chatWords.value, ms);
}
