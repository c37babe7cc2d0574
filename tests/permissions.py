#!/usr/bin/env python3
"""What the policies of the examples allow, asked as AWS would ask.

    permissions.py MRP

Each program of examples/, stdlib/examples/ and tests/permissions/ is deployed in the sandbox, which leaves its policies
as AWS would get them. tests/permissions.toml says which calls each role makes, and which calls it must not be able to
make; what it says of a policy of a bucket, queue, topic or key is asked in the name of who calls. A role of which it says
nothing is a failure, and so is an entry of which there is no role. Where moto's evaluator knows the form of a statement,
it must agree. The last line is "N passed, N failed".
"""
import fnmatch
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import tomllib

from moto.iam.access_control import IAMPolicyStatement, PermissionResult

ROOT = pathlib.Path(__file__).resolve().parent.parent
ACCOUNT = "123456789012"
POLICY_TYPES = {
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::KMS::Key": "KeyPolicy",
}
# What no role of an example does, whatever it is for.
NEVER = [
    ("iam:CreateUser", "arn:aws:iam::123456789012:user/x"),
    ("iam:PutRolePolicy", "arn:aws:iam::123456789012:role/of-somebody-else"),
    ("iam:PassRole", "arn:aws:iam::123456789012:role/of-somebody-else"),
    ("sts:AssumeRole", "arn:aws:iam::123456789012:role/of-somebody-else"),
    ("s3:GetObject", "arn:aws:s3:::of-somebody-else/x"),
    ("s3:PutObject", "arn:aws:s3:::of-somebody-else/x"),
    ("kms:Decrypt", "arn:aws:kms:us-east-1:123456789012:key/of-somebody-else"),
    ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:123456789012:secret:else-abcdef"),
    ("ec2:RunInstances", "arn:aws:ec2:us-east-1:123456789012:instance/*"),
    ("organizations:LeaveOrganization", "*"),
]
passed = failed = 0


def check(what, good, detail=""):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {what}{': ' + detail if detail else ''}")


# ---- statements ----

def as_list(value):
    return value if isinstance(value, list) else [value]


def like(pattern, text, ignore_case=False):
    """* and ? as IAM has them."""
    expression = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch(expression, text, re.S | (re.I if ignore_case else 0)) is not None


def holds(operator, wanted, actual):
    """One key of a condition; what the call does not say holds nowhere, but with ...IfExists and Null."""
    if operator == "Null":
        return (actual is None) == (str(as_list(wanted)[0]).lower() == "true")
    if actual is None:
        return operator.endswith("IfExists")
    name = operator.removesuffix("IfExists")
    tests = {
        "StringEquals": lambda w, a: w == a,
        "StringNotEquals": lambda w, a: w != a,
        "StringLike": like,
        "ArnEquals": like,
        "ArnLike": like,
        "Bool": lambda w, a: str(w).lower() == a.lower(),
    }
    if name not in tests:
        raise SystemExit(f"permissions.py does not know the condition {operator}")
    results = [tests[name](w, actual) for w in as_list(wanted)]
    return all(results) if "Not" in name else any(results)


def meets(statement, context):
    return all(holds(operator, wanted, context.get(key))
               for operator, keys in statement.get("Condition", {}).items()
               for key, wanted in keys.items())


def is_for(statement, principal):
    """Of policies of resources: whether they are about that principal; of those of roles, always."""
    named = statement.get("Principal")
    if named is None or named == "*":
        return True
    return any(principal == p for kind in named.values() for p in as_list(kind))


def covers(statement, action, resource):
    """Whether the statement is about the call, its condition apart."""
    return (any(like(a, action, True) for a in as_list(statement["Action"])) and
            any(like(r, resource) for r in as_list(statement.get("Resource", "*"))))


def moto_agrees(statement, action, resource, mine):
    plain = {k: v for k, v in statement.items() if k not in ("Condition", "Principal")}
    if "?" in json.dumps([plain["Action"], plain.get("Resource", "*")]) or "Resource" not in plain:
        return True
    result = IAMPolicyStatement(plain).is_action_permitted(action, resource)
    return (result != PermissionResult.NEUTRAL) == mine


def is_allowed(statements, action, resource, context, principal=None):
    allowed = False
    for statement in statements:
        mine = covers(statement, action, resource)
        if not moto_agrees(statement, action, resource, mine):
            check(f"moto says otherwise of {action} on {resource} by {json.dumps(statement)}", False)
        if not mine or not is_for(statement, principal) or not meets(statement, context):
            continue
        if statement["Effect"] == "Deny":
            return False
        allowed = True
    return allowed


# ---- programs ----

