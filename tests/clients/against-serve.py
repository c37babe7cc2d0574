#!/usr/bin/env python3
"""mrp sandbox serve, as other clients see it: boto3, the AWS CLI, hostile ones, and mrp itself.

    against-serve.py MRP [boto | cli | packages | pages | keys | full | hostile | mrp]...
"""
import datetime
import json
import os
import pathlib
import resource
import socket
import subprocess
import sys

import botocore.auth
from botocore.exceptions import ClientError

import harness
import lives
from harness import check, settle, template

MRP = os.path.abspath(sys.argv[1])
TOPIC = {"T": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "news"}}}


APPLICATION = """Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Action: "sts:AssumeRole", Principal: {Service: lambda.amazonaws.com}}
  F:
    Type: AWS::Lambda::Function
    Properties: {Code: function, Handler: index.handler, Runtime: python3.12, Role: !GetAtt R.Arn}
"""


def refused(what, code, words, call, *arguments, **members):
    """The call fails with that code, and says so."""
    try:
        found = call(*arguments, **members)
    except ClientError as error:
        found = error.response["Error"]
        check(what, found["Code"] == code and words in found["Message"], found)
    else:
        check(what, False, found)


def statuses(client, stack, logical_id):
    events = client.describe_stack_events(StackName=stack)["StackEvents"]
    return [e["ResourceStatus"] for e in reversed(events) if e["LogicalResourceId"] == logical_id]


# --- boto3 --------------------------------------------------------------------------------------

def life_of_a_stack(client):
    made = client.create_stack(StackName="life", TemplateBody=template(TOPIC),
                               Tags=[{"Key": "team", "Value": "a"}])["StackId"]
    seen = client.describe_stacks(StackName="life")["Stacks"][0]
    check("a stack is made", seen["StackStatus"] == "CREATE_IN_PROGRESS", seen)
    refused("a name twice", "AlreadyExistsException", "Stack [life] already exists",
            client.create_stack, StackName="life", TemplateBody=template(TOPIC))
    client.get_waiter("stack_create_complete").wait(StackName="life", WaiterConfig={"Delay": 0})
    check("its events", statuses(client, made, "T") ==
          ["CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"])
    refused("nothing changes", "ValidationError", "No updates are to be performed.",
            client.update_stack, StackName="life", TemplateBody=template(TOPIC))
    client.update_stack(StackName="life", TemplateBody=template(
        {"T": {**TOPIC["T"], "Properties": {"TopicName": "news", "DisplayName": "News"}}}))
    seen = settle(client, made)
    check("it is updated", seen["StackStatus"] == "UPDATE_COMPLETE", seen)
    check("tags stay", seen["Tags"] == [{"Key": "team", "Value": "a"}], seen["Tags"])
    client.update_termination_protection(StackName="life", EnableTerminationProtection=True)
    refused("it is protected", "ValidationError", "TerminationProtection is enabled",
            client.delete_stack, StackName="life")
    client.update_termination_protection(StackName="life", EnableTerminationProtection=False)
    client.delete_stack(StackName="life")
    check("it is deleted", settle(client, made)["StackStatus"] == "DELETE_COMPLETE")
    refused("its name is gone", "ValidationError", "Stack with id life does not exist",
            client.describe_stacks, StackName="life")
    listed = client.list_stacks(StackStatusFilter=["DELETE_COMPLETE"])["StackSummaries"]
    check("it is listed", made in [s["StackId"] for s in listed], listed)


