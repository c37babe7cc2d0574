#!/usr/bin/env python3
"""Each source of keys, by mrp itself against servers of the test's own: which keys are used, what was
asked for them, what is said where they cannot be had; and that no secret shows.

    keys.py MRP [environment | roles | web | sso | login | process | container | instance | renewal]...
"""
import hashlib
import json
import os
import pathlib
import pty
import select
import subprocess
import sys
import time

import fakes
import harness
from fakes import fake, keys, stamp
from harness import check, folder

MRP = os.path.abspath(sys.argv[1])
PROGRAM = '''project trial { suffix = "dev" }

region east "us-east-1" {
  resource jobs: AWS::SQS::Queue { QueueName = name("jobs") }
}
'''
STATIC = "aws_access_key_id = {0}\naws_secret_access_key = PLANTED-{0}\n"
places = 0


class Home:
    """A home folder with the files of the settings, and a program in it."""

    def __init__(self, config="", credentials="", program=PROGRAM):
        global places
        places += 1
        self.place = harness.make_program(f"home-{places}", program)
        self.write(".aws/config", config)
        self.write(".aws/credentials", credentials)

    def write(self, path, text):
        file = self.place / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text if isinstance(text, str) else json.dumps(text))
        return file

    def environment(self, server, **variables):
        env = harness.plain_environment(HOME=str(self.place), AWS_ENDPOINT_URL=server.url,
                                        MRP_LOG=str(self.place / "calls.jsonl"))
        env.update(variables)
        return {k: v for k, v in env.items() if v is not None}

    def run(self, server, *arguments, **variables):
        done = subprocess.run([MRP, *(arguments or ("plan", "--verbose"))], cwd=self.place,
                              env=self.environment(server, **variables), capture_output=True,
                              text=True, timeout=120, start_new_session=True)
        done.all = done.stdout + done.stderr
        return done

    def log(self):
        file = self.place / "calls.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def look_for_secrets(what, home, done):
    log = home.place / "calls.jsonl"
    everything = done.all + (log.read_text() if log.exists() else "")
    check(f"{what}: no secret shows", "PLANTED" not in everything, everything)
    if log.exists():
        check(f"{what}: the log is its owner's", log.stat().st_mode & 0o777 == 0o600)
        for entry in home.log():
            check(f"{what}: a line of the log", {"time", "service", "operation"} <= entry.keys())


def gives(what, home, server, key, *arguments, **variables):
    """Planning works, with that key and no other."""
    done = home.run(server, *arguments, **variables)
    check(what, done.returncode == 0 and server.used() == {key},
          f"exit {done.returncode}, used {server.used()}\n{done.all}")
    look_for_secrets(what, home, done)
    return done


def says(what, home, server, words, *arguments, **variables):
    """Planning fails, and says so in these words; nothing is asked of CloudFormation."""
    done = home.run(server, *arguments, **variables)
    said = [word for word in words if word not in done.stderr]
    check(what, done.returncode == 3 and not said and not server.used(),
          f"exit {done.returncode}, not said: {said}\n{done.all}")
    check(f"{what}: in a few lines", done.stderr.count("\nmrp:") <= 1, done.stderr)
    look_for_secrets(what, home, done)
    return done


def by_key(name):
    return {"AWS_ACCESS_KEY_ID": name, "AWS_SECRET_ACCESS_KEY": f"PLANTED-{name}"}


# --- environment --------------------------------------------------------------------------------

