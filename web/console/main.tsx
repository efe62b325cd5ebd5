import { effect } from "@preact/signals";
import { render } from "preact";
import "../thread/thread.css";
import "./console.css";
import { App } from "./app.js";
import { followAddress } from "./place.js";
import { language } from "./words.js";

followAddress();
effect(() => {
  document.documentElement.lang = language.value;
});
render(<App />, document.querySelector("#app") as HTMLElement);
