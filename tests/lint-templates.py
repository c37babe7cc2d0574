"""Runs cfn-lint over every template below a folder, in one process; errors count, warnings do not. Then
looks at each policy: it names actions that IAM knows, nothing allows "*", and all resources are allowed only for
actions that have no resource level. Roles of CloudFormation, and policies that only these have, are left out: theirs
are the permissions that the handlers of resource types publish, whatever they are.

usage: lint-templates.py FOLDER
"""
import importlib.resources
import json
import pathlib
import sys

import cfnlint.data.AdditionalSpecs
from cfnlint.api import lint
from cfnlint.config import ManualArgs


def is_template(path):
    try:
        document = json.loads(path.read_text())
    except ValueError:
        return False
    return isinstance(document, dict) and isinstance(document.get("Resources"), dict)


def region_of(path):
    """Templates lie in a folder of their region where mrp build wrote them."""
    name = path.parent.name
    return name if name.count("-") >= 2 and name[-1].isdigit() else "us-east-1"


def known_actions():
    specs = importlib.resources.files(cfnlint.data.AdditionalSpecs)
    return json.loads((specs / "Policies.json").read_text())


def as_list(value):
    return value if isinstance(value, list) else [value]


def statements(value):
    """All statements of policies in a part of a template."""
    if isinstance(value, list):
        for item in value:
            yield from statements(item)
    elif isinstance(value, dict):
        if "Version" in value and "Statement" in value:
            yield from as_list(value["Statement"])
        for item in value.values():
            yield from statements(item)


def is_known(known, action):
    service, _, name = action.partition(":")
    return "*" in action or name.lower() in known.get(service.lower(), {}).get("Actions", {})


def has_resource_level(known, action):
    service, _, name = action.partition(":")
    return bool(known.get(service.lower(), {}).get("Actions", {}).get(name.lower(), {}).get("Resources"))


def is_of_cloudformation(resource, resources):
    properties = resource.get("Properties", {})
    trust = properties.get("AssumeRolePolicyDocument", {})
    if "cloudformation.amazonaws.com" in json.dumps(trust):
        return True
    if resource.get("Type") != "AWS::IAM::ManagedPolicy":
        return False
    roles = [resources.get(role.get("Ref")) for role in properties.get("Roles", []) if isinstance(role, dict)]
    return bool(roles) and all(role and is_of_cloudformation(role, {}) for role in roles)


def is_own_key(statement):
    """The account's own statement in a key's policy, in which "*" is the key."""
    principal = statement.get("Principal")
    return isinstance(principal, dict) and ":root" in json.dumps(principal)


def statement_mistakes(known, statement):
    actions = [a for a in as_list(statement.get("Action", [])) if isinstance(a, str)]
    for action in actions:
        if not is_known(known, action):
            yield f"IAM has no action {action}"
    if statement.get("Effect") != "Allow":
        return
    if "NotAction" in statement or "NotResource" in statement:
        yield "a statement allows all but some"
    for action in actions:
        if "*" in action and not is_own_key(statement):
            yield f"a statement allows {action}"
    if "Principal" in statement or as_list(statement.get("Resource")) != ["*"]:
        return
    for action in actions:
        if has_resource_level(known, action):
            yield f"{action} is allowed for all resources"


def policy_mistakes(known, template):
    for resource in template["Resources"].values():
        if is_of_cloudformation(resource, template["Resources"]):
            continue
        for statement in statements(resource):
            if isinstance(statement, dict):
                yield from statement_mistakes(known, statement)


def main():
    passed = failed = 0
    known = known_actions()
    for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.json")):
        if not is_template(path):
            continue
        config = ManualArgs(regions=[region_of(path)])
        text = path.read_text()
        errors = [m for m in lint(text, config=config) if m.rule.id.startswith("E")]
        for match in errors:
            print(f"FAILED {path}:{match.linenumber}: {match.rule.id} {match.message}")
        mistakes = list(policy_mistakes(known, json.loads(text)))
        for mistake in mistakes:
            print(f"FAILED {path}: {mistake}")
        passed += not (errors or mistakes)
        failed += bool(errors or mistakes)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
