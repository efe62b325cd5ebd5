import { useEffect, useState } from "preact/hooks";
import { Banner } from "./banner.js";
import { Chat } from "./chat.js";
import { Inbox } from "./inbox.js";
import { Offers } from "./offers.js";
import { place } from "./place.js";
import { Queue } from "./queue.js";
import type { AgentSession } from "./session.js";
import { Tabs } from "./tabs.js";
import { Title } from "./title.js";
import { Top } from "./top.js";
import { words } from "./words.js";
import { WorkplaceContext, workplace } from "./workplace.js";

interface DeskProps {
  readonly session: AgentSession;
  readonly over: () => void;
  readonly logout: () => void;
}

/** The page of a signed-in agent: who it is on top, what waits for it beside, what it looks at in the middle. */
export function Desk({ session, over, logout }: DeskProps) {
  const [here] = useState(() => workplace(session, over));
  useEffect(() => here.open(), [here]);
  return (
    <WorkplaceContext.Provider value={here}>
      <Title />
      <div class={place.value.at === "inbox" ? "desk" : "desk picked"}>
        <Top logout={logout} />
        <Banner />
        <div class="side">
          <Tabs />
          <Offers />
          <Inbox />
        </div>
        <main class="middle">
          <Looked />
        </main>
      </div>
    </WorkplaceContext.Provider>
  );
}

function Looked() {
  const to = place.value;
  if (to.at === "chat") return <Chat key={to.c} c={to.c} />;
  return to.at === "queue" ? <Queue /> : <p class="pick">{words.value.pick}</p>;
}
