#!/usr/bin/env python3
"""What AWS answered, as vectors/cloudformation records it, against what mrp sandbox serve answers.

    recordings.py MRP [--show] [WORD]

Each recording is replayed through boto3. Where the sandbox answers otherwise, a row of the table of
differences in docs/sandbox.md must say so; a row that nothing needs is a mistake too, and so is a
recording that is neither replayed nor in the table of those that are not. --show prints every
difference; WORD replays only recordings with that word in their name.
"""
import fnmatch
import hashlib
import json
import os
import pathlib
import re
import sys

import botocore.exceptions

import calls
import calls_services  # noqa: F401: these three add to calls.CALLS
import calls_stacks  # noqa: F401
import calls_values  # noqa: F401
import cases
import harness
from harness import check, settle

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "sandbox.md"
STACK = re.compile(r"stack/stack-[0-9a-f]{8}/")  # of a recording, by its own name
PLACEHOLDER = re.compile(r"<[a-z][a-z0-9_-]*(?::\d+)?>")

# Lists that AWS tells in any order, and by what their items are told apart.
ANY_ORDER = {
    "Details": lambda d: (d["Target"].get("Name", ""), d["Evaluation"], d["ChangeSource"]),
    "Parameters": lambda p: p["ParameterKey"],
    "ResourceIdentifierSummaries": lambda s: s["ResourceType"],
}


# --- comparing ----------------------------------------------------------------------------------

def without_chance(text):
    """Without what differs each time: ends of made-up names, uuids, names of stacks, signed queries."""
    text = re.sub(r"^([A-Za-z0-9]+)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", r"\1-<LOT>", text)
    text = re.sub(r"/[0-9a-f]{8}(-[0-9a-f]{4}){3}-(<random>|[0-9a-f]{12})(?![0-9a-f])", "/<LOT>", text)
    text = re.sub(r"\?X-Amz-Algorithm=.*", "?<LOT>", text)
    return re.sub(r"-[A-Za-z0-9]{12,13}$", "-<LOT>", text)


class Comparison:
    """Collects how an answer differs; <names:1> of the recording stand for what they stood for first."""

    def __init__(self):
        self.names = {}
        self.differences = []

    def note(self, path, how, recorded, found):
        self.differences.append((path, how, recorded, found))

    def text(self, path, recorded, found):
        if recorded in ("url_suffix", "datetime", "timestamp", "resource-status-reason"):
            return
        if recorded.endswith("-date") and path.endswith("EventId"):
            recorded = recorded[:-len("date")]
            found = found[:len(recorded)]
        if STACK.search(recorded):
            recorded, found = STACK.sub("stack/<LOT>/", recorded), STACK.sub("stack/<LOT>/", found)
        if without_chance(recorded) != recorded:
            recorded, found = without_chance(recorded), without_chance(found)
        pattern, at, groups = "", 0, []
        for mark in PLACEHOLDER.finditer(recorded):
            name = mark.group()
            known = self.names.get(name)
            pattern += re.escape(recorded[at:mark.start()])
            pattern += re.escape(known) if known is not None else "(.+?)"
            if known is None:
                groups.append(name)
            at = mark.end()
        match = re.fullmatch(pattern + re.escape(recorded[at:]), found)
        if not match:
            self.note(path, "other", recorded, found)
            return
        for name, value in zip(groups, match.groups()):
            self.names.setdefault(name, value)

    def named(self, key):
        return PLACEHOLDER.sub(lambda mark: self.names.get(mark.group(), mark.group()), key)

    def items(self, path, recorded, found):
        """Changes by their logical id, so that another order is one difference."""
        if recorded and isinstance(recorded[0], dict) and "ResourceChange" in recorded[0]:
            def key(item):
                return item["ResourceChange"]["LogicalResourceId"]
            if [key(i) for i in recorded] != [key(i) for i in found] and \
                    sorted(map(key, recorded)) == sorted(map(key, found)):
                self.note(path, "order", [key(i) for i in recorded], [key(i) for i in found])
            recorded, found = sorted(recorded, key=key), sorted(found, key=key)
            ours, theirs = {key(i): i for i in found}, {key(i): i for i in recorded}
            for name in theirs.keys() - ours.keys():
                self.note(f"{path}/*", "missing", theirs[name], None)
            for name in ours.keys() - theirs.keys():
                self.note(f"{path}/*", "extra", None, ours[name])
            for name in sorted(theirs.keys() & ours.keys()):
                self.value(f"{path}/*", theirs[name], ours[name])
            return
        if len(recorded) != len(found):
            self.note(path, "count", recorded, found)
            return
        order = ANY_ORDER.get(path.rsplit("/", 1)[-1])
        if order and recorded and isinstance(recorded[0], dict):
            recorded, found = sorted(recorded, key=order), sorted(found, key=order)
        for one, other in zip(recorded, found):
            self.value(f"{path}/*", one, other)

    def value(self, path, recorded, found):
        if isinstance(recorded, dict) and isinstance(found, str):
            try:
                found = json.loads(found)
            except ValueError:
                pass
        if isinstance(recorded, dict) and isinstance(found, dict):
            for key in recorded:
                if key == "ResponseMetadata":
                    continue
                actual = self.named(key)
                if actual not in found:
                    self.note(f"{path}/{key}", "missing", recorded[key], None)
                else:
                    self.value(f"{path}/{key}", recorded[key], found[actual])
            known = {self.named(key) for key in recorded}
            for key in found:
                if key not in known and key != "ResponseMetadata":
                    self.note(f"{path}/{key}", "extra", None, found[key])
        elif isinstance(recorded, list) and isinstance(found, list):
            self.items(path, recorded, found)
        elif isinstance(recorded, str) and isinstance(found, str):
            self.text(path, recorded, found)
        elif isinstance(recorded, str) and recorded in ("datetime", "timestamp"):
            return
        elif recorded != found:
            self.note(path, "other", recorded, found)


