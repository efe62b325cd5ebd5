import type { WidgetMessages } from "../messages/language.js";
import { fill } from "../messages/language.js";
import { element, show } from "../thread/element.js";

const SCORES = [1, 2, 3, 4, 5];

/** Where nobody answered there is nothing to rate. */
export type Rating = "none" | "asked" | "given";

export interface Ending {
  readonly node: HTMLElement;
  update(rating: Rating): void;
}

export interface EndingEvents {
  rate(score: number, comment: string): void;
  again(): void;
}

/** What stands below a closed conversation: a rating, and a way to begin again. */
export function ending(words: WidgetMessages, events: EndingEvents): Ending {
  const { node: form } = ratingForm(words, events.rate);
  const thanks = element("p", { class: "thanks", role: "status", hidden: true }, words.rate_thanks);
  const again = element("button", { class: "again", type: "button" }, words.again);
  again.addEventListener("click", () => events.again());
  const node = element("div", { class: "ending" }, form, thanks, again);
  return {
    node,
    update(rating) {
      show(form, rating === "asked");
      show(thanks, rating === "given");
    },
  };
}

function ratingForm(words: WidgetMessages, rate: EndingEvents["rate"]): { node: HTMLFormElement } {
  const stars = SCORES.map((n) => star(words, n));
  const field = element("fieldset", { class: "stars" }, element("legend", {}, words.rate_ask), ...stars);
  const comment = element("textarea", { rows: 2, maxlength: 1000, placeholder: words.rate_comment, "aria-label": words.rate_comment });
  const rest = element("div", { class: "rest", hidden: true }, comment, element("button", { type: "submit" }, words.rate_send));
  const node = element("form", { class: "rating" }, field, rest);
  node.addEventListener("change", () => {
    const score = chosen(node);
    for (const [i, label] of stars.entries()) label.classList.toggle("lit", i < score);
    show(rest, score > 0);
  });
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    if (chosen(node) > 0) rate(chosen(node), comment.value.trim());
  });
  return { node };
}

function star(words: WidgetMessages, n: number): HTMLLabelElement {
  const input = element("input", { type: "radio", name: "score", value: n, "aria-label": fill(words.rate_score, { n }) });
  return element("label", {}, input, element("span", { "aria-hidden": "true" }, "★"));
}

function chosen(form: HTMLFormElement): number {
  return Number(new FormData(form).get("score") ?? 0);
}