def with_environment():
    files = "[default]\n" + STATIC.format("FILE") + "[other]\n" + STATIC.format("OTHER")
    with fake() as aws:
        gives("keys of the environment", Home(), aws, "ENV", **by_key("ENV"))
    with fake() as aws:
        gives("they beat files", Home(credentials=files), aws, "ENV", **by_key("ENV"))
    with fake() as aws:
        gives("and AWS_PROFILE", Home(credentials=files), aws, "ENV", AWS_PROFILE="other",
              **by_key("ENV"))
    with fake() as aws:
        gives("but not --profile", Home(credentials=files), aws, "OTHER", "plan", "--profile",
              "other", **by_key("ENV"))
    with fake() as aws:
        gives("blank is not set", Home(credentials=files), aws, "FILE", AWS_ACCESS_KEY_ID="",
              AWS_SECRET_ACCESS_KEY="  ", AWS_PROFILE="")
    with fake() as aws:
        gives("AWS_DEFAULT_PROFILE", Home(credentials=files), aws, "OTHER",
              AWS_DEFAULT_PROFILE="other")
    with fake() as aws:
        gives("a session's token", Home(), aws, "ENV", AWS_SESSION_TOKEN="PLANTED-T",
              **by_key("ENV"))
        check("the token is sent", aws.asked[0].headers.get("x-amz-security-token") == "PLANTED-T"
              and "x-amz-security-token" in aws.asked[0].headers["authorization"])
    with fake() as aws:
        says("half of the keys", Home(credentials=files), aws,
             ["environment variable AWS_SECRET_ACCESS_KEY is not set"], AWS_ACCESS_KEY_ID="ENV")
    with fake() as aws:
        says("a secret alone", Home(), aws, ["AWS_ACCESS_KEY_ID is not set"],
             AWS_SECRET_ACCESS_KEY="PLANTED")
    with fake() as aws:
        says("a profile that is not there", Home(credentials=files), aws,
             ['the AWS profile "missing" is not in', "list-profiles"], AWS_PROFILE="missing")
    with fake() as aws:
        says("nothing at all", Home(), aws,
             ["there are no AWS credentials", "AWS_ACCESS_KEY_ID", ".aws/config",
              "AWS_EC2_METADATA_DISABLED is true", "aws configure sso"])
    with fake({a: ("InvalidClientTokenId", "The security token included in the request is invalid.")
               for a in ("DescribeStacks", "GetCallerIdentity")}) as aws:
        done = Home(credentials=files).run(aws, AWS_PROFILE="other")
        check("keys that are refused: whose they are", done.returncode == 3 and
              'is invalid. (keys from: profile "other" (keys in a file))' in done.stderr, done.all)
    for part in "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN":
        with fake() as aws:
            variables = {**by_key("ENV"), part: "A\r\nX-Evil: 1"}
            says(f"a line break in {part}", Home(), aws, ["holds a line break"], **variables)
            check(f"{part}: nothing was sent", not aws.asked, [a.headers for a in aws.asked])
    with fake() as aws:
        config = "[default]\naws_access_key_id = A\n  B: 1\naws_secret_access_key = PLANTED\n"
        says("a line break in a file", Home(config), aws, ["holds a line break"])
    with fake() as aws:
        gives("a name of the application", Home(), aws, "ENV", AWS_SDK_UA_APP_ID="a b\r\nX-Evil: 1",
              **by_key("ENV"))
        check("it is one word of a header", "x-evil" not in aws.asked[0].headers and
              aws.asked[0].headers["user-agent"].endswith("app/a-b--X-Evil--1"),
              aws.asked[0].headers)


# --- roles --------------------------------------------------------------------------------------

def assume(asked):
    return {"Credentials": keys(asked.form["RoleArn"].rsplit("/", 1)[1].upper()),
            "AssumedRoleUser": {"Arn": asked.form["RoleArn"].replace(":iam:", ":sts:")}}


def role(name, account="123456789012", **settings):
    lines = [f"role_arn = arn:aws:iam::{account}:role/{name}"]
    return "\n".join(lines + [f"{k} = {v}" for k, v in settings.items()]) + "\n"


# Makes its standard input the terminal of the session, and becomes the program.
AT_TERMINAL = ("import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
               "os.execv(sys.argv[1], sys.argv[1:])")


def at_a_terminal(home, server, answer):
    """Plans at a terminal at which somebody types the answer, or goes away where there is none."""
    terminal, other = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", AT_TERMINAL, MRP, "plan"], cwd=home.place,
                               env=home.environment(server), stdin=other, stdout=other,
                               stderr=other, start_new_session=True)
    os.close(other)
    said, was_asked = b"", False
    while select.select([terminal], [], [], 60)[0]:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # nobody holds its other end any more
            break
        said += part
        if b"MFA code" in said and not was_asked:
            was_asked = True
            if answer is None:
                break
            os.write(terminal, answer.encode() + b"\n")
    os.close(terminal)
    return process.wait(60), said.decode()


