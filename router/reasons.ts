/**
 * The one table of reason codes: why a conversation is where it is, and why an agent was passed over. A code is for ever; the texts
 * are free. Routing entries, decisions, pushes and `explain` use no other.
 */
export const REASONS = {
  asked: "The visitor asked.",
  outside_hours: "The topic is closed.",
  asked_again: "The visitor asked again inside the topic's reopen window.",
  longest_idle: "Of all agents who fit and have room, this one waited longest for work.",
  asked_round: "Every agent who fits was asked; this one was asked longest ago.",
  transfer_to_agent: "An agent handed it to a colleague.",
  transfer_to_topic: "An agent handed it to another topic.",
  transfer_to_skills: "An agent handed it on to somebody with certain skills.",
  accepted: "The agent accepted the offer.",
  picked: "The agent took it from the queue itself.",
  assigned_by_supervisor: "A supervisor gave it to the agent.",
  taken_over: "A supervisor took it over.",
  declined: "The agent declined the offer.",
  missed_offer: "The agent let the offer pass.",
  agent_away: "The agent went away or offline.",
  agent_gone: "The agent has no connection.",
  agent_lost: "The agent did not come back inside the grace period.",
  capacity_lowered: "The agent lowered its capacity.",
  closed: "The conversation was closed.",
  closed_by_visitor: "The visitor closed it.",
  closed_by_agent: "The agent closed it.",
  closed_by_supervisor: "A supervisor closed it.",
  identified: "The visitor signed in at the site and is known by its own name.",
  new_life: "The live timeline of the conversation was started again.",
  no_capacity: "The agent holds as many conversations as it may.",
  away: "The agent is away.",
  offline: "Of an agent: it is offline. Of a conversation: the visitor left a message for when the topic is open.",
  skills: "The agent lacks a skill that is asked for.",
  topic: "The agent does not serve this topic.",
  missed: "The agent let an offer of this conversation pass a moment ago.",
  sent_on: "The agent handed this conversation on a moment ago.",
  set: "The agent set it, on one of its devices.",
  restored: "The agent came back; its last status holds again.",
  less_idle: "The agent would fit, and another one waited longer for work.",
} as const;

export type Reason = keyof typeof REASONS;
