"""Servers that give keys, and one that keys are used with, all in one process on loopback: STS,
CloudFormation, SSO, sign-in, a container's endpoint and an instance's metadata.

A test says what the next answers are, and looks at what was asked."""
import contextlib
import datetime
import email.utils
import http.client
import http.server
import json
import threading
import time
import urllib.parse

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials



class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # clients that go away

    def process_request(self, request, address):
        self.fake.connections += 1
        super().process_request(request, address)


def keys(name, lifetime=3600):
    """Keys as STS gives them."""
    return {"AccessKeyId": name, "SecretAccessKey": f"PLANTED-{name}",
            "SessionToken": f"PLANTED-TOKEN-{name}", "Expiration": stamp(lifetime)}


def stamp(seconds):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def xml(value):
    if isinstance(value, dict):
        return "".join(f"<{k}>{xml(v)}</{k}>" for k, v in value.items())
    return str(value)


class Asked:
    """A request that came."""

    def __init__(self, handler, body):
        self.method, self.path = handler.command, handler.path
        self.headers = {k.lower(): v for k, v in handler.headers.items()}
        self.token = self.headers.get("x-amz-security-token", "")
        self.body = body
        self.form = {k: v[0] for k, v in urllib.parse.parse_qs(body.decode("latin-1"),
                                                              keep_blank_values=True).items()}
        self.action = self.form.get("Action", f"{self.method} {self.path.split('?')[0]}")
        signed = self.headers.get("authorization", "")
        self.key = signed.split("Credential=")[1].split("/")[0] if "Credential=" in signed else ""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body, headers=()):
        body = body.encode() if isinstance(body, str) else body
        self.send_response_only(status)
        self.send_header("Date", email.utils.formatdate(time.time() + self.server.fake.ahead,
                                                        usegmt=True))
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = Asked(self, body)
        fake = self.server.fake
        with fake.lock:
            fake.asked.append(asked)
            answer = fake.find(asked)
        self.reply(*answer)

    do_GET = do_POST = do_PUT = do_HEAD = any


class Fake:
    """answers: by action (of a form, or "METHOD /path"), each an answer, a list of answers of which
    the last one stays, or a function of what was asked. An answer is (status, body, headers), a
    record for a result, or a pair (code, message) for a refusal."""

    def __init__(self, **answers):
        self.answers = {"DescribeStacks": {"Stacks": ""},
                        "GetCallerIdentity": {"Account": "123456789012",
                                              "Arn": "arn:aws:iam::123456789012:user/a"}}
        self.answers.update(answers)
        self.asked, self.lock, self.connections, self.ahead = [], threading.Lock(), 0, 0
        self.upstream = None  # the port of a server that answers what is not said here
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.fake = self
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def find(self, asked):
        answer = self.answers.get(asked.action, self.forward if self.upstream else (404, "", ()))
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if callable(answer):
            answer = answer(asked)
        if isinstance(answer, dict) and asked.form.get("Action"):
            name = asked.action
            return (200, f"<{name}Response><{name}Result>{xml(answer)}</{name}Result></{name}Response>",
                    ())
        if isinstance(answer, dict):
            return 200, json.dumps(answer), ()
        if len(answer) == 2 and isinstance(answer[0], str):
            error = {"Error": {"Type": "Sender", "Code": answer[0], "Message": answer[1]}}
            return (403 if "Expired" in answer[0] or "Denied" in answer[0] else 400,
                    f"<ErrorResponse>{xml(error)}</ErrorResponse>", ())
        return answer

    def forward(self, asked):
        """Asks mrp sandbox serve, which knows no tokens: signed with its own keys."""
        _, _, region, service, _ = asked.headers["authorization"].split("Credential=")[1].split(
            ",")[0].split("/")
        request = AWSRequest(asked.method, f"http://127.0.0.1:{self.upstream}{asked.path}",
                             {"Content-Type": asked.headers["content-type"]}, asked.body)
        SigV4Auth(Credentials("sandbox", "sandbox"), service, region).add_auth(request)
        upstream = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=60)
        upstream.request(asked.method, asked.path, asked.body, dict(request.headers))
        response = upstream.getresponse()
        content = response.read()
        upstream.close()
        return response.status, content, [(k, v) for k, v in response.getheaders() if k.lower()
                                          not in ("content-length", "connection", "date")]

    def all(self, action):
        return [a for a in self.asked if a.action == action]

    def used(self):
        """The keys that CloudFormation was asked with."""
        return {a.key for a in self.all("DescribeStacks")}


@contextlib.contextmanager
def fake(answers=None):
    server = Fake(**(answers or {}))
    try:
        yield server
    finally:
        server.server.shutdown()
        server.server.server_close()