def with_roles():
    base = "[base]\n" + STATIC.format("BASE")
    chain = ("[default]\n" + role("second", source_profile="middle", external_id="ext",
                                  role_session_name="me@here", duration_seconds="1800") +
             "[profile middle]\n" + role("first", source_profile="base", duration_seconds="soon"))
    with fake({"AssumeRole": assume}) as aws:
        gives("a chain of roles", Home(chain, base), aws, "SECOND")
        first, second = aws.all("AssumeRole")
        check("the first with the keys of the file", first.key == "BASE", first.key)
        check("a bad number is left out", "DurationSeconds" not in first.form, first.form)
        check("the second with those of the first", second.key == "FIRST" and
              second.headers["x-amz-security-token"] == "PLANTED-TOKEN-FIRST", second.headers)
        check("its settings", (second.form["ExternalId"], second.form["RoleSessionName"],
                               second.form["DurationSeconds"]) == ("ext", "me@here", "1800"),
              second.form)
    for source, wanted in ("Environment", "ENV"), ("EcsContainer", "BOX"), \
            ("Ec2InstanceMetadata", "IMDS"):
        answers = {"AssumeRole": assume, "GET /creds": {**keys("BOX"), "Token": "PLANTED"},
                   "PUT /latest/api/token": (200, "TOKEN", ()),
                   "GET /latest/meta-data/iam/security-credentials/": (200, "r", ()),
                   "GET /latest/meta-data/iam/security-credentials/r":
                       {**keys("IMDS"), "Token": "PLANTED", "Code": "Success"}}
        with fake(answers) as aws:
            home = Home("[profile x]\n" + role("done", credential_source=source))
            gives(f"credential_source = {source}", home, aws, "DONE", "plan", "--profile", "x",
                  AWS_CONTAINER_CREDENTIALS_FULL_URI=aws.url + "/creds",
                  AWS_EC2_METADATA_SERVICE_ENDPOINT=aws.url, AWS_EC2_METADATA_DISABLED="false",
                  **by_key("ENV"))
            check(f"{source}: its keys assumed the role",
                  [a.key for a in aws.all("AssumeRole")] == [wanted], aws.all("AssumeRole")[0].key)
    wrong = {"both": (dict(source_profile="base", credential_source="Environment"),
                      "has both source_profile and credential_source"),
             "neither": ({}, "nothing to assume the role with"),
             "unknown": (dict(credential_source="Moon"), 'the unknown credential_source "Moon"'),
             "absent": (dict(source_profile="gone"), '"gone", which is not in the settings')}
    for name, (settings, words) in wrong.items():
        with fake() as aws:
            says(f"a role with {name}", Home("[default]\n" + role("r", **settings), base), aws,
                 [words])
    with fake() as aws:
        loop = "[default]\n" + role("a", source_profile="b") + \
               "[profile b]\n" + role("b", source_profile="default")
        says("a loop", Home(loop), aws, ["takes its keys from itself"])
    with fake({"AssumeRole": assume}) as aws:
        own = "[default]\n" + role("own", source_profile="default") + STATIC.format("SELF")
        gives("a profile that is its own source", Home(own), aws, "OWN")
    with fake({"AssumeRole": ("AccessDenied", "User: u is not authorized")}) as aws:
        says("a role that is refused", Home(chain, base), aws,
             ['could not assume the role "arn:aws:iam::123456789012:role/first"', "AccessDenied",
              "trust policy"])
    with fake({"AssumeRole": [("Throttling", "Rate exceeded"), (500, "", ()), assume]}) as aws:
        home = Home("[default]\n" + role("late", source_profile="base"), base)
        gives("STS that stumbles twice", home, aws, "LATE")
        check("each attempt is in the log", [e["attempt"] for e in home.log()
                                             if e["operation"] == "AssumeRole"] == [1, 2, 3])
    with fake({"AssumeRole": assume}) as aws:
        home = Home("[default]\n" + role("r", account="1", source_profile="base",
                                         region="eu-central-1"), base)
        gives("STS of another endpoint", home, aws, "R", AWS_ENDPOINT_URL_STS=aws.url + "/sts/")
        check("it was asked there", aws.all("AssumeRole")[0].path == "/sts/",
              aws.all("AssumeRole")[0].path)
        check("and signed for the profile's region", "/eu-central-1/sts/" in
              aws.all("AssumeRole")[0].headers["authorization"])
    with_mfa(base)


