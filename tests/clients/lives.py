"""A deployment of mrp from its plan to its end, over the network, looked at by another client."""
import json

import harness
from harness import check

JOBS = '''param wait: int = 30

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
'''
PROGRAM = JOBS + "}\n"
WITH_BUCKET = ("import std.storage\n\n" + JOBS +
               '  resource store: storage.Bucket { on_destroy = "empty" }\n}\n')
REGIONS = "us-east-1", "us-west-2"


class Life:
    """client(region) looks at what is there, past any proxy."""

    def __init__(self, mrp, name, url, client, program=PROGRAM, **variables):
        self.mrp, self.name, self.url, self.client = mrp, name, url, client
        self.variables = variables
        self.place = harness.make_program("life-" + name, program)

    def check(self, what, good, detail=""):
        check(f"{self.name}: {what}", good, detail)

    def run(self, what, *arguments, code=0):
        done = harness.run_mrp(self.mrp, self.place, self.url, *arguments, **self.variables)
        self.check(what, done.returncode == code, f"exit {done.returncode}\n{done.all}")
        return done

    def world(self):
        """The stacks that there are, without what chance or time decides."""
        return [(region, stack["StackName"], stack["StackStatus"],
                 sorted(o["OutputKey"] for o in stack.get("Outputs", [])),
                 sorted(map(str, stack["Tags"])))
                for region in REGIONS
                for stack in self.client(region).describe_stacks()["Stacks"]]

    def states(self):
        return {region: status for region, _, status, _, _ in self.world()}

    def whole(self, before_the_end=None):
        """Plans, deploys, changes, looks and destroys; what was there on the way, by step."""
        done = self.run("plan", "plan", "--detailed-exitcode", code=10)
        self.check("plan names all", " to add, in 2 stacks" in done.stdout, done.all)
        left = [self.world()]
        self.check("plan made nothing", left == [[]], left)
        self.run("apply", "apply", "--yes")
        left.append(self.world())
        self.check("deployed", self.states() == dict.fromkeys(REGIONS, "CREATE_COMPLETE"), left)
        self.run("nothing changes", "plan", "--detailed-exitcode")
        self.run("a change", "apply", "--yes", "-s", "wait=45")
        left.append(self.world())
        self.check("updated", self.states().get("us-east-1") == "UPDATE_COMPLETE", left)
        done = self.run("status", "status")
        self.check("status names it", "trial-dev" in done.stdout, done.all)
        if before_the_end:
            before_the_end()
        self.run("destroy", "destroy", "--yes=dev")
        left.append(self.world())
        self.check("nothing is left", left[-1] == [], left[-1])
        self.look_at_log()
        return left

    def look_at_log(self):
        log = (self.place / "mrp.log").read_text()
        self.check("the log is JSON", all(json.loads(line) for line in log.splitlines()))
        secret = self.variables.get("AWS_SECRET_ACCESS_KEY")
        self.check("the log holds no secret", not secret or secret not in log)
