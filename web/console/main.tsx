import { effect } from "@preact/signals";
import { render } from "preact";
import "../thread/thread.css";
import "./styles/base.css";
import "./styles/login.css";
import "./styles/frame.css";
import "./styles/inbox.css";
import "./styles/chat.css";
import "./styles/aside.css";
import "./styles/queue.css";
import "./styles/narrow.css";
import { App } from "./app.js";
import { followAddress } from "./place.js";
import { storedSession } from "./session.js";
import { language } from "./words.js";

followAddress();
effect(() => {
  document.documentElement.lang = language.value;
});
render(<App begun={await storedSession()} />, document.querySelector("#app") as HTMLElement);