def failures(client):
    """Two topics of one name: the second fails, and all is taken back."""
    twice = {**TOPIC, "U": {**TOPIC["T"], "DependsOn": "T"}}
    made = client.create_stack(StackName="fails", TemplateBody=template(twice))["StackId"]
    seen = settle(client, made)
    check("a failed creation is taken back", seen["StackStatus"] == "ROLLBACK_COMPLETE", seen)
    refused("and cannot be updated", "ValidationError",
            "is in ROLLBACK_COMPLETE state and can not be updated.", client.update_stack,
            StackName="fails", TemplateBody=template(TOPIC))
    check("its events", statuses(client, made, "U")[:2] == ["CREATE_IN_PROGRESS", "CREATE_FAILED"])
    client.delete_stack(StackName="fails")
    settle(client, made)
    made = client.create_stack(StackName="kept", TemplateBody=template(twice),
                               OnFailure="DO_NOTHING")["StackId"]
    check("it can be kept", settle(client, made)["StackStatus"] == "CREATE_FAILED")
    client.delete_stack(StackName="kept")
    settle(client, made)
    made = client.create_stack(StackName="back", TemplateBody=template(TOPIC))["StackId"]
    settle(client, made)
    client.update_stack(StackName="back", TemplateBody=template(twice))
    seen = settle(client, made)
    check("a failed update is taken back", seen["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE", seen)
    client.delete_stack(StackName="back")
    settle(client, made)


def policies(client):
    """A stack policy that lets nothing be replaced or deleted."""
    wide = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
    narrow = {"Effect": "Deny", "Action": ["Update:Replace", "Update:Delete"], "Principal": "*",
              "Resource": "LogicalResourceId/T*"}
    two = {**TOPIC, "Q": {"Type": "AWS::SQS::Queue"}}
    made = client.create_stack(StackName="guarded", TemplateBody=template(two), StackPolicyBody=
                               json.dumps({"Statement": [wide, narrow]}))["StackId"]
    settle(client, made)
    renamed = {**two, "T": {**TOPIC["T"], "Properties": {"TopicName": "other"}}}

    def change(what, resources, status, **members):
        client.update_stack(StackName="guarded", TemplateBody=template(resources), **members)
        seen = settle(client, made)
        check(f"a policy and {what}", seen["StackStatus"] == status, seen)
    change("a replacement", renamed, "UPDATE_ROLLBACK_COMPLETE")
    reasons = [e.get("ResourceStatusReason", "") for e in
               client.describe_stack_events(StackName=made)["StackEvents"]]
    check("what it denies", "Action denied by stack policy: Statement [#2] does not allow "
          "[Update:Replace] for resource [LogicalResourceId/T];" in reasons, reasons)
    change("a deletion", {"Q": two["Q"]}, "UPDATE_ROLLBACK_COMPLETE")
    change("another resource", {**two, "Q": {"Type": "AWS::SQS::Queue",
                                             "Properties": {"VisibilityTimeout": 9}}},
           "UPDATE_COMPLETE")
    change("one for this update", renamed, "UPDATE_COMPLETE",
           StackPolicyDuringUpdateBody=json.dumps({"Statement": [wide]}))
    client.delete_stack(StackName="guarded")
    settle(client, made)
    gone = client.create_stack(StackName="fleeting", TemplateBody=template(
        {**TOPIC, "U": {**TOPIC["T"], "DependsOn": "T"}}), OnFailure="DELETE")["StackId"]
    check("OnFailure DELETE", settle(client, gone)["StackStatus"] == "DELETE_COMPLETE")


def buckets(server, client):
    bucket = {"B": {"Type": "AWS::S3::Bucket", "Properties": {
        "BucketName": "store-1", "VersioningConfiguration": {"Status": "Enabled"}}}}
    made = client.create_stack(StackName="holds", TemplateBody=template(bucket))["StackId"]
    settle(client, made)
    s3 = server.client("s3")
    for body in b"one", b"two":
        s3.put_object(Bucket="store-1", Key="a/b c", Body=body)
    check("an object is read", s3.get_object(Bucket="store-1", Key="a/b c")["Body"].read() == b"two")
    check("its length", s3.head_object(Bucket="store-1", Key="a/b c")["ContentLength"] == 3)
    refused("one that is not there", "NoSuchKey", "does not exist", s3.get_object,
            Bucket="store-1", Key="none")
    refused("a bucket that is not there", "NoSuchBucket", "does not exist", s3.list_objects_v2,
            Bucket="none")
    refused("another's bucket", "AccessDenied", "Access Denied", s3.put_object, Bucket="store-1",
            Key="x", Body=b"", ExpectedBucketOwner="999999999999")
    refused("only once", "PreconditionFailed", "pre-conditions", s3.put_object, Bucket="store-1",
            Key="a/b c", Body=b"", IfNoneMatch="*")
    client.delete_stack(StackName="holds")
    seen = settle(client, made)
    check("a bucket with objects stays", seen["StackStatus"] == "DELETE_FAILED" and
          "[B]" in seen["StackStatusReason"], seen)
    s3.delete_object(Bucket="store-1", Key="a/b c")
    check("a marker hides it", "Contents" not in s3.list_objects_v2(Bucket="store-1"))
    found = s3.list_object_versions(Bucket="store-1")
    check("versions stay", len(found["Versions"]) == 2 and len(found["DeleteMarkers"]) == 1, found)
    s3.delete_objects(Bucket="store-1", Delete={"Objects": [
        {"Key": v["Key"], "VersionId": v["VersionId"]}
        for v in found["Versions"] + found["DeleteMarkers"]]})
    client.delete_stack(StackName="holds")
    check("an empty one goes", settle(client, made)["StackStatus"] == "DELETE_COMPLETE")


def listings(server):
    """S3's order is that of the keys' bytes; pages of any size give the same."""
    s3 = server.client("s3")
    s3.create_bucket(Bucket="listed")
    keys = ["b/2", "a", "b/1", "\u00e4", "Z", "b/c/1", "z z", "\U0001F600", "\uFFFD", "b", "c/x"]
    for key in keys + ["a"]:
        s3.put_object(Bucket="listed", Key=key, Body=b"x")
    ordered = sorted(keys, key=str.encode)
    parts = ["Z", "a", "b", "b/", "c/", "z z", "\u00e4", "\uFFFD", "\U0001F600"]

    def pages(operation, size, member, **more):
        for page in s3.get_paginator(operation).paginate(
                Bucket="listed", PaginationConfig={"PageSize": size}, **more):
            for name in member:
                for entry in page.get(name, []):
                    yield entry.get("Key", entry.get("Prefix"))
    for size in 1, 2, 3, 1000:
        for operation in "list_objects", "list_objects_v2":
            found = list(pages(operation, size, ["Contents"]))
            check(f"{operation} by {size}", found == ordered, found)
            found = sorted(pages(operation, size, ["Contents", "CommonPrefixes"], Delimiter="/"),
                           key=str.encode)
            check(f"{operation} by {size} with a delimiter", found == parts, found)
        found = list(pages("list_object_versions", size, ["Versions"]))
        check(f"versions by {size}", found == ordered, found)
    found = s3.list_objects_v2(Bucket="listed", Prefix="b/", Delimiter="/", StartAfter="b/1")
    check("what is below a prefix", [o["Key"] for o in found["Contents"]] == ["b/2"] and
          [p["Prefix"] for p in found["CommonPrefixes"]] == ["b/c/"], found)
    s3.delete_objects(Bucket="listed", Delete={"Objects": [{"Key": key} for key in keys]})
    s3.delete_bucket(Bucket="listed")


def regions_and_roles(server):
    west = server.client("cloudformation", "us-west-2")
    made = west.create_stack(StackName="west", TemplateBody=template(TOPIC))["StackId"]
    settle(west, made)
    check("the region is the signature's", ":us-west-2:" in made)
    east = server.client("cloudformation")
    check("regions are apart", not east.describe_stacks()["Stacks"])
    keys = server.client("sts").assume_role(RoleArn="arn:aws:iam::123456789012:role/deployer",
                                            RoleSessionName="trial")["Credentials"]
    keys = {"key": keys["AccessKeyId"], "secret": keys["SecretAccessKey"],
            "token": keys["SessionToken"]}
    arn = server.client("sts", **keys).get_caller_identity()["Arn"]
    check("a role is assumed", arn.endswith(":assumed-role/deployer/trial"), arn)
    refused("its token is needed", "InvalidClientTokenId", "security token",
            server.client("sts", **{**keys, "token": "other"}).get_caller_identity)
    west.delete_stack(StackName="west")
    settle(west, made)


def drift(server, client):
    made = client.create_stack(StackName="drifts", TemplateBody=template(TOPIC))["StackId"]
    settle(client, made)
    detection = client.detect_stack_drift(StackName="drifts")["StackDriftDetectionId"]
    for _ in range(10):
        seen = client.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
        if seen["DetectionStatus"] != "DETECTION_IN_PROGRESS":
            break
    check("drift is looked for", seen["StackDriftStatus"] == "IN_SYNC", seen)
    check("nothing has drifted", not client.describe_stack_resource_drifts(
        StackName="drifts")["StackResourceDrifts"])
    client.delete_stack(StackName="drifts")
    settle(client, made)


def with_boto():
    with harness.sandbox(MRP, "boto") as server:
        client = server.client("cloudformation")
        life_of_a_stack(client)
        failures(client)
        policies(client)
        buckets(server, client)
        listings(server)
        regions_and_roles(server)
        drift(server, client)
        check("the world is empty again", not client.describe_stacks()["Stacks"])
        place = server.folder
    with harness.sandbox(MRP, "boto") as server: # the same folder
        listed = server.client("cloudformation").list_stacks()["StackSummaries"]
        check("the world is kept", {"life", "fails", "holds"} <= {s["StackName"] for s in listed},
              listed)
    check("it is kept in .mrp", (place / ".mrp" / "state.db").exists())


# --- the AWS CLI --------------------------------------------------------------------------------

def aws(server, *arguments, status=0):
    program = pathlib.Path(sys.executable).with_name("aws")
    env = harness.plain_environment(
        AWS_ENDPOINT_URL=server.url, AWS_ACCESS_KEY_ID=harness.KEY,
        AWS_SECRET_ACCESS_KEY=harness.SECRET, AWS_REGION="us-east-1",
        AWS_DEFAULT_REGION="us-east-1", AWS_PAGER="")
    done = subprocess.run([str(program), *arguments], cwd=server.folder, env=env, text=True,
                          capture_output=True, timeout=120)
    check(f"aws {' '.join(arguments[:2])} exits with {status}", done.returncode == status,
          done.stdout + done.stderr)
    return done


def with_cli():
    with harness.sandbox(MRP, "cli") as server:
        (server.folder / "one.json").write_text(template(TOPIC))
        (server.folder / "two.yaml").write_text(
            "Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties:\n"
            "      TopicName: news\n      DisplayName: !Sub 'News of ${AWS::StackName}'\n")
        done = aws(server, "sts", "get-caller-identity", "--output", "text")
        check("the CLI is who it is", "user/sandbox" in done.stdout, done.stdout)
        # deploy makes a change set, executes it and waits for the stack.
        done = aws(server, "cloudformation", "deploy", "--stack-name", "cli",
                   "--template-file", "one.json", "--no-execute-changeset")
        check("deploy names the change set", "describe-change-set" in done.stdout, done.stdout)
        aws(server, "cloudformation", "create-stack", "--stack-name", "cli",
            "--template-body", "file://one.json")
        client = server.client("cloudformation")
        settle(client, "cli")
        aws(server, "cloudformation", "wait", "stack-create-complete", "--stack-name", "cli")
        done = aws(server, "cloudformation", "update-stack", "--stack-name", "cli",
                   "--template-body", "file://one.json", status=255)
        check("the CLI says what AWS says", "An error occurred (ValidationError) when calling the "
              "UpdateStack operation: No updates are to be performed." in done.stderr, done.stderr)
        aws(server, "cloudformation", "update-stack", "--stack-name", "cli",
            "--template-body", "file://two.yaml")
        settle(client, "cli")
        done = aws(server, "cloudformation", "describe-stack-resource", "--stack-name", "cli",
                   "--logical-resource-id", "T", "--query", "StackResourceDetail.ResourceStatus",
                   "--output", "text")
        check("YAML with short forms", done.stdout.strip() == "UPDATE_COMPLETE", done.stdout)
        aws(server, "cloudformation", "delete-stack", "--stack-name", "cli")
        done = aws(server, "cloudformation", "list-stacks", "--query",
                   "StackSummaries[0].StackName", "--output", "text")
        check("it is listed", done.stdout.strip() == "cli", done.stdout)


def with_packages():
    """What "package" and "deploy" put into a bucket, and "deploy" from its change set to its end."""
    with harness.sandbox(MRP, "packages", "--pace", "86400") as server:
        (server.folder / "function").mkdir()
        (server.folder / "function" / "index.py").write_text("def handler(event, context): pass\n")
        (server.folder / "app.yaml").write_text(APPLICATION)
        named = "--stack-name", "app"
        packed = "--template-file", "packed.yaml", "--s3-bucket", "artifacts-1"
        aws(server, "s3", "mb", "s3://artifacts-1")
        aws(server, "s3", "cp", "app.yaml", "s3://artifacts-1/a/app.yaml")
        done = aws(server, "s3", "ls", "s3://artifacts-1/")
        check("a folder is listed", done.stdout.split() == ["PRE", "a/"], done.stdout)
        aws(server, "s3", "cp", "s3://artifacts-1/a/app.yaml", "back.yaml")
        check("an object comes back", (server.folder / "back.yaml").read_text() == APPLICATION)
        aws(server, "cloudformation", "package", "--template-file", "app.yaml", "--s3-bucket",
            "artifacts-1", "--output-template-file", "packed.yaml")
        done = aws(server, "cloudformation", "deploy", *named, *packed, status=255)
        check("deploy says what is needed", "Requires capabilities : [CAPABILITY_IAM]" in done.stderr,
              done.stderr)
        done = aws(server, "cloudformation", "deploy", *named, *packed, "--capabilities",
                   "CAPABILITY_IAM")
        check("deploy waits for the end", "Successfully created/updated" in done.stdout, done.stdout)
        done = aws(server, "cloudformation", "deploy", *named, *packed, "--capabilities",
                   "CAPABILITY_IAM", "--no-fail-on-empty-changeset")
        check("deploy finds nothing to do", "No changes to deploy" in done.stdout, done.stdout)
        aws(server, "cloudformation", "delete-stack", *named)
        aws(server, "cloudformation", "wait", "stack-delete-complete", *named)
        aws(server, "s3", "rb", "s3://artifacts-1", "--force")


# --- pages --------------------------------------------------------------------------------------

def with_pages():
    """Lists of more than a page, as boto3 puts them together."""
    with harness.sandbox(MRP, "pages") as server:
        client, s3 = server.client("cloudformation"), server.client("s3")
        many = {f"T{i:03}": {"Type": "AWS::SSM::Parameter", "Properties": {
            "Type": "String", "Value": "x"}} for i in range(230)}
        outs = {f"O{i:03}": {"Value": "x", "Export": {"Name": f"export-{i:03}"}} for i in range(130)}
        made = client.create_change_set(StackName="many", ChangeSetName="all", ChangeSetType="CREATE",
                                        TemplateBody=template(many, Outputs=outs))["Id"]

        def whole(action, key, **members):
            pages = list(client.get_paginator(action).paginate(**members))
            return len(pages), [item for page in pages for item in page[key]]
        count, found = whole("describe_change_set", "Changes", ChangeSetName=made)
        check("changes come in pages", count == 3 and len(found) == 230, (count, len(found)))
        client.execute_change_set(ChangeSetName=made)
        settle(client, "many")
        for action, key, size, members in (
                ("list_stack_resources", "StackResourceSummaries", 230, {"StackName": "many"}),
                ("list_exports", "Exports", 130, {}),
                ("describe_stack_events", "StackEvents", 230 * 3 + 3, {"StackName": "many"})):
            count, found = whole(action, key, **members)
            whole_ones = {json.dumps(item, default=str) for item in found}
            check(f"{action} in pages", count > 1 and len(found) == len(whole_ones) == size,
                  (count, len(found), len(whole_ones)))
        for i in range(120):
            client.create_change_set(StackName="many", ChangeSetName=f"set-{i}", TemplateBody=template(
                {**many, "New": {"Type": "AWS::SNS::Topic"}}))
        count, found = whole("list_change_sets", "Summaries", StackName="many")
        check("change sets in pages", (count, len(found)) == (2, 120), (count, len(found)))
        s3.create_bucket(Bucket="pages-1")
        for i in range(12):
            s3.put_object(Bucket="pages-1", Key=f"{i % 3}/{i:02}", Body=b"x")
        pages = list(s3.get_paginator("list_objects_v2").paginate(
            Bucket="pages-1", PaginationConfig={"PageSize": 5}))
        keys = [o["Key"] for page in pages for o in page["Contents"]]
        check("objects in pages", len(pages) == 3 and keys == sorted(keys) and len(keys) == 12, keys)
        found = s3.list_objects_v2(Bucket="pages-1", Delimiter="/", MaxKeys=2)
        check("folders in pages", [p["Prefix"] for p in found["CommonPrefixes"]] == ["0/", "1/"] and
              found["IsTruncated"], found)


# --- keys and clocks ----------------------------------------------------------------------------

def at_another_time(hours, call):
    """Signs as a machine whose clock is wrong."""
    real = botocore.auth.get_current_datetime

    def shifted(*arguments, **members):
        return real(*arguments, **members) + datetime.timedelta(hours=hours)
    botocore.auth.get_current_datetime = shifted
    try:
        return call()
    finally:
        botocore.auth.get_current_datetime = real


def with_keys():
    with harness.sandbox(MRP, "keys") as server:
        for service, call, wrong, unknown in (
                ("cloudformation", "describe_stacks", "SignatureDoesNotMatch",
                 "InvalidClientTokenId"),
                ("sts", "get_caller_identity", "SignatureDoesNotMatch", "InvalidClientTokenId"),
                ("s3", "list_buckets", "SignatureDoesNotMatch", "InvalidAccessKeyId"),
                ("ssm", "get_parameters", "InvalidSignatureException",
                 "UnrecognizedClientException")):
            members = {"Names": ["x"]} if service == "ssm" else {}
            refused(f"{service}: a wrong secret", wrong, "signature",
                    getattr(server.client(service, secret="PLANTED-SECRET"), call), **members)
            refused(f"{service}: an unknown key", unknown, "",
                    getattr(server.client(service, key="AKIAUNKNOWN"), call), **members)
        client = server.client("cloudformation")
        if hasattr(botocore.auth, "get_current_datetime"):
            at_another_time(-1, lambda: refused("a clock that is late", "SignatureDoesNotMatch",
                                                "Signature expired: ", client.describe_stacks))
            at_another_time(1, lambda: refused("a clock that is early", "SignatureDoesNotMatch",
                                               "Signature not yet current: ",
                                               client.describe_stacks))
        refused("a service that it has not", "UnknownService", "no service",
                server.client("iam").list_users)
        refused("an action that it has not", "InvalidAction", "DescribeOrganizationsAccess",
                client.describe_organizations_access)
        place = harness.make_program("wrong-key", lives.PROGRAM)
        done = harness.run_mrp(MRP, place, server.url, "plan", AWS_SECRET_ACCESS_KEY="PLANTED-SECRET")
        check("mrp with a wrong secret", done.returncode == 3 and "signature" in done.stderr, done.all)
        check("it is not shown", "PLANTED-SECRET" not in done.all + (place / "mrp.log").read_text())


# --- hostile clients ----------------------------------------------------------------------------

def send(server, request, shut=True):
    """Raw bytes; what came back before the server closed or fell silent."""
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        connection.settimeout(10)
        answer = b""
        try:
            connection.sendall(request)
            if shut:
                connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65536):
                answer += chunk
        except OSError:
            pass
        return answer


