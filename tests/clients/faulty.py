"""A proxy that breaks every third exchange, each time in another way."""
import contextlib
import http.client
import http.server
import socket
import struct
import threading
import time

FAULTS = ["html", "reset", "throttle", "truncate", "drop", "slow", "error", "late"]
THROTTLED = (b"<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code>"
             b"<Message>Rate exceeded</Message></Error></ErrorResponse>")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # the connections that were broken on purpose


class Faulty(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

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
                if k.lower() not in ("content-length", "connection", "transfer-encoding")]
        upstream.close()
        return response.status, content, kept

    def fault(self, body):
        with self.server.lock:
            self.server.count += 1
            turn = self.server.count
        fault = FAULTS[turn // 3 % len(FAULTS)] if turn % 3 == 0 else None
        changes = any(b"Action=" + name in body for name in (b"Create", b"Execute", b"Delete"))
        if fault in ("reset", "truncate") and changes and not self.server.repeats_changes:
            fault = "html"
        return fault

    def handle_one(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.fault(body)
        if fault == "html":
            self.answer(503, b"<html><body>Service Unavailable</body></html>")
        elif fault == "drop":
            self.reset()
        elif fault == "throttle":
            self.answer(400, THROTTLED)
        elif fault == "error":
            self.answer(500, b"")
        else:
            self.answer_late_or_broken(fault, *self.forward(body))

    def answer_late_or_broken(self, fault, status, content, headers):
        if fault == "reset":    # what was asked for is done, the answer is lost
            self.answer(status, content[:len(content) // 2], len(content), headers)
            self.reset()
        elif fault == "truncate":
            self.answer(status, content[:len(content) // 2], None, headers)
        elif fault == "late":
            time.sleep(0.3)
            self.answer(status, content, None, headers)
        elif fault == "slow":
            self.answer(status, content[:1], len(content), headers)
            for i in range(1, len(content), 200):
                time.sleep(0.005)
                self.wfile.write(content[i:i + 200])
        else:
            self.answer(status, content, None, headers)

    do_GET = do_POST = do_PUT = do_HEAD = handle_one


@contextlib.contextmanager
def proxy(target, repeats_changes=True):
    """In front of the server at a port. It may lose the answer to a change that was made, unless
    repeats_changes is false."""
    server = Server(("127.0.0.1", 0), Faulty)
    server.target, server.count, server.lock = target, 0, threading.Lock()
    server.repeats_changes = repeats_changes
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
