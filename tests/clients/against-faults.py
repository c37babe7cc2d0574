#!/usr/bin/env python3
"""mrp against mrp sandbox serve behind a proxy that breaks exchanges, in each way that faulty.py knows.

    against-faults.py MRP [always | once | twice | mixed]...

Broken always, a command ends with status 3 and says why; broken once, it does what it was to do.
Nothing hangs: harness.LONGEST ends a command. The last line is "N passed, N failed".
"""
import os
import sys

import faulty
import harness
import lives
from harness import check

MRP = os.path.abspath(sys.argv[1])
# What plan says where every exchange is broken so; throttling alone is waited for, for minutes.
ALWAYS = {
    "html": "HTTP status 503",
    "error": "HTTP status 500",
    "drop": "reset by peer",
    "wait": "HTTP status 503",
    "redirect": "HTTP status 302",
    "moved": "HTTP status 301",
    "skew": "Signature expired",
    "garbage": "HTTP/0.9",
    "headers": "longer than any of AWS's",
    "huge": "longer than any of AWS's",
    "laughs": "declares a document type",
    "deep": "nested too deeply",
    "refusal": "You may not do that",
    "reset": "reset by peer",
    "truncate": "could not be read",
    "short": "remaining to read",
    "long": ("could not be read", "HTTP/0.9"),  # cut, or the rest taken for the next answer
    "zipped": "could not be read",
    "other": "does not exist",
    "again": "one page more",
    "more": "one page more",
}
# These do no harm, however often they come.
HARMLESS = "late", "slow", "twice"
# What stops a command is stopped at once, not tried again.
FINAL = "redirect", "moved", "headers", "huge", "refusal", "other"
# Each first exchange of an action is broken: mrp gets over it. Others are in the mixture.
ONCE = "wait", "garbage", "short", "long", "zipped"


def client(server):
    return lambda region: server.client("cloudformation", region)


def plan(life, server, fault):
    """What plan says where every exchange is broken, and how many there were."""
    with faulty.proxy(server.port, faulty.always(fault)) as proxy:
        done = harness.run_mrp(MRP, life.place, proxy.url, "plan", "-s", "wait=45",
                               AWS_MAX_ATTEMPTS="2")
    life.check(f"{fault}: no file is shown", "root:" not in done.all)
    life.look_at_log()
    return done, proxy.count


def with_faults_always():
    """A change is planned to a stack that is there."""
    with harness.sandbox(MRP, "always", "--pace", "600") as server:
        life = lives.Life(MRP, "always", server.url, client(server))
        life.run("apply", "apply", "--yes")
        stood = life.world()
        for fault, words in ALWAYS.items():
            done, count = plan(life, server, fault)
            said = words if isinstance(words, tuple) else (words,)
            life.check(fault, done.returncode == 3 and any(w in done.stderr for w in said) and
                       done.stdout == "" and done.stderr.count("\n") <= 3,
                       f"exit {done.returncode}\n{done.all}")
            if fault in FINAL:
                life.check(f"{fault}: it is not tried again", count <= 6, count)
        done, _ = plan(life, server, "skew")
        life.check("the clock is corrected, and that is said",
                   "this machine's clock is 3" in done.stderr, done.all)
        for fault in HARMLESS:
            done, _ = plan(life, server, fault)
            life.check(fault, done.returncode == 0 and "plan: 1 to change" in done.stdout, done.all)
        life.check("plans changed nothing", life.world() == stood, life.world())


def told_by(done):
    """The lines of an apply that tell of stacks, without their times."""
    return [line.split(" after ")[0] for line in done.all.splitlines() if line.startswith("us-")]


def with_faults_once():
    """A deployment with each first exchange of an action broken."""
    for fault in ONCE:
        with harness.sandbox(MRP, "once-" + fault, "--pace", "600") as server:
            with faulty.proxy(server.port, faulty.first_of_each(fault)) as proxy:
                life = lives.Life(MRP, "once-" + fault, proxy.url, client(server),
                                  AWS_MAX_ATTEMPTS="5")
                life.run("apply", "apply", "--yes")
                life.check("all is there", life.states() ==
                           dict.fromkeys(lives.REGIONS, "CREATE_COMPLETE"), life.world())
                life.check("there were faults", proxy.count > 10, proxy.count)


def with_doubled_events():
    """What comes twice is told once."""
    with harness.sandbox(MRP, "twice", "--pace", "600") as server:
        with faulty.proxy(server.port, faulty.always("twice")) as proxy:
            life = lives.Life(MRP, "twice", proxy.url, client(server))
            told = told_by(life.run("apply", "apply", "--yes"))
            life.check("each line is told once", len(told) == len(set(told)) and told, told)


def with_mixture():
    """Every third exchange is broken, each time in another way: the end is that of a quiet day."""
    found = []
    for name, choose in ("quiet", lambda turn, body: None), ("mixed", faulty.every_third()):
        with harness.sandbox(MRP, name, "--pace", "600") as server:
            with faulty.proxy(server.port, choose) as proxy:
                found.append(lives.Life(MRP, name, proxy.url, client(server), lives.WITH_BUCKET,
                                        AWS_MAX_ATTEMPTS="8").whole())
                check(f"{name}: there were enough exchanges", proxy.count > 40, proxy.count)
    check("faults change nothing of the end", found[0] == found[1], found)


harness.run_tests({"always": with_faults_always, "once": with_faults_once,
                   "twice": with_doubled_events, "mixed": with_mixture})