def with_mfa(base):
    config = "[default]\n" + role("guarded", source_profile="base",
                                  mfa_serial="arn:aws:iam::1:mfa/ann")
    with fake({"AssumeRole": assume}) as aws:
        says("MFA and nobody to ask", Home(config, base), aws,
             ['needs an MFA code of "arn:aws:iam::1:mfa/ann"', "nobody to ask", "terminal"])
    with fake({"AssumeRole": assume}) as aws:
        home = Home(config, base)
        code, said = at_a_terminal(home, aws, "123456")
        check("a code is asked for", code == 0 and "MFA code for arn:aws:iam::1:mfa/ann" in said,
              said)
        asked = aws.all("AssumeRole")
        check("and sent once", len(asked) == 1 and asked[0].form["TokenCode"] == "123456" and
              asked[0].form["SerialNumber"] == "arn:aws:iam::1:mfa/ann", [a.form for a in asked])
        code, said = at_a_terminal(home, aws, None)
        check("the next command asks for none", code == 0 and "MFA code" not in said and
              len(aws.all("AssumeRole")) == 1, said)
        kept = list((home.place / ".aws/cli/cache").glob("*.json"))
        check("it is kept as the AWS CLI keeps it", len(kept) == 1 and
              kept[0].stat().st_mode & 0o777 == 0o600 and kept[0].stem == hashlib.sha1(
                  b'{"RoleArn": "arn:aws:iam::123456789012:role/guarded", '
                  b'"SerialNumber": "arn:aws:iam::1:mfa/ann"}').hexdigest(), kept)
        stale = json.loads(kept[0].read_text())
        check("with its members", stale["Credentials"]["AccessKeyId"] == "GUARDED", stale)
        stale["Credentials"]["Expiration"] = stamp(60)
        kept[0].write_text(json.dumps(stale))
        code, said = at_a_terminal(home, aws, "654321")
        check("one that ends soon is not used", code == 0 and "MFA code" in said and
              aws.all("AssumeRole")[-1].form["TokenCode"] == "654321", said)
    with fake({"AssumeRole": assume}) as aws:
        code, said = at_a_terminal(Home(config, base), aws, "12345x")
        check("a code that is none", code == 3 and "six digits" in said and
              not aws.all("AssumeRole"), said)


# --- web identity -------------------------------------------------------------------------------

def with_web_identity():
    answers = {"AssumeRoleWithWebIdentity": assume}
    with fake(answers) as aws:
        home = Home()
        token = home.write("token", "PLANTED-JWT\n")
        gives("web identity of the environment", home, aws, "WEB",
              AWS_WEB_IDENTITY_TOKEN_FILE=str(token), AWS_ROLE_SESSION_NAME="ci-1",
              AWS_ROLE_ARN="arn:aws:iam::1:role/web")
        asked = aws.all("AssumeRoleWithWebIdentity")[0]
        check("the token is sent, without a signature",
              asked.form["WebIdentityToken"] == "PLANTED-JWT" and not asked.key and
              asked.form["RoleSessionName"] == "ci-1", asked.form)
    with fake(answers) as aws:
        home = Home()
        token = home.write("token", "PLANTED-JWT")
        home.write(".aws/config", "[profile w]\n" + role("prof", web_identity_token_file=token))
        gives("web identity of a profile", home, aws, "PROF", "plan", "--profile", "w",
              AWS_WEB_IDENTITY_TOKEN_FILE="/nowhere", AWS_ROLE_ARN="arn:aws:iam::1:role/other")
    with fake(answers) as aws:
        says("a token that is not there", Home(), aws,
             ["web identity", "/nowhere/token", "No such file", "AWS_WEB_IDENTITY_TOKEN_FILE"],
             AWS_WEB_IDENTITY_TOKEN_FILE="/nowhere/token", AWS_ROLE_ARN="arn:aws:iam::1:role/x")
    with fake(answers) as aws:
        says("no role for the token", Home(), aws, ["AWS_ROLE_ARN"],
             AWS_WEB_IDENTITY_TOKEN_FILE="/nowhere/token")
    with fake({"AssumeRoleWithWebIdentity": [("IDPCommunicationError", "later"), assume]}) as aws:
        home = Home()
        gives("a provider that is asked again", home, aws, "WEB",
              AWS_WEB_IDENTITY_TOKEN_FILE=str(home.write("token", "PLANTED")),
              AWS_ROLE_ARN="arn:aws:iam::1:role/web")


