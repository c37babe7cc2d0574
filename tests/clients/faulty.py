"""A proxy in front of a server that breaks exchanges, each in one of the ways of FAULTS."""
import contextlib
import email.utils
import gzip
import http.client
import http.server
import re
import socket
import struct
import threading
import time

MIXED = ["html", "reset", "throttle", "truncate", "drop", "slow", "error", "late"]
ERROR = (b"<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code>"
         b"<Message>%s</Message></Error></ErrorResponse>")
THROTTLED = ERROR % (b"Throttling", b"Rate exceeded")
HOUR = 3600


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # the connections that were broken on purpose


# --- instead of the answer: what was asked for is not done --------------------------------------

def html(handler):
    handler.answer(503, b"<html><body>Service Unavailable</body></html>")


def throttle(handler):
    handler.answer(400, THROTTLED)


def error(handler):
    handler.answer(500, b"")


def drop(handler):
    handler.reset()


def wait(handler):
    handler.answer(503, b"", headers=[("Retry-After", "1")])


def redirect(handler):
    handler.answer(302, b"", headers=[("Location", "file:///etc/passwd")])


def moved(handler):
    handler.answer(301, b"", headers=[("Location", f"{handler.server.url}/elsewhere")])


def skew(handler):
    """The clock here is an hour ahead."""
    now = time.time() + HOUR
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    handler.date = email.utils.formatdate(now, usegmt=True)
    handler.answer(403, ERROR % (b"SignatureDoesNotMatch",
                                 b"Signature expired: is now earlier than " + stamp.encode()))


def garbage(handler):
    handler.close_connection = True
    handler.wfile.write(b"\x00\x01\x02 this is no HTTP\r\n\r\n" * 100)


def headers(handler):
    """A header that does not end."""
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    with contextlib.suppress(OSError):
        for i in range(3000):
            handler.wfile.write(b"X-%d: %s\r\n" % (i, b"x" * 60))
        handler.wfile.write(b"\r\n")


def huge(handler):
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    with contextlib.suppress(OSError):
        for _ in range(64):
            handler.wfile.write(b"x" * (1 << 20))


def laughs(handler):
    entities = "".join(f'<!ENTITY e{i + 1} "{"&e%d;" % i * 10}">' for i in range(9))
    handler.answer(200, f'<!DOCTYPE a [<!ENTITY e0 "ha">{entities}]><a>&e9;</a>'.encode())


def deep(handler):
    handler.answer(200, b"<a>" * 200000)


def refusal(handler):
    """An error that calls itself a success."""
    handler.answer(200, ERROR % (b"AccessDenied", b"You may not do that"))


# --- after what was asked for is done: its answer is spoiled ------------------------------------

def reset(handler, status, content, kept):
    handler.answer(status, content[:len(content) // 2], len(content), kept)
    handler.reset()


def truncate(handler, status, content, kept):
    handler.answer(status, content[:len(content) // 2], None, kept)


def short(handler, status, content, kept):
    """More is announced than comes."""
    handler.answer(status, content, len(content) + 100, kept)
    handler.close_connection = True


def long(handler, status, content, kept):
    """Less is announced than comes: the rest looks like the next answer."""
    handler.answer(status, content, len(content) // 2, kept)
    handler.close_connection = True


def late(handler, status, content, kept):
    time.sleep(0.3)
    handler.answer(status, content, None, kept)


def slow(handler, status, content, kept):
    handler.answer(status, content[:1], len(content), kept)
    for i in range(1, len(content), 200):
        time.sleep(0.005)
        handler.wfile.write(content[i:i + 200])


def zipped(handler, status, content, kept):
    """Compressed, though nobody asked for that."""
    handler.answer(status, gzip.compress(content), None, [*kept, ("Content-Encoding", "gzip")])


def twice(handler, status, content, kept):
    """Each event comes twice."""
    handler.answer(status, re.sub(rb"(<member>\s*<StackId>.*?</member>)", rb"\1\1", content,
                                  flags=re.S) if b"EventId" in content else content, None, kept)


def other(handler, status, content, kept):
    """The answer for another stack."""
    handler.answer(status, content.replace(b"trial-dev", b"other-dev"), None, kept)


def more(handler, status, content, kept):
    """There is always one page more."""
    handler.server.pages += 1
    token = b"<NextToken>%d</NextToken>" % handler.server.pages
    handler.answer(status, re.sub(rb"(</\w+Result>)", token + rb"\1", content, count=1), None, kept)


def again(handler, status, content, kept):
    """The next page is always the same one."""
    handler.answer(status, re.sub(rb"(</\w+Result>)", rb"<NextToken>same</NextToken>\1", content,
                                  count=1), None, kept)


INSTEAD = {f.__name__: f for f in (html, throttle, error, drop, wait, redirect, moved, skew, garbage,
                                   headers, huge, laughs, deep, refusal)}
SPOILED = {f.__name__: f for f in (reset, truncate, short, long, late, slow, zipped, twice, other,
                                   more, again)}


class Faulty(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    date = None

    def log_message(self, *_):
        pass

    def date_time_string(self, timestamp=None):
        return self.date or super().date_time_string(timestamp)

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def answer(self, status, body, length=None, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def forward(self, body):
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.target, timeout=60)
        headers = {k: v for k, v in self.headers.items() if k.lower() != "connection"}
        upstream.request(self.command, self.path, body, headers)
        response = upstream.getresponse()
        content = response.read()
        kept = [(k, v) for k, v in response.getheaders()
                if k.lower() not in ("content-length", "connection", "transfer-encoding", "date",
                                     "server")]
        upstream.close()
        return response.status, content, kept

    def page(self, body):
        """The first page, asked for once: there may be thousands of it."""
        key = re.sub(rb"&NextToken=\w+", b"", body)
        if key not in self.server.first_pages:
            self.server.first_pages[key] = self.forward(body)
        return self.server.first_pages[key]

    def handle_one(self):
        self.date = None
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.server.lock:
            self.server.count += 1
            fault = self.server.choose(self.server.count, body)
        if fault in INSTEAD:
            INSTEAD[fault](self)
            return
        status, content, kept = self.page(body) if fault == "more" else self.forward(body)
        if fault in SPOILED:
            SPOILED[fault](self, status, content, kept)
        else:
            self.answer(status, content, None, kept)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = handle_one


def every_third(repeats_changes=True):
    """Every third exchange is broken, each time in another way. The answer to a change that was made
    may be lost, unless repeats_changes is false."""
    def choose(turn, body):
        fault = MIXED[turn // 3 % len(MIXED)] if turn % 3 == 0 else None
        changes = any(b"Action=" + name in body for name in (b"Create", b"Execute", b"Delete"))
        if fault in ("reset", "truncate") and changes and not repeats_changes:
            fault = "html"
        return fault
    return choose


def always(fault):
    return lambda turn, body: fault


def first_of_each(fault):
    """The first exchange of each action is broken."""
    seen = set()

    def choose(turn, body):
        action = re.search(rb"Action=(\w+)", body)
        action = action.group(1) if action else body[:20]
        if action in seen:
            return None
        seen.add(action)
        return fault
    return choose


@contextlib.contextmanager
def proxy(target, choose=None):
    """In front of the server at a port; choose(turn, body) names the fault of an exchange, or None."""
    server = Server(("127.0.0.1", 0), Faulty)
    server.target, server.count, server.pages, server.first_pages = target, 0, 0, {}
    server.lock, server.choose = threading.Lock(), choose or every_third()
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
