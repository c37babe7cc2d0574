#!/usr/bin/env python3
"""mrp against moto_server: plan, apply, change, status and destroy over the network.

    against-moto.py MRP [nothing | hostile | permissions | tls | faults]...

Four servers, all on loopback: one that checks signatures and permissions, one behind TLS with a
certificate of a private CA, one behind a proxy that breaks a third of the exchanges, one that is
not there. The last line is "N passed, N failed".
"""
import http.server
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time

import boto3

import certificates
import faulty
import harness
from harness import check, folder, free_port

MRP = os.path.abspath(sys.argv[1])
PROGRAM = '''param wait: int = 30

project trial { suffix = "dev" }

region east "us-east-1" {
  resource jobs: AWS::SQS::Queue {
    QueueName         = name("jobs")
    VisibilityTimeout = wait
  }
}

region west "us-west-2" {
  resource url: AWS::SSM::Parameter {
    Name  = name("url")
    Type  = "String"
    Value = "reads ${east.jobs.QueueUrl}"
  }
}
'''
class Moto:
    """A server of its own, so that one test's stacks are not another's."""

    def __init__(self, *arguments, **variables):
        self.port = free_port()
        server = pathlib.Path(sys.executable).with_name("moto_server")
        self.log = open(folder / f"moto-{self.port}.log", "wb")
        self.process = subprocess.Popen(
            [str(server), "-H", "127.0.0.1", "-p", str(self.port), *arguments],
            env={**os.environ, **variables}, stdout=self.log, stderr=subprocess.STDOUT)
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("moto_server did not start")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


def program(name):
    return harness.make_program(name, PROGRAM)


def mrp(place, url, *arguments, **variables):
    return harness.run_mrp(MRP, place, url, *arguments,
                           **{"AWS_ACCESS_KEY_ID": "testing",
                              "AWS_SECRET_ACCESS_KEY": "PLANTED-SECRET", **variables})


def statuses(url, keys, region, verify=None):
    client = boto3.client("cloudformation", region_name=region, endpoint_url=url, verify=verify,
                          aws_access_key_id=keys[0], aws_secret_access_key=keys[1])
    return {stack["StackName"]: stack["StackStatus"]
            for stack in client.describe_stacks()["Stacks"]}


def life(name, url, keys, verify=None, plain=None, **variables):
    """A deployment from its plan to its end."""
    place = program(name)
    variables = {"AWS_ACCESS_KEY_ID": keys[0], "AWS_SECRET_ACCESS_KEY": keys[1], **variables}
    plain = plain or url

    def run(what, *arguments, code=0):
        done = mrp(place, url, *arguments, **variables)
        check(f"{name}: {what}", done.returncode == code,
              f"exit {done.returncode}\n{done.all}")
        return done

    done = run("plan", "plan", "--detailed-exitcode", code=10)
    check(f"{name}: plan names both", "2 to add" in done.stdout, done.all)
    check(f"{name}: plan made nothing", not statuses(plain, keys, "us-east-1", verify))
    run("apply", "apply", "--yes")
    for region in "us-east-1", "us-west-2":
        found = statuses(plain, keys, region, verify)
        check(f"{name}: deployed in {region}", found.get("trial-dev") == "CREATE_COMPLETE", found)
    run("nothing changes", "plan", "--detailed-exitcode")
    run("a change", "apply", "--yes", "-s", "wait=45")
    found = statuses(plain, keys, "us-east-1", verify)
    check(f"{name}: updated", found.get("trial-dev") == "UPDATE_COMPLETE", found)
    done = run("status", "status")
    check(f"{name}: status names it", "trial-dev" in done.stdout, done.all)
    run("destroy", "destroy", "--yes=dev")
    for region in "us-east-1", "us-west-2":
        check(f"{name}: gone from {region}", not statuses(plain, keys, region, verify))
    log = (place / "mrp.log").read_text()
    check(f"{name}: the log is JSON", all(json.loads(line) for line in log.splitlines()))
    check(f"{name}: the log holds no secret", keys[1] not in log and keys[0] not in log)