# --- SSO ----------------------------------------------------------------------------------------

SESSION = ("[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example\n"
           "[default]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = dev\n")
LEGACY = ("[default]\nsso_region = eu-west-1\nsso_start_url = https://corp.example\n"
          "sso_account_id = 123456789012\nsso_role_name = dev\n")
ROLE_KEYS = {"roleCredentials": {"accessKeyId": "SSO", "secretAccessKey": "PLANTED-SSO",
                                 "sessionToken": "PLANTED", "expiration": 1000 * 4102444800}}


def sso_home(config, session, left, **more):
    home = Home(config)
    name = hashlib.sha1(session.encode()).hexdigest()
    home.cache = home.write(f".aws/sso/cache/{name}.json",
                            {"accessToken": "PLANTED-OLD", "expiresAt": stamp(left), **more})
    return home


def with_sso():
    registered = {"refreshToken": "PLANTED-R", "clientId": "client", "clientSecret": "PLANTED-C",
                  "registrationExpiresAt": stamp(86400), "startUrl": "https://corp.example",
                  "region": "eu-west-1"}
    answers = {"GET /federation/credentials": ROLE_KEYS}
    for what, config, named in ("a session", SESSION, "corp"), \
            ("the old form", LEGACY, "https://corp.example"):
        with fake(answers) as aws:
            gives(f"SSO by {what}", sso_home(config, named, 3600), aws, "SSO")
            asked = aws.all("GET /federation/credentials")[0]
            check(f"{what}: its token and role", asked.headers["x-amz-sso_bearer_token"] ==
                  "PLANTED-OLD" and asked.path.endswith("?account_id=123456789012&role_name=dev"),
                  asked.path)
            check(f"{what}: nothing is signed", not asked.key)
    renewed = {"accessToken": "PLANTED-NEW", "expiresIn": 28800, "refreshToken": "PLANTED-R2"}
    for left in 300, -300:
        with fake({**answers, "POST /token": renewed}) as aws:
            home = sso_home(SESSION, "corp", left, **registered)
            gives(f"a token with {left} seconds left", home, aws, "SSO")
            sent = json.loads(aws.all("POST /token")[0].body)
            check("it is renewed", sent == {"clientId": "client", "clientSecret": "PLANTED-C",
                                            "grantType": "refresh_token",
                                            "refreshToken": "PLANTED-R"}, sent)
            kept = json.loads(home.cache.read_text())
            check("and written back", kept["accessToken"] == "PLANTED-NEW" and
                  kept["refreshToken"] == "PLANTED-R2" and kept["clientId"] == "client" and
                  kept["expiresAt"] > stamp(28000), kept)
            check("for its owner alone, and nothing beside it",
                  home.cache.stat().st_mode & 0o777 == 0o600 and
                  len(list(home.cache.parent.iterdir())) == 1)
            check("the new one is used", aws.all("GET /federation/credentials")[0].headers
                  ["x-amz-sso_bearer_token"] == "PLANTED-NEW")
    with fake({**answers, "POST /token": (400, '{"error":"invalid_grant"}', ())}) as aws:
        gives("a renewal that fails is harmless while the token lasts",
              sso_home(SESSION, "corp", 300, **registered), aws, "SSO")
        says_more = sso_home(SESSION, "corp", -300, **registered)
    with fake({**answers, "POST /token": (400, '{"error":"invalid_grant"}', ())}) as aws:
        says("and is said when it does not", says_more, aws,
             ["has expired", "invalid_grant", "aws sso login --profile default"])
    with fake(answers) as aws:
        says("an expired token of the old form", sso_home(LEGACY, "https://corp.example", -1), aws,
             ["has expired", "aws sso login --profile default"])
    with fake(answers) as aws:
        says("no login", Home(SESSION), aws, ["there is no SSO login", "aws sso login"])
    refusal = (401, '{"message":"Session token not found or invalid"}',
               [("x-amzn-ErrorType", "UnauthorizedException")])
    with fake({"GET /federation/credentials": refusal}) as aws:
        says("a token that was revoked", sso_home(SESSION, "corp", 3600), aws,
             ["UnauthorizedException", "aws sso login --profile default"])
    with fake(answers) as aws:
        says("a session that is not there", Home(SESSION.replace("[sso-session corp]",
                                                                 "[sso-session other]")), aws,
             ['the SSO session "corp"', "is not in"])
    with fake(answers) as aws:
        says("a token with a line break", sso_home(SESSION, "corp", 3600,
                                                   accessToken="PLANTED\r\nX-Evil: 1"), aws,
             ["line break"])
        check("it is not sent", not aws.asked)


