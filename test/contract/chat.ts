import { asking } from "./chat/asking.js";
import { assigning } from "./chat/assigning.js";
import { attaching } from "./chat/attaching.js";
import { badFrames } from "./chat/bad-frames.js";
import { banning } from "./chat/banning.js";
import { callingHttp } from "./chat/calling-http.js";
import { ending } from "./chat/ending.js";
import { handingOver } from "./chat/handing-over.js";
import { hearing } from "./chat/hearing.js";
import { leavingMessages } from "./chat/leaving-messages.js";
import { limits } from "./chat/limits.js";
import { listing } from "./chat/listing.js";
import { readingBack } from "./chat/reading-back.js";
import { refusals } from "./chat/refusals.js";
import { resuming } from "./chat/resuming.js";
import type { ChatSuite } from "./chat/stage.js";
import { supervising } from "./chat/supervising.js";
import { tagging } from "./chat/tagging.js";
import { takingBack } from "./chat/taking-back.js";
import { talking } from "./chat/talking.js";
import { tokens } from "./chat/tokens.js";
import { transcripts } from "./chat/transcripts.js";
import { visiting } from "./chat/visiting.js";
import { withoutSocket } from "./chat/without-socket.js";

/**
 * What a visitor and an agent may expect of any Deskwire, over the wire alone, by what it is about, in the order it is run. Needs a tenant with two
 * agents and a supervisor, none of them at work elsewhere meanwhile. Every test asks as new visitors and closes what it opened.
 */
export const CHAT_SUITES: Readonly<Record<string, ChatSuite>> = {
  ...{ asking, talking, hearing, "reading back": readingBack, resuming, "handing over": handingOver, assigning, ending, supervising },
  ...{ "calling over HTTP": callingHttp, "without a socket": withoutSocket, attaching, "taking back": takingBack, tagging, visiting },
  ...{ banning, listing, transcripts },
  "leaving messages": leavingMessages,
  ...{ "bad frames": badFrames, refusals, limits, tokens },
};
