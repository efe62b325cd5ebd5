#!/usr/bin/env python3
"""A visitor's client for Deskwire, written from docs/PROTOCOL.md (§ points into it). Python 3.8 or newer, no packages.
Says what comes on standard input; prints what happens, one JSON object per line."""
import base64, json, os, queue, random, re, sys, threading, time  # noqa: E401
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from math import inf
from urllib.parse import urlsplit

class Ended(Exception):
    """A connection ended or could not be made; its arguments are a close code and a reason (§8)."""

def http(url, method, path, headers, body=None):
    """The answer, and its socket. A refusal counts as the close that asks the same of us: come back (4004) or stop (4200)."""
    to = urlsplit(url)
    connection = (HTTPSConnection if to.scheme == "https" else HTTPConnection)(to.netloc, timeout=60)
    connection.request(method, to.path.rstrip("/") + path, body, headers)
    answer = connection.getresponse()
    if answer.status in (101, 200): return answer, connection.sock
    raise Ended(4004 if answer.status == 429 or answer.status >= 500 else 4200, f"HTTP {answer.status}")

class WebSocket:
    """As much of RFC 6455 as is needed here. `frames` gets what comes: JSON objects, and at the end an Ended."""

    def __init__(self, url):
        headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                   "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(), "Sec-WebSocket-Protocol": "deskwire.v1"}
        self.answer, self.socket = http(url, "GET", "/v1/ws", headers)
        self.frames, self.read = queue.Queue(), self.answer.fp.read
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        try:
            while True:
                first, size = self.read(2)
                if size > 125: size = int.from_bytes(self.read(2 if size == 126 else 8), "big")
                opcode, data = first & 15, self.read(size)
                if opcode == 1: self.frames.put(json.loads(data))
                elif opcode == 8: return self.frames.put(Ended(int.from_bytes(data[:2], "big"), data[2:].decode()))
                elif opcode == 9: self.send(10, data)  # a ping gets its pong
        except (OSError, ValueError) as problem:  # a stream that is over reads short
            self.frames.put(Ended(1006, str(problem)))

    def send(self, opcode, data):  # what is sent is below 64 KiB (§17): the longest form of a length is not needed
        mask, size = os.urandom(4), len(data)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        self.socket.sendall(bytes([0x80 | opcode]) + length + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))

    def receive(self, seconds):
        """One JSON object, or an empty one if none comes in time."""
        try: frame = self.frames.get(timeout=seconds)
        except queue.Empty: return {}
        if isinstance(frame, Ended): raise frame
        return frame