def with_permissions():
    moto = Moto(INITIAL_NO_AUTH_ACTION_COUNT="3")
    url = f"http://127.0.0.1:{moto.port}"
    iam = boto3.client("iam", region_name="us-east-1", endpoint_url=url,
                       aws_access_key_id="x", aws_secret_access_key="x")
    iam.create_user(UserName="deployer")
    policy = {"Version": "2012-10-17",
              "Statement": [{"Effect": "Allow", "Resource": "*",
                             "Action": ["cloudformation:*", "sts:GetCallerIdentity", "s3:*"]}]}
    iam.put_user_policy(UserName="deployer", PolicyName="deploy", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName="deployer")["AccessKey"]
    keys = key["AccessKeyId"], key["SecretAccessKey"]
    life("signatures", url, keys)
    place = program("wrong-key")
    done = mrp(place, url, "plan", AWS_ACCESS_KEY_ID=keys[0],
               AWS_SECRET_ACCESS_KEY="PLANTED-SECRET")
    check("a wrong secret", done.returncode == 3 and "signature" in done.stderr.lower(), done.all)
    check("a wrong secret is not shown", "PLANTED-SECRET" not in done.all)
    done = mrp(place, url, "plan", AWS_ACCESS_KEY_ID="AKIAUNKNOWN")
    check("an unknown key", done.returncode == 3 and "token" in done.stderr.lower(), done.all)
    moto.stop()


def with_tls():
    bundle, chain, key = certificates.make(folder)
    moto = Moto("-s", "-c", str(chain), "-k", str(key))
    url = f"https://127.0.0.1:{moto.port}"
    bundle = str(bundle)
    done = mrp(program("untrusted"), url, "plan")
    check("an unknown CA is refused", done.returncode == 3 and "certificate" in done.stderr.lower(),
          done.all)
    check("what to do about it", "AWS_CA_BUNDLE" in done.stderr, done.all)
    life("tls", url, ("testing", "PLANTED-SECRET"), verify=bundle, AWS_CA_BUNDLE=bundle)
    moto.stop()


def with_faults():
    moto = Moto()
    # It heeds no tokens: what is asked for twice is done twice.
    with faulty.proxy(moto.port, repeats_changes=False) as proxy:
        life("faults", proxy.url, ("testing", "PLANTED-SECRET"),
             plain=f"http://127.0.0.1:{moto.port}", AWS_MAX_ATTEMPTS="8")
        check("faults: there were some", proxy.count > 30, proxy.count)
    moto.stop()


class Hostile(http.server.BaseHTTPRequestHandler):
    """Answers as no AWS does."""
    protocol_version = "HTTP/1.1"
    kind = None

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.close_connection = True
        if Hostile.kind == "garbage":
            self.wfile.write(b"\x00\x01\x02 this is no HTTP\r\n\r\n" * 100)
            return
        self.send_response(302 if Hostile.kind == "redirect" else 200)
        if Hostile.kind == "redirect":
            self.send_header("Location", "file:///etc/passwd")
        if Hostile.kind == "headers":
            for i in range(3000):
                self.send_header(f"X-{i}", "x" * 60)
        self.end_headers()
        if Hostile.kind == "long":
            try:
                for _ in range(64):
                    self.wfile.write(b"x" * (1 << 20))
            except OSError:
                pass
        elif Hostile.kind == "laughs":
            entities = "".join(f'<!ENTITY e{i + 1} "{"&e%d;" % i * 10}">' for i in range(9))
            self.wfile.write(f'<!DOCTYPE a [<!ENTITY e0 "ha">{entities}]><a>&e9;</a>'.encode())
        elif Hostile.kind == "deep":
            self.wfile.write(b"<a>" * 200000)


def with_hostility():
    server = faulty.Server(("127.0.0.1", 0), Hostile)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    place = program("hostile")
    for kind in "garbage", "redirect", "headers", "long", "laughs", "deep":
        Hostile.kind = kind
        done = mrp(place, f"http://127.0.0.1:{server.server_port}", "plan")
        check(f"hostile: {kind}", done.returncode == 3 and done.stderr.count("\n") <= 3,
              f"exit {done.returncode}\n{done.all}")
        check(f"hostile: {kind}: no file came", "root:" not in done.all)
    server.shutdown()


def with_nothing():
    done = mrp(program("nothing"), f"http://127.0.0.1:{free_port()}", "plan")
    check("no server", done.returncode == 3 and "could not talk to" in done.stderr, done.all)
    done = mrp(program("no-keys"), "http://127.0.0.1:1", "plan", AWS_ACCESS_KEY_ID="",
               AWS_SECRET_ACCESS_KEY="")
    check("no keys", done.returncode == 3 and "no AWS credentials" in done.stderr, done.all)


tests = {"nothing": with_nothing, "hostile": with_hostility, "permissions": with_permissions, "tls": with_tls,
         "faults": with_faults}
harness.run_tests(tests)