class Program:
    """What a program became in the sandbox: resources by their paths, with their properties resolved."""

    def __init__(self, mrp, name, files):
        self.name = name
        self.resources = {}
        with tempfile.TemporaryDirectory(prefix="mrp-permissions-") as folder:
            for source, target in files:
                shutil.copy(source, os.path.join(folder, target))
            run = subprocess.run([mrp, "apply", "--sandbox", "--yes"], cwd=folder, text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            check(f"{name}: mrp apply --sandbox", run.returncode == 0, run.stdout[-2000:])
            if run.returncode == 0:
                self.read(os.path.join(folder, ".mrp", "state.db"))

    def read(self, path):
        with sqlite3.connect(path) as database:
            for (data,) in database.execute("SELECT data FROM stack"):
                stack = json.loads(data)
                template = json.loads(stack["now"]["template"])
                lines = template.get("Metadata", {}).get("mrp", {}) # mrp's own stack has none
                for resource in stack["resources"]:
                    place = lines.get(resource["logical"], "- " + resource["logical"]).split(" ", 1)[1]
                    self.resources[place] = {"type": resource["type"], **resource["now"]}

    def policy_of(self, place):
        """The statements of a role, its own and those attached to it, or of a policy of a resource."""
        resource = self.resources[place]
        properties = resource["properties"]
        if resource["type"] in POLICY_TYPES:
            return as_list(properties[POLICY_TYPES[resource["type"]]]["Statement"])
        documents = [p["PolicyDocument"] for p in properties.get("Policies", [])]
        for other in self.resources.values():
            if other["type"] == "AWS::IAM::ManagedPolicy" and resource["id"] in other["properties"].get("Roles", []):
                documents.append(other["properties"]["PolicyDocument"])
        return [s for d in documents for s in as_list(d["Statement"])]

    def fill(self, text):
        """{PATH} is the physical id of a resource, {account} the account."""
        return re.sub(r"\{([^}]+)\}", lambda m: self.id_of(m[1]), text)

    def id_of(self, place):
        if place == "account":
            return ACCOUNT
        if place not in self.resources:
            raise SystemExit(f"{self.name} has no {place}, which tests/permissions.toml names")
        return self.resources[place]["id"]


def programs(mrp):
    for folder in sorted((ROOT / "examples").iterdir()):
        if (folder / "pipeline.mrp").exists():
            yield Program(mrp, folder.name, [(f, f.name) for f in folder.iterdir() if f.is_file()])
    for where in ("stdlib/examples", "tests/permissions"):
        for file in sorted((ROOT / where).glob("*.mrp")):
            yield Program(mrp, file.stem, [(file, "pipeline.mrp")])


# ---- what is asked ----

def ask(program, place, entry, principal=None):
    statements = program.policy_of(place)
    for wanted, calls in ((True, entry.get("may", [])), (False, entry.get("may_not", []))):
        for action, resource, *context in calls:
            values = {k: program.fill(v) for k, v in (context[0] if context else {}).items()}
            target = program.fill(resource)
            is_so = is_allowed(statements, action, target, values, principal)
            check(f"{program.name} {place}: {action} on {target} {values or ''} is"
                  f" {'refused' if wanted else 'allowed'}{f' to {principal}' if principal else ''}", is_so == wanted)


def ask_role(program, place, entry):
    properties = program.resources[place]["properties"]
    trust = as_list(properties["AssumeRolePolicyDocument"]["Statement"])
    trusted = sorted({p for s in trust for kind in s["Principal"].values() for p in as_list(kind)})
    wanted = sorted(program.fill(p) for p in entry["assumed_by"])
    check(f"{program.name} {place} is assumed by {trusted}, not by {wanted}", trusted == wanted)
    statements = program.policy_of(place)
    if "only" in entry:
        actions = sorted({a for s in statements if s["Effect"] == "Allow" for a in as_list(s["Action"])})
        check(f"{program.name} {place} may {actions}", actions == sorted(entry["only"]))
    ask(program, place, entry)
    for action, resource in NEVER:
        check(f"{program.name} {place} may {action} on {resource}",
              not is_allowed(statements, action, resource, {}))


def fits(entry, program, place):
    return fnmatch.fnmatchcase(program.name, entry["program"]) and fnmatch.fnmatchcase(place, entry["path"])


def main():
    entries = tomllib.loads((ROOT / "tests/permissions.toml").read_text())
    used = set()
    for program in programs(os.path.abspath(sys.argv[1])):
        for place, resource in program.resources.items():
            for entry in entries["policy"]:
                if resource["type"] in POLICY_TYPES and fits(entry, program, place):
                    used.add(id(entry))
                    ask(program, place, entry, program.fill(entry["principal"]))
            if resource["type"] != "AWS::IAM::Role":
                continue
            found = [e for e in entries["role"] if fits(e, program, place)]
            check(f"{program.name}: tests/permissions.toml says nothing of the role {place}", found != [])
            for entry in found:
                used.add(id(entry))
                ask_role(program, place, entry)
    for entry in entries["role"] + entries["policy"]:
        check(f"there is no {entry['path']} in {entry['program']}", id(entry) in used)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