def plain(value):
    """An answer in the form of the recordings."""
    text = json.dumps(value, default=lambda _: "datetime")
    return json.loads(text.replace(harness.ACCOUNT, "111111111111").replace("us-east-1", "<region>")
                      .replace("arn:aws:", "arn:<partition>:"))


def compare(recorded, found, in_part):
    """in_part: what is not in found was answered by a service that is not there."""
    comparison = Comparison()
    comparison.names.update({"<region>": "<region>", "<partition>": "<partition>"})
    # What is said at creation names ids and stacks: the rest is read with these names.
    for key in sorted(recorded, key=lambda k: not k.startswith("create")):
        if key in found:
            comparison.value(key, recorded[key], plain(found[key]))
        elif not in_part:
            comparison.note(key, "missing", recorded[key], None)
    return comparison.differences


# --- replaying ----------------------------------------------------------------------------------

def parameters(values):
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]


def replay_update(server, recorded, stack, before, after, p1, p2, puts):
    """A change set that creates, one that updates, deletion: as the recordings went."""
    client, ssm, found = server.client("cloudformation"), server.client("ssm"), {}
    capabilities = recorded["describe-change-set-1"]["Capabilities"]
    events = recorded["per-resource-events"]
    for number, (body, values, kind) in enumerate([(before, p1, "CREATE"), (after, p2, "UPDATE")], 1):
        for name, value in puts[number - 1].items():
            if name.startswith("s3://"):
                calls_stacks.put(server, *name.removeprefix("s3://").split("/"), value)
            else:
                ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
        made = client.create_change_set(StackName=stack, ChangeSetName="change-set",
                                        TemplateBody=json.dumps(body), ChangeSetType=kind,
                                        Parameters=parameters(values),
                                        Capabilities=capabilities)
        found[f"create-change-set-{number}"] = made
        named = {"ChangeSetName": made["Id"]}
        found[f"describe-change-set-{number}-prop-values"] = \
            client.describe_change_set(**named, IncludePropertyValues=True)
        found[f"describe-change-set-{number}"] = client.describe_change_set(**named)
        found[f"execute-change-set-{number}"] = client.execute_change_set(**named)
        found[f"post-create-{number}-describe"] = settle(client, made["StackId"])
    if not any(e["ResourceStatus"] == "DELETE_COMPLETE" and
               e["ResourceType"] == "AWS::CloudFormation::Stack"
               for es in events.values() for e in es):
        found["per-resource-events"] = calls.events_by_resource(client, made["StackId"], events)
    client.delete_stack(StackName=made["StackId"])
    found["delete-describe"] = settle(client, made["StackId"])
    if "all-events" in recorded:
        found["all-events"] = calls.all_events(client, made["StackId"])
    found.setdefault("per-resource-events", calls.events_by_resource(client, made["StackId"], events))
    return found


def find_vectors():
    """MRP_VECTORS, or shared/vectors beside a folder above this one; its recordings, or None."""
    given = os.environ.get("MRP_VECTORS")
    places = [pathlib.Path(given)] if given else [p / "shared" / "vectors" for p in DOCS.parents]
    return next((p / "cloudformation" for p in places if (p / "cloudformation").is_dir()), None)


