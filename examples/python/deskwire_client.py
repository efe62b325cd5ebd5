#!/usr/bin/env python3
"""A visitor's client for Deskwire, written from docs/PROTOCOL.md (§ points into it). Python 3.8 or newer, no packages."""
import argparse, base64, json, os, random, re, sched, select, threading, time  # noqa: E401
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

class Ended(Exception):
    """A connection ended or could not be made; its arguments are a close code and a reason (§8)."""

def http(url, method, path, headers, body=None):
    """The answer and its socket. A refusal counts as the close that asks the same of us: come back (4004) or stop (4200)."""
    to = urlsplit(url)
    connection = (HTTPSConnection if to.scheme == "https" else HTTPConnection)(to.netloc, timeout=10)
    connection.request(method, to.path.rstrip("/") + path, body, headers)
    answer = connection.getresponse()
    if answer.status in (101, 200): return answer, connection.sock
    after = f";retry_after_ms={answer.headers['Retry-After']}000" if "Retry-After" in answer.headers else ""
    raise Ended(4004 if answer.status == 429 or answer.status >= 500 else 4200, f"HTTP {answer.status}{after}")

class WebSocket:
    """As much of RFC 6455 as is needed here."""
    def __init__(self, url):
        headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                   "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(), "Sec-WebSocket-Protocol": "deskwire.v1"}
        self.text, self.socket = b"", http(url, "GET", "/v1/ws", headers)[1]

    def send(self, opcode, data):  # what we send is below 64 KiB (§17): the longest form of a length is not needed
        mask, size = os.urandom(4), len(data)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        self.socket.sendall(bytes([0x80 | opcode]) + length + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))

    def read(self, size):
        data = b""
        while len(data) < size:
            if not (part := self.socket.recv(size - len(data))): raise Ended(1006, "no close frame")
            data += part
        return data

    def receive(self, seconds):
        """One JSON object, or None if none comes in time."""
        while getattr(self.socket, "pending", int)() or select.select([self.socket], [], [], seconds)[0]:
            first, size = self.read(2)
            if size > 125: size = int.from_bytes(self.read(2 if size == 126 else 8), "big")
            opcode, data = first & 15, self.read(size)
            if opcode == 8: raise Ended(int.from_bytes(data[:2], "big"), data[2:].decode())
            if opcode == 9: self.send(10, data)  # a ping gets its pong
            if opcode < 8: self.text += data
            if opcode < 8 and first & 0x80:
                text, self.text = self.text, b""
                return json.loads(text)

class Conversation:
    """What one reader knows (§5); positions are lists, which compare as §4 says. What is printed can be neither moved nor
    withdrawn, so it is printed once and in order: where the order breaks, `position` waits until history leads it to `head`."""
    def __init__(self, c, emit):
        self.c, self.emit, self.position, self.head, self.asked, self.printed = c, emit, [0, 0], [0, 0], None, set()

    def event(self, event):
        if event["ev"] == "gap": self.jump(min(event["after"], self.position), event["head"])
        elif event["ev"] in ("message", "skip") and event["pos"] > self.head:
            if self.position == self.head and event["pos"] == [self.head[0], self.head[1] + 1]: self.show([event], event["pos"])
            else: self.jump(self.position, event["pos"])

    def jump(self, after, head):
        if head[0] != self.head[0] or head < self.head:  # an end was lost: read that epoch again, and no page asked before
            after, self.asked = [after[0], 0], None
        self.position, self.head = after, head

    def took(self, page, head):
        last, holes = page["messages"][-1]["pos"] if page["messages"] else self.position, page.get("incomplete")
        self.show(page["messages"], holes[0][0] if holes else last if page["more"] else max(head, last))

    def show(self, messages, upto):
        for m in messages:
            key = "mid" in m and (m["from"]["id"], m["mid"])
            if key and key not in self.printed and m["pos"] <= upto:
                self.printed.add(key)
                self.emit("message", **m)
        self.position, self.head = upto, max(self.head, upto)

