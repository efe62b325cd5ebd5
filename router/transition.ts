import { needed } from "./facts.js";
import { agentOf, refresh } from "./roster.js";
import type { Agent, Conversation, Desk, DeskEvent, Skip, Verdict } from "./state.js";