def recordings(vectors):
    for file in sorted(vectors.rglob("*.snapshot.json")):
        name = str(file.relative_to(vectors)).removesuffix(".snapshot.json")
        for key, value in json.loads(file.read_text()).items():
            yield f"{name}:{key.split('::', 1)[1]}", value["recorded-content"]


def clean(client):
    """Deletes all stacks, so that names are free again: importers first, where some are imported."""
    left = client.describe_stacks()["Stacks"]
    for _ in range(3):
        for stack in left:
            if stack["EnableTerminationProtection"]:
                client.update_termination_protection(StackName=stack["StackId"],
                                                     EnableTerminationProtection=False)
            try:
                client.delete_stack(StackName=stack["StackId"])
            except botocore.exceptions.ClientError:
                continue
            settle(client, stack["StackId"])
        left = client.describe_stacks()["Stacks"]
        if not left:
            return


def replay(server, name, recorded):
    number = hashlib.sha256(name.encode()).hexdigest()[:8]
    if name in cases.UPDATES:
        return replay_update(server, recorded, "stack-" + number, *cases.UPDATES[name])
    found = calls.CALLS[name](server, "stack-" + number)
    return {key: value for key, value in found.items() if key in recorded}


# --- the tables of the docs ---------------------------------------------------------------------

def table(heading):
    """The rows below a heading of docs/sandbox.md: patterns in backticks, and the other cells."""
    text = DOCS.read_text().split(heading + "\n", 1)[1]
    rows = []
    for line in text.splitlines():
        if line.startswith("#"):
            break
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0].startswith("`"):
            rows.append((re.findall(r"`([^`]+)`", cells[0]), cells[1:]))
    return rows


def explain(rows, found):
    """Whether a row says so; marks the row as needed."""
    for index, (patterns, _) in enumerate(rows):
        if any(fnmatch.fnmatchcase(found, pattern.replace("[", "[[]")) for pattern in patterns):
            return index
    return None


def main():
    arguments = [a for a in sys.argv[2:] if a != "--show"]
    show, word = "--show" in sys.argv, (arguments or [""])[0]
    vectors = find_vectors()
    if not vectors:
        print("skipped: there are no recordings here")
        check("without recordings, nothing is replayed", True)
        return
    known, left_out = table("### Where it differs"), table("### Recordings that are not replayed")
    partly = table("### Recordings that are replayed in part")
    used, used_left, used_part, replayed, whole, equal, summary = set(), set(), set(), 0, 0, 0, {}
    with harness.sandbox(sys.argv[1], "recordings") as server:
        client = server.client("cloudformation")
        for name, recorded in recordings(vectors):
            if word not in name:
                continue
            if not recorded or (name not in cases.UPDATES and name not in calls.CALLS):
                row = explain(left_out, name) if recorded else -1
                check(f"{name} is replayed, or said not to be", row is not None)
                used_left.add(row)
                continue
            replayed += 1
            try:
                found = replay(server, name, recorded)
                part = explain(partly, name)
                used_part.add(part)
                whole += part is None
                differences = compare(recorded, found, part is not None)
                check(f"{name} has something to compare", found.keys() & recorded.keys())
            except botocore.exceptions.ClientError as refusal:
                differences = [("all", "refused", None, str(refusal))]
            clean(client)
            equal += not differences
            unexplained = []
            for path, how, one, other in differences:
                path = re.sub(r"(change-set|create)-[12]", r"\1-N", path)
                path = re.sub(r"per-resource-events/[^/]+", "per-resource-events/*", path)
                full = f"{name.split(':')[0]} {path} {how}"
                row = explain(known, full)
                summary.setdefault(f"{path} {how}", []).append(name)
                if row is None:
                    unexplained.append(f"  {path} {how}\n    AWS: {json.dumps(one)[:3000]}\n"
                                       f"    sandbox: {json.dumps(other)[:3000]}")
                used.add(row)
            check(name, not unexplained, "\n".join(unexplained))
    if show:
        for line, names in sorted(summary.items(), key=lambda i: -len(i[1])):
            print(f"{len(names):4} {line}   {names[0]}")
    if not word:
        for index, (patterns, _) in enumerate(known):
            check(f"docs/sandbox.md: {patterns} is still so", index in used)
        for index, (patterns, _) in enumerate(left_out):
            check(f"docs/sandbox.md: {patterns} is a recording", index in used_left)
        for index, (patterns, _) in enumerate(partly):
            check(f"docs/sandbox.md: {patterns} is replayed in part", index in used_part)
    print(f"{replayed} recordings replayed, {whole} of them whole, {equal} without any difference")


main()
harness.finish()
