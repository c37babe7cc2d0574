#!/usr/bin/env python3
"""The network between mrp and AWS: proxies, TLS, HTTP/2, endpoints, clocks that are wrong, redirects,
connections that are kept, and what the log says of it.

    network.py MRP [endpoints | proxy | http2 | clock | redirect | attempts | connections | log]...
"""
import json
import os
import pathlib
import socket
import socketserver
import ssl
import subprocess
import sys
import threading

import certificates
import harness
from fakes import Fake, fake
from harness import check, folder
from keys import PROGRAM, STATIC, Home, by_key, gives, look_for_secrets, says

MRP = os.path.abspath(sys.argv[1])
KEYS = by_key("ENV")


# --- proxies ------------------------------------------------------------------------------------

class Proxy(socketserver.ThreadingTCPServer):
    """An HTTP proxy: notes what it is asked for, and connects to the target whatever the host is; or
    refuses, where there is no target."""
    daemon_threads = allow_reuse_address = True

    def __init__(self, target=None):
        super().__init__(("127.0.0.1", 0), Tunnel)
        self.target, self.lines, self.headers = target, [], []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def handle_error(self, *_):
        pass

    def hosts(self):
        return {line.split()[1] for line in self.lines}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Tunnel(socketserver.StreamRequestHandler):
    rbufsize = 0  # what follows the head is passed on

    def handle(self):
        line = self.rfile.readline().decode()
        head = []
        while (header := self.rfile.readline().decode().strip()):
            head.append(header)
        self.server.lines.append(line)
        self.server.headers.append(head)
        if not self.server.target:
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return
        other = socket.create_connection(("127.0.0.1", self.server.target))
        if line.startswith("CONNECT"):
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            plain = line.replace("http://" + line.split("/")[2], "", 1)
            other.sendall("\r\n".join([plain.strip(), *head, "Connection: close", "", ""]).encode())
        threading.Thread(target=self.pump, args=(other, self.connection), daemon=True).start()
        self.pump(self.connection, other)

    def pump(self, source, target):
        try:
            while (part := source.recv(65536)):
                target.sendall(part)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def secure(server, protocols=("http/1.1",)):
    """Puts TLS in front of a server; its certificate is of a CA of our own, whose file is the answer."""
    bundle, chain, key = certificates.make(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    context.set_alpn_protocols(list(protocols))
    server.server.socket = context.wrap_socket(server.server.socket, server_side=True)
    server.url = server.url.replace("http:", "https:")
    return str(bundle)


def with_proxy():
    with fake() as aws, Proxy(int(aws.url.rsplit(":", 1)[1])) as proxy:
        there = "http://aws.example:80"
        home = Home()
        done = home.run(aws, AWS_ENDPOINT_URL=there, **KEYS,
                        http_proxy=proxy.url.replace("//", "//ann:PLANTED@"))
        check("a proxy", done.returncode == 0 and aws.used() == {"ENV"}, done.all)
        check("it knows who we are", all(any("Proxy-Authorization: Basic" in h for h in head)
                                         for head in proxy.headers), proxy.headers)
        check("AWS does not", not any("proxy-authorization" in a.headers for a in aws.asked) or
              "aws.example" in proxy.lines[0])
        look_for_secrets("a proxy", home, done)
        count = len(proxy.lines)
        done = home.run(aws, **KEYS, http_proxy=proxy.url, NO_PROXY="localhost,127.0.0.1")
        check("NO_PROXY", done.returncode == 0 and len(proxy.lines) == count, done.all)
    with fake() as aws:
        bundle = secure(aws)
        with Proxy(int(aws.url.rsplit(":", 1)[1])) as proxy:
            there = aws.url.replace("127.0.0.1", "localhost")
            home = Home()
            done = home.run(aws, AWS_ENDPOINT_URL=there, AWS_CA_BUNDLE=bundle, **KEYS,
                            HTTPS_PROXY=proxy.url.replace("//", "//ann:PLANTED@"))
            check("a tunnel", done.returncode == 0 and aws.used() == {"ENV"} and
                  all(line.startswith("CONNECT localhost:") for line in proxy.lines), done.all)
            check("nobody else sees who we are to the proxy",
                  not any("proxy-authorization" in a.headers for a in aws.asked))
            done = home.run(aws, AWS_ENDPOINT_URL=there, **KEYS, HTTPS_PROXY=proxy.url)
            check("a CA that is not trusted", done.returncode == 3 and "AWS_CA_BUNDLE" in done.stderr,
                  done.all)
            done = Home(f"[default]\nca_bundle = {bundle}\n").run(aws, AWS_ENDPOINT_URL=there, **KEYS)
            check("ca_bundle of the profile", done.returncode == 0, done.all)
            done = home.run(aws, AWS_ENDPOINT_URL=there, AWS_CA_BUNDLE="/nowhere/ca.pem", **KEYS)
            check("a bundle that is not there", done.returncode == 3 and
                  "/nowhere/ca.pem" in done.stderr, done.all)
    for what, url in ("refuses", None), ("is not there", "http://ann:PLANTED@127.0.0.1:1"), \
            ("is no URL", "http://ann:PLANTED@:x:y"), ("is a word", "ftp://ann:PLA/NTED@x"), \
            ("has no scheme", "ann:PLANTED@127.0.0.1:999999"):
        with fake() as aws, Proxy() as proxy:
            url = url or proxy.url.replace("//", "//ann:PLANTED@")
            home = Home()
            done = home.run(aws, AWS_ENDPOINT_URL="https://aws.example", HTTPS_PROXY=url,
                            AWS_MAX_ATTEMPTS="1", **KEYS)
            check(f"a proxy that {what}", done.returncode == 3 and not aws.asked, done.all)
            check(f"a proxy that {what}: no part of its password", "NTED" not in done.all, done.all)
            look_for_secrets(f"a proxy that {what}", home, done)


# --- endpoints ----------------------------------------------------------------------------------

def asked_hosts(region, config="", **variables):
    """The hosts that a plan of a stack in the region would go to."""
    with fake() as aws, Proxy() as proxy:
        home = Home(config, program=PROGRAM.replace("us-east-1", region))
        done = home.run(aws, AWS_ENDPOINT_URL=variables.pop("AWS_ENDPOINT_URL", None),
                        HTTPS_PROXY=proxy.url, AWS_MAX_ATTEMPTS="1", **KEYS, **variables)
        return {host.removesuffix(":443") for host in proxy.hosts()}, done


def with_endpoints():
    domains = {"eu-west-1": "eu-west-1.amazonaws.com", "cn-north-1": "cn-north-1.amazonaws.com.cn",
               "us-gov-west-1": "us-gov-west-1.amazonaws.com",
               "eusc-de-east-1": "eusc-de-east-1.amazonaws.eu"}
    for region, domain in domains.items():
        hosts, done = asked_hosts(region)
        check(f"endpoints of {region}", hosts == {f"cloudformation.{domain}", f"sts.{domain}"},
              f"{hosts}\n{done.all}")
    hosts, done = asked_hosts("us-east-1", AWS_USE_FIPS_ENDPOINT="true")
    check("FIPS", hosts == {"cloudformation-fips.us-east-1.amazonaws.com",
                            "sts-fips.us-east-1.amazonaws.com"}, hosts)
    hosts, done = asked_hosts("us-east-1", "[default]\nuse_dualstack_endpoint = true\n")
    check("dual stack", hosts == {"cloudformation.us-east-1.api.aws", "sts.us-east-1.api.aws"}, hosts)
    hosts, done = asked_hosts("us-east-1", "[default]\nendpoint_url = https://x.example\n",
                              AWS_IGNORE_CONFIGURED_ENDPOINT_URLS="true")
    check("configured ones ignored", hosts == {"cloudformation.us-east-1.amazonaws.com",
                                               "sts.us-east-1.amazonaws.com"}, hosts)
    services = ("[default]\nservices = mine\nendpoint_url = https://all.example\n"
                "[services mine]\ncloudformation =\n  endpoint_url = https://cfn.example\n")
    hosts, done = asked_hosts("us-east-1", services)
    check("a services section", hosts == {"cfn.example", "all.example"}, hosts)
    hosts, done = asked_hosts("us-east-1", services, AWS_ENDPOINT_URL_STS="https://sts.example")
    check("a variable of a service", hosts == {"cfn.example", "sts.example"}, hosts)
    for name in "FIPS", "DUALSTACK":
        with fake() as aws:
            says(f"{name} and an endpoint", Home(), aws, ["does not go together with the endpoint"],
                 **{f"AWS_USE_{name}_ENDPOINT": "true"}, **KEYS)
    with fake() as aws:
        says("an endpoint with a password", Home(), aws, ["is not the URL of an endpoint"],
             AWS_ENDPOINT_URL_CLOUDFORMATION="https://ann:PLANTED@x.example", **KEYS)


# --- HTTP/2 -------------------------------------------------------------------------------------

def with_http2():
    """A server that offers HTTP/2 gets it, and one connection does for all."""
    try:
        import http2
    except ImportError as missing:
        print(f"skipped HTTP/2: {missing}")
        return
    with fake() as aws:
        bundle, chain, key = certificates.make(folder)
        with http2.serve(aws, chain, key) as server:
            home = Home(program=PROGRAM + PROGRAM[PROGRAM.index("region"):].replace(
                "east", "west").replace("us-west-1", "us-west-2"))
            done = home.run(aws, AWS_ENDPOINT_URL=server.url, AWS_CA_BUNDLE=str(bundle), **KEYS)
            check("HTTP/2", done.returncode == 0 and aws.used() == {"ENV"} and
                  len(aws.asked) == server.streams > 2, f"{server.streams} streams\n{done.all}")


# --- clocks -------------------------------------------------------------------------------------

def with_clock():
    """A server whose time differs refuses signatures; the difference is learnt once, and said once."""
    import calendar
    import time

    def in_time(answer):
        def judge(asked):
            there = time.time() + aws.ahead
            sent = calendar.timegm(time.strptime(asked.headers["x-amz-date"], "%Y%m%dT%H%M%SZ"))
            return answer if abs(there - sent) < 300 else \
                ("SignatureDoesNotMatch", "Signature expired: it is now earlier or later")
        return judge

    for ahead, words in (3600, "behind AWS's"), (-86400, "ahead of AWS's"):
        with fake() as aws:
            aws.ahead = ahead
            aws.answers = {k: in_time(v) for k, v in aws.answers.items()}
            done = gives(f"a clock that is wrong by {ahead}", Home(), aws, "ENV", **KEYS)
            check(f"wrong by {ahead}: said once", done.stderr.count("this machine's clock") == 1 and
                  words in done.stderr, done.stderr)
        with fake() as aws:
            aws.ahead = ahead
            aws.answers = {k: in_time(v) for k, v in aws.answers.items()}
            from keys import assume, role
            aws.answers["AssumeRole"] = in_time({"Credentials": {
                "AccessKeyId": "ROLE", "SecretAccessKey": "PLANTED", "SessionToken": "PLANTED",
                "Expiration": time.strftime("%Y-%m-%dT%H:%M:%SZ",
                                            time.gmtime(time.time() + ahead + 3600))}})
            home = Home("[default]\n" + role("r", source_profile="base"), "[base]\n" +
                        STATIC.format("BASE"))
            done = gives(f"a role, with a clock that is wrong by {ahead}", home, aws, "ROLE")
            check(f"a role, wrong by {ahead}: asked for once", len(aws.all("AssumeRole")) == 2 and
                  done.stderr.count("this machine's clock") == 1, done.stderr)
    with fake({"DescribeStacks": ("SignatureDoesNotMatch", "no"),
               "GetCallerIdentity": ("SignatureDoesNotMatch", "no")}) as aws:
        done = Home().run(aws, **KEYS)
        check("a wrong signature is no wrong clock", done.returncode == 3 and
              len(aws.asked) == 2 and "clock" not in done.stderr, done.all)


# --- the rest -----------------------------------------------------------------------------------

def with_redirect():
    """Signatures, tokens and keys go to no other host."""
    with fake() as other:
        for status in 301, 302, 307, 308:
            elsewhere = (status, "", [("Location", other.url + "/")])
            with fake({"DescribeStacks": elsewhere, "GetCallerIdentity": elsewhere}) as aws:
                done = Home().run(aws, **KEYS)
                check(f"a redirection {status}", done.returncode == 3, done.all)
        check("nobody went there", not other.asked, [a.headers for a in other.asked])


def with_attempts():
    for attempts in 1, 2, 5:
        with fake({"DescribeStacks": (500, "", ())}) as aws:
            done = Home().run(aws, AWS_MAX_ATTEMPTS=str(attempts), **KEYS)
            check(f"{attempts} attempts", done.returncode == 3 and
                  len(aws.all("DescribeStacks")) == attempts, len(aws.all("DescribeStacks")))
    throttled = ("Throttling", "Rate exceeded")
    with fake({"DescribeStacks": [throttled] * 2 + [{"Stacks": ""}]}) as aws:
        gives("throttling is no failure", Home(), aws, "ENV", AWS_MAX_ATTEMPTS="1", **KEYS)


def with_connections():
    """A deploy of two regions needs few connections, however many calls it makes."""
    program = PROGRAM + PROGRAM[PROGRAM.index("region"):].replace("east", "west").replace(
        "us-west-1", "us-west-2")
    with harness.sandbox(MRP, "connections") as sandbox, fake() as aws:
        aws.upstream = sandbox.port
        aws.answers = {}
        home = Home(program=program)
        done = home.run(aws, "apply", "--yes", AWS_ACCESS_KEY_ID="sandbox",
                        AWS_SECRET_ACCESS_KEY="sandbox")
        check("a deploy", done.returncode == 0, done.all)
        print(f"a deploy of two stacks: {len(aws.asked)} calls over {aws.connections} connections")
        check("connections are kept", len(aws.asked) > 2 * aws.connections, aws.connections)


def with_log():
    refusal = (400, json.dumps({"x": 1}).encode() + b"\xff\x00", ())
    message = b"<ErrorResponse><Error><Code>Odd\xc3\xa9</Code><Message>a \"quote\" \xc3\xa9</Message></Error></ErrorResponse>"
    with fake({"DescribeStacks": refusal, "GetCallerIdentity": (400, message, ())}) as aws:
        home = Home()
        done = home.run(aws, **KEYS)
        entries = home.log()
        check("answers that are no text are logged as JSON", {e["operation"] for e in entries} ==
              {"DescribeStacks", "GetCallerIdentity"} and done.returncode == 3, entries)
        check("each with host, status and error", all(e["status"] == 400 and e["error"] and e["host"]
                                                      for e in entries), entries)
    with fake() as aws:
        done = Home().run(aws, MRP_LOG="/nowhere/log", **KEYS)
        check("a log that cannot be opened", done.returncode == 3 and "/nowhere/log" in done.stderr and
              "MRP_LOG" in done.stderr, done.all)


tests = {"endpoints": with_endpoints, "proxy": with_proxy, "http2": with_http2, "clock": with_clock,
         "redirect": with_redirect, "attempts": with_attempts, "connections": with_connections,
         "log": with_log}
if __name__ == "__main__":
    harness.run_tests(tests)
