"""Validates what mrp prints for machines against docs/schemas, on every case and example.

usage: validate-json.py MRP
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import jsonschema

# What servers that build read, as the schema of Jenkins (junit-10.xsd) has it: an element's attributes that must be and
# may be, and what may stand in it. "file" and "line" of a case are GitLab's, which the others pass over.
JUNIT = {
    "testsuites": ((), ("name", "tests", "failures", "errors", "disabled", "time"), ("testsuite",)),
    "testsuite": (("name", "tests"), ("failures", "errors", "skipped", "disabled", "time", "timestamp", "hostname",
                                      "id", "package"), ("properties", "testcase", "system-out", "system-err")),
    "testcase": (("name", "classname"), ("time", "group", "assertions", "status", "file", "line"),
                 ("skipped", "error", "failure", "system-out", "system-err")),
    "failure": (("message", "type"), (), ()),
    "system-out": ((), (), ()),
}

TOP = pathlib.Path(__file__).resolve().parent.parent


class Forms:
    def __init__(self, mrp):
        self.mrp = str(pathlib.Path(mrp).resolve())
        self.passed = self.failed = 0
        self.validators = {}
        for path in (TOP / "docs/schemas").glob("*.schema.json"):
            schema = json.loads(path.read_text())
            jsonschema.Draft202012Validator.check_schema(schema)
            self.validators[path.name.split(".")[0]] = jsonschema.Draft202012Validator(schema)

    def validate(self, form, text, what):
        try:
            errors = [e.message for e in self.validators[form].iter_errors(json.loads(text))]
        except ValueError as error:
            errors = [str(error)]
        for message in errors[:3]:
            print(f"FAILED {what} ({form}): {message[:300]}")
        self.passed += not errors
        self.failed += bool(errors)

    def expect(self, holds, what):
        if not holds:
            print(f"FAILED {what}")
        self.passed += bool(holds)
        self.failed += not holds

    def sarif(self, program):
        """What SARIF 2.1.0 (OASIS, sections 3.13 to 3.58) says of the objects that mrp writes."""
        log = json.loads(self.run("check", "--format", "sarif", str(program)).stdout)
        run, = log["runs"]
        rules = run["tool"]["driver"]["rules"]
        holds = log["version"] == "2.1.0" and run["tool"]["driver"]["name"] == "mrp"
        holds &= len({rule["id"] for rule in rules}) == len(rules)
        holds &= all(rule["shortDescription"]["text"] and rule["help"]["text"] for rule in rules)
        for result in run["results"]:
            holds &= rules[result["ruleIndex"]]["id"] == result["ruleId"]
            holds &= result["level"] in ("none", "note", "warning", "error") and bool(result["message"]["text"])
            holds &= all(s["kind"] in ("inSource", "external") and s.get("justification", "x")
                         for s in result.get("suppressions", []))
            for location in result["locations"] + result.get("relatedLocations", []):
                region = location["physicalLocation"]["region"]
                start = region["startLine"], region["startColumn"]
                holds &= (1, 1) <= start <= (region["endLine"], region["endColumn"])
                holds &= not location["physicalLocation"]["artifactLocation"]["uri"].startswith("/")
            for change in (c for fix in result.get("fixes", []) for c in fix["artifactChanges"]):
                holds &= all("deletedRegion" in r for r in change["replacements"])
        self.expect(holds, f"{program} (sarif)")

    def junit(self, program, command="check"):
        """Well formed, as JUNIT says, and the counts are those of the cases."""
        text = self.run(command, "--format", "junit", str(program)).stdout
        if command == "test" and not text:
            return
        root = xml.etree.ElementTree.fromstring(text)
        suite, = root.findall("testsuite")
        cases = suite.findall("testcase")
        holds = root.tag == "testsuites" and int(suite.get("tests")) == len(cases) >= (command == "check")
        holds &= int(suite.get("failures")) == len(suite.findall("testcase/failure"))
        for element in root.iter():
            must, may, inside = JUNIT[element.tag]
            holds &= all(element.get(name) for name in must) and set(element.keys()) <= {*must, *may}
            holds &= all(child.tag in inside for child in element)
            holds &= not inside or not (element.text or "").strip()
        self.expect(holds, f"{program} ({command} --format junit)")

    def run(self, *arguments):
        return subprocess.run([self.mrp, *arguments], capture_output=True, text=True, check=False)

    def deploy(self, program):
        """Plans, applies, looks at and destroys it in the sandbox."""
        with tempfile.TemporaryDirectory() as scratch:
            shutil.copytree(program.parent, scratch, dirs_exist_ok=True)
            path = str(pathlib.Path(scratch, program.name))
            common = (path, "--sandbox", "--format", "json")
            self.validate("plan", self.run("plan", *common).stdout, program)
            done = self.run("apply", "--yes", *common)
            for line in done.stdout.splitlines():
                self.validate("apply", line, program)
            self.validate("status", self.run("status", *common).stdout, program)
            self.validate("drift", self.run("drift", *common).stdout, program)
            for line in self.run("destroy", "--yes=dev", *common).stdout.splitlines():
                self.validate("apply", line, program)

    def check(self, program):
        self.sarif(program.relative_to(pathlib.Path.cwd()))
        self.junit(program)
        done = self.run("check", "--format", "json", str(program))
        self.validate("check", done.stdout, program)
        if done.returncode:
            return
        with tempfile.TemporaryDirectory() as scratch:
            built = self.run("build", "--format", "json", "-o", scratch, str(program))
            if built.returncode == 0:
                self.validate("build", built.stdout, program)
                manifest = pathlib.Path(scratch, "manifest.json").read_text()
                self.validate("manifest", manifest, program)


def main():
    forms = Forms(sys.argv[1])
    os.chdir(TOP)
    programs = sorted(p for p in (TOP / "tests/cases").rglob("*.mrp") if "files" not in p.parts)
    examples = sorted((TOP / "examples").glob("*/pipeline.mrp"))
    for program in programs + examples:
        forms.check(program)
    for program in (p for p in programs if b"test " in p.read_bytes()):
        forms.junit(program, "test")
        tested = forms.run("test", "--coverage", "--format", "json", str(program))
        if '"tests"' in tested.stdout:
            forms.validate("test", tested.stdout, program)
    for name in ("two_regions", "empty", "drift", "rollback", "large"):
        forms.deploy(TOP / "tests/cases/deploy" / f"{name}.mrp")
    for what in ("AWS::S3::Bucket", "upper", "syntax", "region", "std.storage.Bucket"):
        forms.validate("explain", forms.run("explain", "--format", "json", what).stdout, what)
    print(f"{forms.passed} passed, {forms.failed} failed")
    return 1 if forms.failed else 0


sys.exit(main())
