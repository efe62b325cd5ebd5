/**
 * What a server of this protocol may say, as far as this SDK builds on it. A frame that is none of it comes from something else, or from a broken server: the
 * connection ends and is tried again, instead of a client that believes half of it. Fields, events and kinds nobody knows are let through.
 */

// biome-ignore lint/suspicious/noExplicitAny: the shape is what is asked about.
type Any = any;
type Test = (value: Any) => boolean;

const isText: Test = (value) => typeof value === "string";
const isNumber: Test = (value) => typeof value === "number" && Number.isFinite(value);
const isTruth: Test = (value) => typeof value === "boolean";
const isObject: Test = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isWhole: Test = (value) => Number.isSafeInteger(value) && value >= 0;
const isPosition: Test = (value) => Array.isArray(value) && value.length === 2 && value.every(isWhole);
const maybe =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value);
const listOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test);
const shape = (fields: Readonly<Record<string, Test>>): Test => {
  const tests = Object.entries(fields);
  return (value) => isObject(value) && tests.every(([name, test]) => test(value[name]));
};

const isParty = shape({ id: isText, role: isText });
const isMessage = shape({ pos: isPosition, ts: isNumber, mid: isText, from: isParty, kind: isText, body: isObject });
const isElement: Test = (value) => (isObject(value) && value.mid === undefined ? isPosition(value.pos) : isMessage(value));
const isOffer = shape({ c: isText, offer: isText, expires_ms: isNumber, visitor: isObject, ask: isObject });
const ofConversation = (fields: Readonly<Record<string, Test>>): Test => shape({ c: isText, ...fields });

const EVENTS: Readonly<Record<string, Test>> = {
  message: (value) => isText(value.c) && isMessage(value),
  skip: ofConversation({ pos: isPosition }),
  gap: ofConversation({ after: isPosition, head: isPosition }),
  mark: ofConversation({ user: isText, got: maybe(isPosition), read: maybe(isPosition) }),
  typing: ofConversation({ user: isText, text: maybe(isText) }),
  presence: ofConversation({ user: isText, online: isTruth }),
  queue: ofConversation({ position: isNumber, eta_ms: isNumber }),
  offer: isOffer,
  offer_end: ofConversation({ offer: isText }),
  assigned: ofConversation({}),
  released: ofConversation({}),
  status: shape({ status: isText }),
  goaway: shape({ reconnect_in_ms: isNumber }),
};

const isOpened = ofConversation({ head: isPosition, messages: listOf(isElement), members: listOf(isParty) });

const REPLIES: Readonly<Record<string, Test>> = {
  hello: shape({ user: isParty, now: isNumber, expires_at: isNumber, ping_ms: isNumber }),
  refresh: shape({ user: isObject, expires_at: isNumber }),
  ping: shape({ heads: (value) => isObject(value) && Object.values(value).every(isPosition) }),
  open: isOpened,
  accept: isOpened,
  history: shape({ messages: listOf(isElement), incomplete: maybe(listOf(listOf(isPosition))) }),
  send: shape({ pos: isPosition, ts: isNumber }),
  inbox: shape({ conversations: listOf(ofConversation({})), offers: listOf(isOffer) }),
};

export function isSaneEvent(frame: Any): boolean {
  return isObject(frame) && isText(frame.ev) && (EVENTS[frame.ev] ?? shape({ c: maybe(isText) }))(frame);
}

/** Of the reply to a command of this name, refused or not. */
export function isSaneReply(op: string, frame: Any): boolean {
  if (frame.error !== undefined) return shape({ code: isText, retry_after_ms: maybe(isNumber) })(frame.error);
  return (REPLIES[op] ?? isObject)(frame);
}
