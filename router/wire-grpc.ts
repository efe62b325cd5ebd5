import type { Ask, ConversationState, Party } from "../proto/message.js";
import type { AgentEvent, AgentStatus, Caller, Held, Inbox, Offer, Push, Status, StatusWish } from "./router.js";

/** The messages of router.proto, as the loader gives and takes them: of a oneof one field is set, named by the oneof's own field. */
export interface WireAsk {
  readonly topic?: string;
  readonly skills?: readonly string[];
  readonly priority?: number;
  readonly attributes_json?: string;
}

export interface WireTarget {
  readonly agent?: string;
  readonly topic?: string;
  readonly skills: readonly string[];
}

export interface WireWish {
  readonly status: string;
  readonly capacity?: number;
  readonly skills?: { readonly skills: readonly string[] } | null;
  readonly session?: string;
}

interface WireOffer extends Omit<Offer, "ask"> {
  readonly ask: WireAsk;
}

interface WireHeld extends Omit<Held, "ask" | "state"> {
  readonly state: string;
  readonly ask: WireAsk;
}

interface WireStatus extends Omit<AgentStatus, "status"> {
  readonly status: string;
}

export interface WireInbox {
  readonly own: WireStatus;
  readonly conversations: readonly WireHeld[];
  readonly offers: readonly WireOffer[];
}

export interface WireCaller {
  readonly tenant: string;
  readonly user: Party | null;
}

export interface WirePush {
  readonly tenant: string;
  readonly agent: string;
  readonly event?: "offer" | "offer_end" | "assigned" | "released" | "status";
  readonly offer?: WireOffer;
  readonly offer_end?: { readonly c: string; readonly offer: string; readonly reason: string };
  readonly assigned?: { readonly c: string; readonly reason: string; readonly version: number };
  readonly released?: { readonly c: string; readonly reason: string; readonly version: number };
  readonly status?: { readonly status: string; readonly reason: string };
  readonly except?: string;
}

export function callerFromWire({ tenant, user }: WireCaller): Caller {
  return { tenant, user: user ?? { id: "", role: "system", name: "" } };
}

export function askToWire({ attributes, ...ask }: Ask): WireAsk {
  return { ...ask, ...(attributes && { attributes_json: JSON.stringify(attributes) }) };
}

export function askFromWire({ topic, skills, priority, attributes_json }: WireAsk): Ask {
  return {
    ...(topic === undefined ? {} : { topic }),
    ...(skills?.length ? { skills } : {}),
    ...(priority === undefined ? {} : { priority }),
    ...(attributes_json === undefined ? {} : { attributes: JSON.parse(attributes_json) as Record<string, unknown> }),
  };
}

export function targetFromWire({ agent, topic, skills }: WireTarget): { agent?: string; topic?: string; skills?: readonly string[] } {
  return {
    ...(agent === undefined ? {} : { agent }),
    ...(topic === undefined ? {} : { topic }),
    ...(skills.length > 0 ? { skills } : {}),
  };
}

export function wishToWire({ skills, ...wish }: StatusWish): WireWish {
  return { ...wish, ...(skills && { skills: { skills } }) };
}

export function wishFromWire({ status, capacity, skills, session }: WireWish): StatusWish {
  return {
    status: status as Status,
    ...(capacity === undefined ? {} : { capacity }),
    ...(skills && { skills: skills.skills }),
    ...(session === undefined ? {} : { session }),
  };
}

export function inboxToWire({ own, conversations, offers }: Inbox): WireInbox {
  return { own, conversations: conversations.map((held) => ({ ...held, ask: askToWire(held.ask) })), offers: offers.map(offerToWire) };
}

export function inboxFromWire({ own, conversations, offers }: WireInbox): Inbox {
  return {
    own: { ...own, status: own.status as Status },
    conversations: conversations.map((held) => ({ ...held, state: held.state as ConversationState, ask: askFromWire(held.ask) })),
    offers: offers.map(offerFromWire),
  };
}

function offerToWire(offer: Offer): WireOffer {
  return { ...offer, ask: askToWire(offer.ask) };
}

function offerFromWire({ c, offer, expires_ms, visitor, ask, waited_ms }: WireOffer): Offer {
  return { c, offer, expires_ms, visitor, ask: askFromWire(ask), waited_ms };
}

export function pushToWire({ tenant, agent, event, except }: Push): WirePush {
  const { ev, ...fields } = event;
  const said = event.ev === "offer" ? offerToWire(event) : fields;
  return { tenant, agent, [ev]: said, ...(except === undefined ? {} : { except }) };
}

/** Undefined for an event this gateway does not know yet. */
export function pushFromWire({ tenant, agent, except, ...push }: WirePush): Push | undefined {
  const event = eventFromWire(push);
  return event && { tenant, agent, event, ...(except === undefined ? {} : { except }) };
}

function eventFromWire(push: Omit<WirePush, "tenant" | "agent" | "except">): AgentEvent | undefined {
  if (push.offer) return { ev: "offer", ...offerFromWire(push.offer) };
  if (push.offer_end) return { ev: "offer_end", ...push.offer_end } as AgentEvent;
  if (push.assigned) return { ev: "assigned", ...push.assigned };
  if (push.released) return { ev: "released", ...push.released };
  return push.status && { ev: "status", status: push.status.status as Status, reason: push.status.reason };
}
