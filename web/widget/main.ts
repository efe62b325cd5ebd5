import { embedded } from "./embedded.js";
import { widget } from "./widget.js";

// Only while a classic script runs does the document know which one it is.
const embedding = embedded(document.currentScript);

if (document.body) void widget(embedding);
else addEventListener("DOMContentLoaded", () => void widget(embedding), { once: true });