class Client:
    """Whatever tells that the conversation went on (an event, a gap, a head) only moves `head`; `history` leads `position` there.
    So what is printed, which can be neither moved nor withdrawn, is printed once and in the order of positions (§4, §5)."""

    def __init__(self, url, tenant="demo", topic="support"):
        self.url, self.visitor, self.topic = url, {"tenant": tenant, "name": "Python"}, topic
        self.c, self.position, self.head, self.printed, self.outbox = None, [0, 0], [0, 0], set(), []
        self.token, self.fresh, self.tries, self.ids = None, False, 0, 0

    def run(self):
        while True:
            self.ws, self.calls, self.send_at, self.read_at = None, {}, 0, 0
            try: self.work()
            except Ended as ended: code, reason = ended.args
            except (OSError, HTTPException) as problem: code, reason = 1006, str(problem)
            if self.ws: self.ws.socket.close()
            self.tell("closed", code=code, reason=reason)
            if code // 100 == 42: raise SystemExit(1)  # nothing changes until a person does something
            if code // 100 == 41: self.fresh = False
            named, self.tries = re.search(r";retry_after_ms=(\d+)", reason), self.tries + 1
            time.sleep(int(named[1]) / 1000 if named else random.random() * min(30, 0.25 * 2 ** self.tries))

    def say(self, lines):
        for text in (line.strip() for line in lines if line.strip()):
            self.outbox.append({"mid": os.urandom(8).hex(), "kind": "text", "body": {"text": text}})

    def tell(self, event, **details): print(json.dumps({"event": event, **details}), flush=True)

    def work(self):
        """One connection: hello, resume or open, then whatever is due, until it ends."""
        if not self.fresh: self.new_token()
        self.ws, beat_at = WebSocket(self.url), 0
        self.call("hello", token=self.token, resume={self.c: self.position} if self.c else {})
        hello = self.ws.receive(10)
        while "resumed" not in hello: self.ws.receive(1)  # a refused hello is closed next, with the code that says what to do
        if "head" in hello["resumed"].get(self.c, {}): self.tell("ready", c=self.c)
        else: self.call("open", ask={"topic": self.topic}, limit=1)
        while True:
            frame, now = self.ws.receive(0.1), time.monotonic()
            if "re" in frame: self.answered(self.calls.pop(frame["re"]), frame, frame.get("error"), now)
            elif frame.get("c") == self.c: self.reaches(frame.get("pos") or frame.get("head"))
            if now >= beat_at:
                if list(self.calls.values()).count("ping") == 2: raise Ended(1006, "two pings are not answered")
                beat_at = now + hello["ping_ms"] / 1000
                self.call("ping")
            if self.c and self.outbox and now >= self.send_at:  # one at a time keeps the order; a retry is the same in all (§6)
                self.send_at, self.outbox[0] = inf, {"c": self.c, "since": self.position, **self.outbox[0]}
                self.call("send", **self.outbox[0])
            if self.position < self.head and now >= self.read_at:
                self.read_at = inf
                self.call("history", c=self.c, after=self.position, limit=200)

    def new_token(self):
        headers, path, body = {"Content-Type": "application/json"}, "/v1/visitors", self.visitor
        if self.token: headers, path, body = {**headers, "Authorization": f"Bearer {self.token}"}, "/v1/refresh", {}
        self.token, self.fresh = json.load(http(self.url, "POST", path, headers, json.dumps(body))[0])["token"], True

    def call(self, op, **fields):
        self.ids += 1
        self.calls[self.ids] = op
        self.ws.send(1, json.dumps({"op": op, "id": self.ids, **fields}).encode())

    def reaches(self, head): self.head = max(self.head, head or [0, 0])

    def answered(self, op, reply, error, now):
        again = error.get("retry_after_ms", 1000) / 1000 if error and error.get("retry") else 0
        if not error: self.tries = 0
        if op == "send" and again: self.send_at = now + again
        elif op == "send":
            message, self.send_at = self.outbox.pop(0), now
            outcome = {"code": error["code"]} if error else {"pos": reply["pos"], "ts": reply["ts"]}
            self.tell("failed" if error else "acked", mid=message["mid"], text=message["body"]["text"], **outcome)
        elif error: raise Ended(4004 if again else 4200, f"{op}: {error['code']};retry_after_ms={round(again * 1000)}")
        elif op == "ping": self.reaches(reply["heads"].get(self.c))
        elif op == "open":
            if reply["c"] != self.c: self.c, self.position, self.head = reply["c"], [0, 0], [0, 0]
            self.reaches(reply["head"])
            self.tell("ready", c=self.c)
        elif op == "history":
            hole = reply["incomplete"][0][0] if "incomplete" in reply else [inf, inf]
            self.read_at = now + ("incomplete" in reply)
            for message in (m for m in reply["messages"] if m["pos"] <= hole): self.show(message)

    def show(self, message):
        """An entry that is hidden has no mid; one that was seen before it was lost and said again has its old one."""
        key = "mid" in message and (message["from"]["id"], message["mid"])
        if key and key not in self.printed: self.tell("message", **message)
        self.printed.add(key)
        self.position = message["pos"]

if __name__ == "__main__":
    if len(sys.argv) < 2 or "--help" in sys.argv: sys.exit(f"usage: deskwire_client.py https://chat.example [tenant] [topic]\n\n{__doc__}")
    client = Client(*sys.argv[1:])
    threading.Thread(target=client.say, args=[open(0, encoding="utf-8", errors="replace", closefd=False)], daemon=True).start()
    client.run()
