import type { WidgetMessages } from "../messages/language.js";
import { element, ICONS, icon } from "../thread/element.js";

export interface Composer {
  readonly node: HTMLFormElement;
  focus(): void;
}

export interface ComposerEvents {
  /** Answers false when the text cannot be taken; it then stays in the field. */
  send(text: string): boolean;
  /** The field's text as it stands, on every change. */
  typing(text: string): void;
}

/** The field and its button. Enter sends, Shift+Enter starts a line; an Enter that ends an input method's composition does neither. */
export function composer(words: WidgetMessages, events: ComposerEvents): Composer {
  const field = element("textarea", { rows: 1, placeholder: words.placeholder, "aria-label": words.placeholder, title: words.hint });
  const button = element("button", { class: "send", type: "submit", "aria-label": words.send }, icon(...ICONS.send));
  const node = element("form", { class: "composer" }, field, button);

  const changed = () => {
    button.disabled = field.value.trim() === "";
    events.typing(field.value);
  };
  field.addEventListener("input", changed);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    node.requestSubmit();
  });
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text === "" || !events.send(text)) return;
    field.value = "";
    changed();
    field.focus();
  });
  button.disabled = true;
  return { node, focus: () => field.focus() };
}
