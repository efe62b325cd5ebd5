import type { Language } from "../messages/language.js";
import { language, speak, words } from "./words.js";

const NAMES: readonly (readonly [Language, string])[] = [
  ["en", "English"],
  ["zh-CN", "中文"],
];

export function Languages() {
  return (
    <fieldset class="languages" aria-label={words.value.language}>
      {NAMES.map(([tag, name]) => (
        <button key={tag} type="button" lang={tag} aria-pressed={language.value === tag} onClick={() => speak(tag)}>
          {name}
        </button>
      ))}
    </fieldset>
  );
}
