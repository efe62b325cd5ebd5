import { embedded } from "./embedded.js";
import { widget } from "./widget.js";

// Only while a classic script runs does the document know which one it is.
const embedding = embedded(document.currentScript);

/** A page that embeds it twice has it once. */
function begin(): void {
  if (!document.querySelector("deskwire-widget")) void widget(embedding);
}

if (document.body) begin();
else addEventListener("DOMContentLoaded", begin, { once: true });