# --- aws login ----------------------------------------------------------------------------------

def new_key():
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption()).decode()


def login_home(left, **more):
    session = "arn:aws:iam::123456789012:user/ann"
    home = Home(f"[default]\nlogin_session = {session}\nregion = us-east-1\n")
    name = hashlib.sha256(session.encode()).hexdigest()
    home.cache = home.write(f".aws/login/cache/{name}.json", {
        "accessToken": {"accessKeyId": "OLD", "secretAccessKey": "PLANTED-OLD",
                        "sessionToken": "PLANTED", "accountId": "123456789012",
                        "expiresAt": stamp(left)},
        "tokenType": "aws_sigv4", "clientId": "arn:aws:signin:::devtools/same-device",
        "refreshToken": "PLANTED-R", "idToken": "PLANTED-ID", "dpopKey": new_key(), **more})
    return home


def with_login():
    renewed = {"accessToken": {"accessKeyId": "NEW", "secretAccessKey": "PLANTED-NEW",
                               "sessionToken": "PLANTED"}, "tokenType": "aws_sigv4",
               "expiresIn": 900, "refreshToken": "PLANTED-R2"}
    with fake() as aws:
        gives("a login", login_home(600), aws, "OLD")
        check("it is not renewed early", not aws.all("POST /v1/token"))
    with fake({"POST /v1/token": renewed}) as aws:
        home = login_home(60)
        gives("a login that ends", home, aws, "NEW")
        asked = aws.all("POST /v1/token")[0]
        check("it has a proof and no signature", asked.headers["dpop"].count(".") == 2 and
              not asked.key, asked.headers)
        check("what is sent", json.loads(asked.body) == {
            "clientId": "arn:aws:signin:::devtools/same-device", "refreshToken": "PLANTED-R",
            "grantType": "refresh_token"}, asked.body)
        kept = json.loads(home.cache.read_text())
        check("and written back", kept["accessToken"]["accessKeyId"] == "NEW" and
              kept["refreshToken"] == "PLANTED-R2" and kept["accessToken"]["accountId"] ==
              "123456789012" and home.cache.stat().st_mode & 0o777 == 0o600, kept)
    for error in "TOKEN_EXPIRED", "USER_CREDENTIALS_CHANGED", "INSUFFICIENT_PERMISSIONS":
        with fake({"POST /v1/token": (401, json.dumps({"error": error, "message": "no"}), ())}) as aws:
            says(f"a login: {error}", login_home(-60), aws, [error, "aws login --profile default"])
    with fake({"POST /v1/token": (401, "{}", ())}) as aws:
        gives("a renewal that fails while the login lasts", login_home(60), aws, "OLD")
    with fake() as aws:
        says("a login without its key", login_home(-60, dpopKey="PLANTED"), aws,
             ["dpopKey", "aws login"])


# --- programs -----------------------------------------------------------------------------------

