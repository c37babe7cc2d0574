#!/usr/bin/env python3
"""mrp against moto_server: plan, apply, change, status and destroy over the network.

    against-moto.py MRP [nothing | permissions | tls | faults]...

Four servers, all on loopback: one that checks signatures and permissions, one behind TLS with a
certificate of a private CA, one behind a proxy that breaks a third of the exchanges, one that is
not there. The last line is "N passed, N failed".
"""
import json
import os
import pathlib
import socket
import subprocess
import sys
import time

import boto3

import certificates
import faulty
import harness
import lives
from harness import check, folder, free_port

MRP = os.path.abspath(sys.argv[1])


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
    return harness.make_program(name, lives.PROGRAM)


def mrp(place, url, *arguments, **variables):
    return harness.run_mrp(MRP, place, url, *arguments,
                           **{"AWS_ACCESS_KEY_ID": "testing",
                              "AWS_SECRET_ACCESS_KEY": "PLANTED-SECRET", **variables})


def life(name, url, keys, verify=None, plain=None, **variables):
    """A deployment from its plan to its end."""
    def client(region):
        return boto3.client("cloudformation", region_name=region, endpoint_url=plain or url,
                            verify=verify, aws_access_key_id=keys[0], aws_secret_access_key=keys[1])
    lives.Life(MRP, name, url, client, AWS_ACCESS_KEY_ID=keys[0], AWS_SECRET_ACCESS_KEY=keys[1],
               **variables).whole()


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
    with faulty.proxy(moto.port, faulty.every_third(repeats_changes=False)) as proxy:
        life("faults", proxy.url, ("testing", "PLANTED-SECRET"),
             plain=f"http://127.0.0.1:{moto.port}", AWS_MAX_ATTEMPTS="8")
        check("faults: there were some", proxy.count > 30, proxy.count)
    moto.stop()


def with_nothing():
    done = mrp(program("nothing"), f"http://127.0.0.1:{free_port()}", "plan")
    check("no server", done.returncode == 3 and "could not talk to" in done.stderr, done.all)
    done = mrp(program("no-keys"), "http://127.0.0.1:1", "plan", AWS_ACCESS_KEY_ID="",
               AWS_SECRET_ACCESS_KEY="")
    check("no keys", done.returncode == 3 and "no AWS credentials" in done.stderr, done.all)


tests = {"nothing": with_nothing, "permissions": with_permissions, "tls": with_tls,
         "faults": with_faults}
harness.run_tests(tests)