def with_full_disk():
    """What could not be kept is told in each protocol's own form of an error."""
    with harness.sandbox(MRP, "full") as server:
        def change(name):
            return {
                "cloudformation": lambda client: client.create_stack(
                    StackName=name, TemplateBody=template(TOPIC)),
                "s3": lambda client: client.create_bucket(Bucket=name),
                "ssm": lambda client: client.put_parameter(Name=name, Value="v", Type="String"),
            }
        before = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        for service, call in change("kept-not").items():
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, before[1]))
            refused(f"{service} with a full disk", "InternalFailure", "disk", call,
                    server.client(service))
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, before)
        for service, call in change("kept").items():
            answer = call(server.client(service))
            check(f"{service} once there is room", answer["ResponseMetadata"]["HTTPStatusCode"]
                  == 200, answer)


def with_hostility():
    with harness.sandbox(MRP, "hostile-serve") as server:
        head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        check("no signature", b" 403 " in send(server, head + b"Content-Length: 0\r\n\r\n")[:20])
        claim = (b"Authorization: AWS4-HMAC-SHA256 Credential=sandbox/20260101/us-east-1/"
                 b"cloudformation/aws4_request, SignedHeaders=host, Signature=" + b"0" * 64 + b"\r\n")
        answer = send(server, head + claim + b"X-Amz-Date: 20260101T000000Z\r\nContent-Length: 3\r\n\r\na=b")
        check("an old signature", b"SignatureDoesNotMatch" in answer, answer)
        for what, request in (
                ("no HTTP", b"\x00\x01\x02\x03\r\n\r\n" * 50),
                ("a long line", b"GET /" + b"a" * 200000 + b" HTTP/1.1\r\n\r\n"),
                ("many headers", head + b"".join(b"X-%d: y\r\n" % i for i in range(20000)) + b"\r\n"),
                ("a length that is none", head + b"Content-Length: -5\r\n\r\n"),
                ("claims of nothing", head + b"Authorization: AWS4-HMAC-SHA256 Credential=////,"
                                             b"SignedHeaders=;;;,Signature=\r\n\r\n"),
                ("a date that is none", head + claim + b"X-Amz-Date: 2026\xff\r\nContent-Length: 0\r\n\r\n")):
            answer = send(server, request)
            check(f"hostile: {what}", not answer or b"HTTP/1.1 4" in answer[:12], answer[:200])
        with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
            connection.sendall(head + b"Content-Length: 1000\r\n\r\nabc")  # and no more
        answer = send(server, head + b"Content-Length: 100000000\r\n\r\n", shut=False)
        check("too large", b" 413 " in answer[:20], answer[:200])
        slow = [socket.create_connection(("127.0.0.1", server.port), 10) for _ in range(20)]
        for connection in slow:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\na")
        client = server.client("cloudformation")
        check("it serves beside slow ones", client.describe_stacks()["Stacks"] == [])
        for connection in slow:
            connection.close()
        for what, members in (("a form of lists", {"Parameters": [
                {"ParameterKey": "k" * 200, "ParameterValue": "v"} for _ in range(190)]}),):
            refused(what, "ValidationError", "do not exist in the template", client.create_stack,
                    StackName="s", TemplateBody=template(TOPIC), **members)
        refused("a template that is none", "ValidationError", "Template format error",
                client.create_stack, StackName="s", TemplateBody="{" * 2000)
        check("and lives on", client.describe_stacks()["Stacks"] == [])


# --- mrp itself ---------------------------------------------------------------------------------

def with_mrp():
    """A deployment with a bucket, which holds objects when it is to go."""
    with harness.sandbox(MRP, "undisturbed", "--pace", "600") as server:
        def fill():
            buckets = server.client("s3", "us-west-2")
            bucket = buckets.list_buckets()["Buckets"][0]["Name"]
            for key in "a", "b":
                buckets.put_object(Bucket=bucket, Key=key, Body=b"x")
        lives.Life(MRP, "mrp", server.url, lambda region: server.client("cloudformation", region),
                   lives.WITH_BUCKET).whole(fill)


harness.run_tests({"boto": with_boto, "cli": with_cli, "packages": with_packages,
                   "pages": with_pages, "keys": with_keys, "full": with_full_disk,
                   "hostile": with_hostility, "mrp": with_mrp})