def with_process():
    shown = json.dumps({"Version": 1, "AccessKeyId": "PROC", "SecretAccessKey": "PLANTED",
                        "SessionToken": "PLANTED", "Expiration": stamp(3600)})
    home = Home()
    script = home.write("a program", f"#!/bin/sh\n[ \"$1\" = 'two words' ] && [ \"$2\" = '$HOME' ]"
                                     f" && echo '{shown}'\n")
    script.chmod(0o700)
    home.write(".aws/config", f"[default]\ncredential_process = \"{script}\" \"two words\" '$HOME'\n")
    with fake() as aws:
        gives("a program with quotes in its words", home, aws, "PROC")

    def broken(what, command, words, **kwargs):
        with fake() as aws:
            says(what, Home(f"[default]\ncredential_process = {command}\n"), aws, words, **kwargs)

    broken("a program that fails", "sh -c 'echo PLANTED; echo no network >&2; exit 4'",
           ['credential_process "sh" ended with status 4: no network'])
    broken("one that is not there", "/nowhere/keys", ["could not run", "/nowhere/keys"])
    broken("one that is killed", "sh -c 'kill -9 $$'", ["ended with signal 9"])
    broken("one that prints no JSON", "echo PLANTED", ["is no JSON"])
    broken("another version", "echo '{\"Version\": 2}'", ["version other than 1"])
    broken("no secret", "echo '{\"Version\": 1, \"AccessKeyId\": \"A\"}'", ["SecretAccessKey"])
    broken("too much", "sh -c 'yes PLANTED | head -c 9000000'", ["is no JSON"])
    broken("one that leaves a child behind",
           "sh -c 'sleep 20 & echo PLANTED >&1; exit 5'", ["ended with status 5"])


# --- containers ---------------------------------------------------------------------------------

def with_container():
    box = {**keys("BOX"), "Token": "PLANTED"}
    with fake({"GET /creds": box}) as aws:
        home = Home()
        token = home.write("token", "PLANTED-A\n")
        gives("a container's endpoint", home, aws, "BOX",
              AWS_CONTAINER_CREDENTIALS_FULL_URI=aws.url + "/creds",
              AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(token),
              AWS_CONTAINER_AUTHORIZATION_TOKEN="PLANTED-B")
        check("the file's token is sent", aws.all("GET /creds")[0].headers["authorization"] ==
              "PLANTED-A")
    with fake({"GET /creds": [(500, "", ()), (503, "", ()), box]}) as aws:
        gives("one that stumbles twice", Home(), aws, "BOX",
              AWS_CONTAINER_CREDENTIALS_FULL_URI=aws.url + "/creds")
    for host in "http://example.com/x", "http://169.254.169.254/x", "http://127.0.0.1.evil.example/":
        with fake() as aws:
            says(f"the host of {host}", Home(), aws, ["is not this machine"],
                 AWS_CONTAINER_CREDENTIALS_FULL_URI=host)
    with fake() as aws:
        says("a token of two lines", Home(), aws, ["line break"],
             AWS_CONTAINER_CREDENTIALS_FULL_URI=aws.url + "/creds",
             AWS_CONTAINER_AUTHORIZATION_TOKEN="PLANTED\r\nX-Evil: 1")
        check("nothing was asked", not aws.asked)
    with fake() as aws:
        says("a token's file that is not there", Home(), aws,
             ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/nowhere/t", "No such file"],
             AWS_CONTAINER_CREDENTIALS_FULL_URI=aws.url + "/creds",
             AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE="/nowhere/t")
    with fake({"GET /creds": (403, "PLANTED", ())}) as aws:
        says("a container that refuses", Home(), aws, ["container", "403"],
             AWS_CONTAINER_CREDENTIALS_FULL_URI=aws.url + "/creds")
    with fake() as aws:
        begun = time.time()
        says("nobody there", Home(), aws, ["could not reach", "127.0.0.1:1"],
             AWS_CONTAINER_CREDENTIALS_FULL_URI="http://127.0.0.1:1/creds")
        check("and that is known soon", time.time() - begun < 20)


# --- instances ----------------------------------------------------------------------------------

def instance(record, **more):
    place = "GET /latest/meta-data/iam/security-credentials/"
    return {"PUT /latest/api/token": (200, "PLANTED-IMDS", ()), place: (200, "r", ()),
            place + "r": record, **more}


