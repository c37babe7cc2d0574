"""Runs cfn-lint over every template below a folder, in one process; errors count, warnings do not.

usage: lint-templates.py FOLDER
"""
import json
import pathlib
import sys

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


def main():
    passed = failed = 0
    for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.json")):
        if not is_template(path):
            continue
        config = ManualArgs(regions=[region_of(path)])
        errors = [m for m in lint(path.read_text(), config=config) if m.rule.id.startswith("E")]
        for match in errors:
            print(f"FAILED {path}:{match.linenumber}: {match.rule.id} {match.message}")
        passed += not errors
        failed += bool(errors)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
