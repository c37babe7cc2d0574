"""What the tests with other clients share: counting, servers, programs, mrp itself."""
import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import boto3
from botocore.config import Config

LONGEST = 60  # seconds that a command of mrp may take here
KEY = SECRET = "sandbox"
ACCOUNT = "123456789012"
passed = failed = 0
folder = pathlib.Path(tempfile.mkdtemp(prefix="mrp-clients-"))


def check(what, good, detail=""):
    """Counts one thing that was looked at."""
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {what}\n{detail}")


def finish():
    """Says the counts, and ends the program."""
    if failed:
        print(f"programs and logs are in {folder}")
    else:
        shutil.rmtree(folder)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


def run_tests(tests):
    """Runs those of the tests that the command line names, or all, and ends the program."""
    for name, test in tests.items():
        if name in (sys.argv[2:] or tests):
            test()
    finish()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def plain_environment(**variables):
    """The environment without anything of AWS, and with these variables."""
    env = {key: value for key, value in os.environ.items()
           if not key.upper().startswith("AWS_") and not key.upper().endswith("_PROXY")}
    env.update({"HOME": str(folder), "AWS_EC2_METADATA_DISABLED": "true"})
    env.update(variables)
    return env


class Sandbox:
    """mrp sandbox serve in a folder of its own; only looks move its clock."""

    def __init__(self, mrp, name, *arguments):
        self.mrp = os.path.abspath(mrp)
        self.folder = folder / name
        self.folder.mkdir(exist_ok=True)
        self.arguments = arguments
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [self.mrp, "sandbox", "serve", "--port", "0",
             *(self.arguments or ("--pace", "0"))],
            cwd=self.folder, env=plain_environment(), stdout=subprocess.PIPE, text=True,
            stderr=open(self.folder / "serve.err", "w"))
        line = self.process.stdout.readline()
        if "http://" not in line:
            raise SystemExit(f"the sandbox did not start: {(self.folder / 'serve.err').read_text()}")
        self.url = line.split(" at ")[1].split(",")[0]
        self.port = int(self.url.rsplit(":", 1)[1])

    def stop(self):
        self.process.terminate()
        status = self.process.wait(30)
        self.process.stdout.close()
        return status

    def client(self, service, region="us-east-1", url=None, key=KEY, secret=SECRET, token=None):
        return boto3.client(service, region_name=region, endpoint_url=url or self.url,
                            aws_access_key_id=key, aws_secret_access_key=secret,
                            aws_session_token=token,
                            config=Config(retries={"max_attempts": 0}))


@contextlib.contextmanager
def sandbox(mrp, name, *arguments):
    server = Sandbox(mrp, name, *arguments)
    try:
        yield server
    finally:
        status = server.stop()
        check(f"{name}: the server ends cleanly", status == 0,
              (server.folder / "serve.err").read_text())


def settle(client, stack):
    """Looks at a stack until nothing runs any more; what was seen last."""
    for _ in range(400):
        seen = client.describe_stacks(StackName=stack)["Stacks"][0]
        if not seen["StackStatus"].endswith("_IN_PROGRESS"):
            return seen
    raise SystemExit(f"{stack} does not settle: {seen}")


def run_mrp(mrp, place, url, *arguments, **variables):
    """mrp in the folder of a program, against a server."""
    env = plain_environment(HOME=str(place), AWS_ENDPOINT_URL=url, AWS_ACCESS_KEY_ID=KEY,
                            AWS_SECRET_ACCESS_KEY=SECRET, MRP_LOG=str(place / "mrp.log"))
    env.update(variables)
    done = subprocess.run([os.path.abspath(mrp), *arguments], cwd=place, env=env,
                          capture_output=True, text=True, timeout=LONGEST)
    done.all = done.stdout + done.stderr
    return done


def make_program(name, text):
    place = folder / name
    place.mkdir()
    (place / "pipeline.mrp").write_text(text)
    return place


def template(resources, **sections):
    return json.dumps({**sections, "Resources": resources})