def with_instance():
    record = {**keys("IMDS"), "Token": "PLANTED", "Code": "Success"}

    def variables(aws):
        return {"AWS_EC2_METADATA_DISABLED": None, "AWS_EC2_METADATA_SERVICE_ENDPOINT": aws.url}

    with fake(instance(record)) as aws:
        gives("an instance's keys", Home(), aws, "IMDS", **variables(aws))
        check("by a token", aws.asked[0].headers["x-aws-ec2-metadata-token-ttl-seconds"] == "21600"
              and all(a.headers.get("x-aws-ec2-metadata-token") == "PLANTED-IMDS"
                      for a in aws.asked[1:3]), [a.headers for a in aws.asked[:3]])
    with fake(instance({**record, "Expiration": stamp(-3600)})) as aws:
        gives("expired keys that are served all the same", Home(), aws, "IMDS", **variables(aws))
    with fake(instance(record, **{"PUT /latest/api/token": (403, "", ())})) as aws:
        says("metadata that is turned off", Home(), aws, ["turned off"], **variables(aws))
    with fake(instance(record, **{"PUT /latest/api/token": (405, "", ())})) as aws:
        gives("the first version", Home(), aws, "IMDS", **variables(aws))
    with fake(instance(record, **{"PUT /latest/api/token": (405, "", ())})) as aws:
        says("which may be forbidden", Home(), aws, ["no token"],
             AWS_EC2_METADATA_V1_DISABLED="true", **variables(aws))
    with fake(instance({"Code": "AssumeRoleUnauthorizedAccess"})) as aws:
        says("a role that the instance cannot have", Home(), aws, ["AssumeRoleUnauthorizedAccess"],
             **variables(aws))
    with fake(instance(record, **{"GET /latest/meta-data/iam/security-credentials/":
                                  (404, "", ())})) as aws:
        says("an instance without a role", Home(), aws, ["no role"], **variables(aws))
    with fake(instance(record)) as aws:
        says("an unknown mode", Home(), aws, ['"IPv5"'], AWS_EC2_METADATA_DISABLED=None,
             AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE="IPv5")
    with fake(instance(record)) as aws:
        home = Home()
        done = home.run(aws, **variables(aws), http_proxy="http://127.0.0.1:1")
        check("never through a proxy, as all else is", len(aws.asked) == 3 and
              done.returncode == 3 and "127.0.0.1:1" in done.stderr.replace(" port ", ":"), done.all)


# --- renewal -------------------------------------------------------------------------------------

def sandbox_keys(number):
    """Keys that mrp sandbox serve takes; their token tells which they are."""
    return {"Credentials": {"AccessKeyId": "sandbox", "SecretAccessKey": "sandbox",
                            "SessionToken": f"PLANTED-{number}", "Expiration": stamp(3600)},
            "AssumedRoleUser": {"Arn": "arn:aws:sts::123456789012:assumed-role/r/s"}}


def with_renewal():
    """Keys that AWS calls expired in the middle of a deploy are renewed, and it goes on."""
    config = "[default]\n" + role("r", source_profile="base")
    base = "[base]\n" + STATIC.format("BASE")
    with harness.sandbox(MRP, "renewal") as sandbox:
        for what, action, at in ("a look", "DescribeStacks", 2), ("a change", "ExecuteChangeSet", 1), \
                ("events", "DescribeStackEvents", 2):
            given, seen = [], []

            def expire(asked):
                seen.append(asked)
                return ("ExpiredToken", "The security token included in the request is expired") \
                    if len(seen) == at else aws.forward(asked)

            def give(asked):
                given.append(asked)
                return sandbox_keys(len(given))

            with fake({"AssumeRole": give}) as aws:
                aws.upstream = sandbox.port
                del aws.answers["DescribeStacks"], aws.answers["GetCallerIdentity"]
                aws.answers[action] = expire
                suffix = "".join(c for c in what if c.isalpha())
                home = Home(config, base, PROGRAM.replace('"dev"', f'"{suffix}"'))
                done = home.run(aws, "apply", "--yes", "--verbose")
                check(f"keys that end at {what}: it goes on", done.returncode == 0 and
                      "1 deployed" in done.all or "CREATE_COMPLETE" in done.all, done.all)
                check(f"keys that end at {what}: they were renewed once", len(given) == 2, len(given))
                check(f"keys that end at {what}: the new ones are used",
                      len(seen) > at and seen[at].token == "PLANTED-2", [a.token for a in seen])
                look_for_secrets(f"keys that end at {what}", home, done)


tests = {"environment": with_environment, "roles": with_roles, "web": with_web_identity,
         "sso": with_sso, "login": with_login, "process": with_process,
         "container": with_container, "instance": with_instance,
         "renewal": with_renewal}
if __name__ == "__main__":
    harness.run_tests(tests)