class Client:
    """One thread does everything: what comes, when it comes, and ten times a second whatever is due."""
    def __init__(self, url, visitor, topic, emit):
        self.url, self.visitor, self.topic, self.emit, self.outbox = url, visitor, topic, emit, []
        self.token, self.fresh, self.refused, self.retries, self.losses, self.ids = None, False, False, 0, 0, 0
        self.talk = Conversation(None, emit)

    def say(self, text):
        self.outbox.append({"mid": os.urandom(8).hex(), "kind": "text", "body": {"text": text}})

    def run(self):
        while True:
            self.ws, self.calls, self.timers, self.sending, self.talk.asked = None, {}, sched.scheduler(), None, None
            try: self.work()
            except Ended as ended: code, reason = ended.args
            except (OSError, HTTPException) as problem: code, reason = 1006, str(problem)
            if self.ws: self.ws.socket.close()
            stop, in_doubt = code // 100 == 42, any(op == "send" for op, *_ in self.calls.values())
            self.losses = self.losses + 1 if in_doubt and code == 1006 else 0
            if in_doubt and (stop or self.losses == 2): self.settle("failed", code=code)
            self.emit("closed", code=code, reason=reason)
            if stop: raise SystemExit(1)
            wait_ms = back_off_ms(self.retries)
            if code // 100 == 41: self.fresh, self.refused, wait_ms = False, True, wait_ms if self.refused else 0
            if named := re.search(r";retry_after_ms=(\d+)", reason): wait_ms = int(named[1])
            self.retries += wait_ms > 0
            self.emit("reconnecting", in_ms=round(wait_ms))
            time.sleep(wait_ms / 1000)

    def work(self):
        if not self.fresh: self.new_token()
        self.ws = WebSocket(self.url)
        self.call("hello", {"token": self.token, "resume": {self.talk.c: self.talk.position} if self.talk.c else {}})
        hello = self.ws.receive(10) or {}
        if "resumed" not in hello:
            self.ws.receive(10)  # what is refused is closed next, with the code that says what to do
            raise Ended(1006, "no answer to hello")
        self.clock_ms, self.ping_s = hello["now"] - time.time() * 1000, hello["ping_ms"] / 1000
        self.timers.enter(self.ping_s, 0, self.beat)
        if "head" in hello["resumed"].get(self.talk.c, {}): self.emit("ready", c=self.talk.c)
        else: self.call("open", {"ask": {"topic": self.topic}, "limit": 1})
        while True:
            self.timers.run(blocking=False)
            if frame := self.ws.receive(0.1): self.received(frame)
            if self.talk.c and self.outbox and not self.sending:  # one at a time keeps the order; c and since stay the first ones
                self.outbox[0] = {"c": self.talk.c, "since": self.talk.position, **self.outbox[0]}
                self.sending = self.call("send", self.outbox[0])
            if self.talk.position != self.talk.head and not self.talk.asked:
                page = {"c": self.talk.c, "after": self.talk.position, "limit": 200}
                self.talk.asked = self.call("history", page, self.talk.head)

    def call(self, op, fields, *notes, tries=0):
        self.ids += 1
        self.calls[self.ids] = op, fields, notes, tries
        self.ws.send(1, json.dumps({"op": op, "id": self.ids, **fields}).encode())
        return fields

    def received(self, frame):
        if "re" in frame: self.answered(*self.calls.pop(frame["re"]), frame, frame.get("error"))
        elif frame["ev"] == "goaway": self.timers.enter(frame["reconnect_in_ms"] / 1000, 0, self.leave)
        elif frame.get("c") == self.talk.c: self.talk.event(frame)

    def answered(self, op, fields, notes, tries, reply, error):
        if not error: self.retries, self.refused = 0, False
        if error and error.get("retry"):
            wait_ms = error.get("retry_after_ms", back_off_ms(tries))
            self.timers.enter(wait_ms / 1000, 0, self.call, (op, fields, *notes), {"tries": tries + 1})
        elif op == "send":
            self.sending = None
            self.settle("failed", code=error["code"]) if error else self.settle("acked", pos=reply["pos"], ts=reply["ts"])
        elif error and op != "refresh": raise Ended(4200, f"{op}: {error['code']}")
        elif op == "open":
            if reply["c"] != self.talk.c: self.talk = Conversation(reply["c"], self.emit)
            self.talk.jump(self.talk.position, reply["head"])
            self.emit("ready", c=reply["c"])
        elif op == "history" and fields is self.talk.asked:
            self.talk.took(reply, *notes)
            self.timers.enter(1 if "incomplete" in reply else 0, 0, setattr, (self.talk, "asked", None))
        elif op == "ping" and reply["heads"].get(self.talk.c, [0, 0]) > self.talk.head:
            self.talk.jump(self.talk.position, reply["heads"][self.talk.c])

    def settle(self, event, **details):
        message, self.losses = self.outbox.pop(0), 0
        self.emit(event, mid=message["mid"], text=message["body"]["text"], **details)

    def beat(self):
        if [op for op, *_ in self.calls.values()].count("ping") == 2: raise Ended(1000, "two pings are not answered")
        self.call("ping", {})
        self.timers.enter(self.ping_s, 0, self.beat)
        if self.expires_at - self.clock_ms - time.time() * 1000 < 60_000:
            with suppress(Ended, OSError, HTTPException):  # the next beat tries again
                self.new_token()
                self.call("refresh", {"token": self.token})

    def leave(self):
        self.ws.send(8, (1000).to_bytes(2, "big"))
        raise Ended(1000, "goaway;retry_after_ms=0")

    def new_token(self):
        headers, path, body = {"Content-Type": "application/json"}, "/v1/visitors", self.visitor
        if self.token: headers, path, body = {**headers, "Authorization": f"Bearer {self.token}"}, "/v1/refresh", {}
        answer = json.load(http(self.url, "POST", path, headers, json.dumps(body))[0])
        self.token, self.expires_at, self.fresh = answer["token"], answer["expires_at"], True

def back_off_ms(tries): return random.random() * min(30_000, 500 * 2 ** min(tries, 6))

def main():
    parser = argparse.ArgumentParser(description="Asks as a visitor, prints the conversation, says what comes on standard input.")
    parser.add_argument("url", help="where the server is, as in https://chat.example")
    parser.add_argument("--tenant", default="demo")
    parser.add_argument("--name", default="Python", help="shown to the others")
    parser.add_argument("--topic", default="support")
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")
    options = parser.parse_args()

    def emit(event, **details):
        if options.json: line = json.dumps({"event": event, **details})
        elif event == "message": line = f"{details['from']['name']}: {details['body'].get('text', details['body'])}"
        else: line = f"* {event} {details}"
        print(line, flush=True)

    def listen():  # a long line becomes several messages, each of them below limits.text_bytes
        with open(0, encoding="utf-8", errors="replace", closefd=False) as lines:
            for line in iter(lambda: lines.readline(2000), ""):
                if line.strip(): client.say(line.rstrip("\r\n"))

    client = Client(options.url, {"tenant": options.tenant, "name": options.name}, options.topic, emit)
    threading.Thread(target=listen, daemon=True).start()
    with suppress(KeyboardInterrupt): client.run()

if __name__ == "__main__": main()
