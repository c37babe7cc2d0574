"""Recordings of the life of stacks, change sets, policies and templates: calls.py says how they are kept."""
import json

from botocore.exceptions import WaiterError

from calls import (ALL, ALLOW, CALLS, DENY, IN_JSON, PARAMETER, TOPIC_BY_NAME, deploy, error, given,
                   make, outputs, recording)
from cases import ref, stored, topic
from harness import settle, template


def put(server, bucket, key, body):
    """An object in a bucket that no stack made."""
    s3 = server.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key=key, Body=body)


def url_of(bucket, key):
    return f"https://s3.us-east-1.amazonaws.com/{bucket}/{key}"


# --- change sets --------------------------------------------------------------------------------

f = "api/test_changesets:"


@recording(f + "test_empty_changeset")
def empty_set(server, stack):
    client = server.client("cloudformation")
    body = template({"CDKMetadata": {"Type": "AWS::CDK::Metadata",
                                     "Properties": {"Analytics": "v2:deflate64:x"}}})
    first = make(client, stack, body, name="first", Capabilities=ALL)
    found = {"first_changeset": first,
             "describe_first_cs": client.describe_change_set(ChangeSetName=first["Id"])}
    client.execute_change_set(ChangeSetName=first["Id"])
    settle(client, stack)
    second = make(client, stack, body, "UPDATE", name="second", Capabilities=ALL)
    return {**found, "nochange_changeset": second,
            "describe_nochange": client.describe_change_set(ChangeSetName=second["Id"]),
            "error_execute_failed": error(client.execute_change_set, whole=False,
                                          ChangeSetName=second["Id"])}


@recording(f + "test_name_conflicts")
def set_names_again(server, stack):
    client = server.client("cloudformation")
    body = template(PARAMETER)
    first = make(client, stack, body)
    client.execute_change_set(ChangeSetName=first["Id"])
    settle(client, stack)
    found = {"create_changeset_existingstack_exc": error(
        client.create_change_set, StackName=stack, ChangeSetName="changes", ChangeSetType="CREATE",
        TemplateBody=body)}
    client.delete_stack(StackName=stack)
    settle(client, first["StackId"])
    second = make(client, stack, body)
    return {**found, "new_stack_desc": client.describe_stacks(StackName=stack),
            "stack_id_desc": client.describe_stacks(StackName=first["StackId"]),
            "new_stack_id_desc": client.describe_stacks(StackName=second["StackId"]),
            "initial_changeset_id_desc": client.describe_change_set(ChangeSetName=first["Id"]),
            "second_initial_changeset_id_desc":
                client.describe_change_set(ChangeSetName=second["Id"])}


@recording(f + "test_create_changeset_with_stack_id")
def set_by_stack_id(server, stack):
    client = server.client("cloudformation")
    made = make(client, stack, template(PARAMETER))["StackId"]
    found = {"describe_stack": client.describe_stacks(StackName=made)}
    make(client, made, template(PARAMETER), name="another")
    client.execute_change_set(StackName=made, ChangeSetName="another")
    settle(client, made)
    client.delete_stack(StackName=made)
    settle(client, made)
    return {**found, "recreate_deleted_with_id_exception": error(
        client.create_change_set, StackName=made, ChangeSetName="revived-stack-changeset",
        ChangeSetType="CREATE", TemplateBody=template(PARAMETER))}


@recording(f + "TestUpdates::test_deleting_resource")
def resource_deleted(server, stack):
    client = server.client("cloudformation")
    deploy(client, stack, template({**PARAMETER, "Gone": stored("x", Name=stack)}))
    deploy(client, stack, template(PARAMETER), "UPDATE", name="second")
    return {"get-parameter-error": error(server.client("ssm").get_parameter, Name=stack)}


@recording(f + "test_create_and_then_update_refreshes_template_metadata")
def other_metadata(server, stack):
    client = server.client("cloudformation")
    deploy(client, stack, template(PARAMETER, Metadata={"Version": "1"}))
    made = make(client, stack, template(PARAMETER, Metadata={"Version": "2"}), "UPDATE",
                name="second")
    try:
        client.get_waiter("change_set_create_complete").wait(ChangeSetName=made["Id"])
    except WaiterError as failure:
        return {"waiter-error": str(failure)}
    return {"waiter-error": "it is complete"}


@recording(f + "test_describe_changeset_after_delete")
def another_after_deletion(server, stack):
    client = server.client("cloudformation")
    body = TOPIC_BY_NAME.replace("TopicBar", "topic123")
    deploy(client, stack, body, Parameters=given(TopicName="after-1"))
    make(client, stack, body, "UPDATE", "first", Parameters=given(TopicName="after-2"))
    client.delete_change_set(StackName=stack, ChangeSetName="first")
    found = {"describe-deleted-cs": error(client.describe_change_set, StackName=stack,
                                          ChangeSetName="first")}
    make(client, stack, body, "UPDATE", "second", Parameters=given(TopicName="after-2"))
    return {**found, "describe-2": client.describe_change_set(StackName=stack,
                                                              ChangeSetName="second")}


@recording("test_change_sets:test_single_resource_static_update",
           "test_change_sets:TestCaptureUpdateProcess::test_single_resource_static_update")
def one_static_update(server, stack):
    client, ssm, found = server.client("cloudformation"), server.client("ssm"), {}
    for number, value in (1, "foo"), (2, "bar"):
        made = make(client, stack, template({"MyParameter": stored(value, Name=stack)}),
                    "UPDATE" if number == 2 else "CREATE", f"set-{number}")
        found[f"describe-{number}"] = client.describe_change_set(ChangeSetName=made["Id"])
        client.execute_change_set(ChangeSetName=made["Id"])
        settle(client, made["StackId"])
        found[f"parameter-{number}"] = ssm.get_parameter(Name=stack)["Parameter"]
    return found


@recording("test_change_sets:TestCaptureUpdateProcess::test_execute_with_ref")
def executed_with_ref(server, stack):
    client, ssm, found = server.client("cloudformation"), server.client("ssm"), {}
    for key, kind, name in ("before-value", "CREATE", "ref-1"), ("after-value", "UPDATE", "ref-2"):
        deploy(client, stack, template({"Topic": topic(name), "Parameter": stored(
            {"Fn::GetAtt": "Topic.TopicName"}, Name=stack)}), kind, name=key)
        found[key] = ssm.get_parameter(Name=stack)["Parameter"]["Value"]
    return found


@recording("test_change_sets:test_describe_failed_change_set")
def failed_include(server, stack):
    client = server.client("cloudformation")
    made = make(client, stack, template({"Fn::Transform": {
        "Name": "AWS::Include", "Parameters": {"Location": "s3://doesnotexist/some.yaml"}}}))
    for _ in range(10):
        seen = client.describe_change_set(ChangeSetName=made["Id"])
        if not seen["Status"].endswith("_IN_PROGRESS"):
            break
    return {"describe": seen}


# --- stacks -------------------------------------------------------------------------------------

f = "api/test_stacks:"
API = {"Parameters": {"ApiName": {"Type": "String"}}}
REST = {"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": ref("ApiName")}}}


@recording(f + "TestStacksApi::test_stack_update_resources")
def resource_added(server, stack):
    client = server.client("cloudformation")
    deploy(client, stack, template(REST, **API), Parameters=given(ApiName="test_12395eb4"),
           Capabilities=ALL)
    found = {"stack_created": client.describe_stacks(StackName=stack)["Stacks"][0]}
    deploy(client, stack, template({**REST, "Bucket": {"Type": "AWS::S3::Bucket"}}, **API), "UPDATE",
           name="second", Parameters=given(ApiName="test_5a3df175"))
    return {**found, "stack_updated": client.describe_stacks(StackName=stack)["Stacks"][0],
            "stack_resources": client.describe_stack_resources(StackName=stack)}


@recording(f + "TestStacksApi::test_stack_lifecycle")
def lifecycle(server, stack):
    client = server.client("cloudformation")
    made = deploy(client, stack, template(REST, **API), Parameters=given(ApiName="life-1"),
                  Capabilities=ALL)
    found = {"creation": client.describe_stacks(StackName=stack)["Stacks"][0]}
    deploy(client, stack, template(REST, **API), "UPDATE", name="second", Capabilities=ALL,
           Parameters=given(ApiName="life-2"))
    found["update"] = client.describe_stacks(StackName=stack)["Stacks"][0]
    client.delete_stack(StackName=stack)
    found["deleted"] = settle(client, made)
    return {**found, "describe_deleted_by_name_exc": error(client.describe_stacks, StackName=stack)}


@recording(f + "test_updating_an_updated_stack_sets_status")
def updated_twice(server, stack):
    client = server.client("cloudformation")
    names = [f"Topic{i}Name" for i in (2, 1, 3)]
    values = {name: f"topic-{name[5]}" for name in names}
    for number in 1, 2, 3:
        body = template({f"T{i}": topic(ref(f"Topic{i}Name")) for i in range(1, number + 1)},
                        Parameters={name: {"Type": "String"} for name in names})
        deploy(client, stack, body, "UPDATE" if number > 1 else "CREATE", name=f"set-{number}",
               Parameters=given(**values), Capabilities=ALL)
    return {"describe-result": client.describe_stacks(StackName=stack)}


@recording(f + "test_update_termination_protection")
def protected(server, stack):
    client = server.client("cloudformation")
    deploy(client, stack, template(REST, **API), Parameters=given(ApiName="protected"),
           Capabilities=ALL)
    found = {}
    for number, wanted in (1, True), (2, False):
        client.update_termination_protection(StackName=stack, EnableTerminationProtection=wanted)
        found[f"describe-stack-{number}"] = client.describe_stacks(StackName=stack)
    return found


@recording(f + "test_events_resource_types")
def types_of_events(server, stack):
    client = server.client("cloudformation")
    allow = {"Effect": "Allow", "Action": "sqs:SendMessage", "Principal": "*", "Resource": "*"}
    deploy(client, stack, template({
        "Topic": topic("of-events"), "Queue": {"Type": "AWS::SQS::Queue"},
        "Policy": {"Type": "AWS::SQS::QueuePolicy", "Properties": {
            "Queues": [ref("Queue")], "PolicyDocument": {"Statement": [allow]}}},
        "Subscription": {"Type": "AWS::SNS::Subscription", "Properties": {
            "TopicArn": ref("Topic"), "Protocol": "sqs",
            "Endpoint": {"Fn::GetAtt": "Queue.Arn"}}}}))
    found = client.describe_stack_events(StackName=stack)["StackEvents"]
    return {"resource_types": sorted({e["ResourceType"] for e in found})}


def deployed_in_order(order):
    """Three parameters, each of which reads the one before; made, then deleted."""
    def ask(server, stack):
        client = server.client("cloudformation")
        values = {"A": stored("root"), "B": stored(ref("A")), "C": stored(ref("B"))}
        made = deploy(client, stack, template({name: values[name] for name in order}))
        client.delete_stack(StackName=stack)
        settle(client, made)
        found = client.describe_stack_events(StackName=made)["StackEvents"]
        return {"events": [e for e in reversed(found) if e["LogicalResourceId"] in values and
                           e["ResourceStatus"].endswith("_COMPLETE")]}
    return ask


for names in "ABC", "ACB", "BAC", "BCA", "CAB", "CBA":
    CALLS[f + f"test_stack_deploy_order[{'-'.join(names)}]"] = deployed_in_order(names)


@recording(f + "test_blocked_stack_deletion")
def blocked(server, stack):
    """A policy that is attached to nothing, and cannot be deleted."""
    client = server.client("cloudformation")
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    body = template({"BrokenPolicy": {"Type": "AWS::IAM::Policy", "Properties": {
        "PolicyName": ref("Name"),
        "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}}},
        Parameters={"Name": {"Type": "String"}})
    made = client.create_stack(StackName=stack, TemplateBody=body, Parameters=given(Name=stack),
                               Capabilities=["CAPABILITY_NAMED_IAM"])["StackId"]
    settle(client, made)
    found = {"stack_post_create": client.describe_stacks(StackName=made)}
    client.delete_stack(StackName=made)
    settle(client, made)
    found["stack_post_fail_delete"] = client.describe_stacks(StackName=made)
    client.delete_stack(StackName=made, RetainResources=["BrokenPolicy"])
    settle(client, made)
    return {**found, "stack_post_success_delete": client.describe_stacks(StackName=made),
            "stack_events": client.describe_stack_events(StackName=made)}


@recording(f + "test_subnet_id_parameter_type")
def subnets(server, stack):
    client = server.client("cloudformation")
    made = deploy(client, stack, template(
        {"P": stored({"Fn::Join": ["|", ref("Subnets")]})},
        Parameters={"Subnets": {"Type": "List<AWS::EC2::Subnet::Id>"}},
        Outputs={"ParamValue": {"Value": {"Fn::GetAtt": "P.Value"}}}),
        Parameters=given(Subnets="subnet-id-1,subnet-id-2"))
    return {"outputs": outputs(client, made)}


@recording(f + "TestStacksApi::test_create_stack_url_as_template")
def url_for_body(server, stack):
    return {"stack_create_ec2": error(
        server.client("cloudformation").create_stack, whole=False, StackName=stack,
        TemplateBody="https://s3.us-east-1.amazonaws.com/bucket/template.yaml")}


@recording("test_list_stacks:test_listing_stacks")
def listed_stacks(server, stack):
    client = server.client("cloudformation")
    made = [deploy(client, f"{stack}-{i}", template({"P": stored("x")})) for i in range(3)]
    found = client.list_stacks(StackStatusFilter=["CREATE_COMPLETE"])["StackSummaries"]
    mine = [s for s in found if s["StackId"] in made]
    return {"stacks": sorted(mine, key=lambda s: s["StackName"])}


@recording("test_template_engine:TestPseudoParameters::test_stack_id")
def stack_id(server, stack):
    client = server.client("cloudformation")
    made = deploy(client, stack, template(
        PARAMETER, Outputs={"StackId": {"Value": ref("AWS::StackId")}}))
    return outputs(client, made)


SECRETS = {"NormalParameter": {"Type": "String", "Default": "Some default value here"},
           "SecretParameter": {"Type": "String", "NoEcho": True},
           "SecretParameterWithDefault": {"Type": "String", "NoEcho": True, "Default": "x"}}


@recording(f + "test_no_echo_parameter")
def secrets(server, stack):
    client = server.client("cloudformation")
    told = ref("SecretParameter")
    bucket = {"Type": "AWS::S3::Bucket", "Metadata": {"SensitiveData": told}, "Properties": {
        "BucketName": "cfn-noecho-bucket", "Tags": [{"Key": "SensitiveData", "Value": told}]}}

    def body(**changes):
        return template({"LocalBucket": bucket}, Parameters={**SECRETS, **changes}, Outputs={
            "SecretValue": {"Description": "Secret value from parameter", "Value": told}})

    def look(key):
        found[key] = client.describe_stacks(StackName=stack)

    def change(key, name, value, text=None):
        made = make(client, stack, text or body(), "UPDATE", name,
                    Parameters=given(SecretParameter=value))
        found[key] = client.describe_change_set(ChangeSetName=made["Id"])
    deploy(client, stack, body(), Parameters=given(SecretParameter="SecretValue"), Capabilities=ALL)
    found = {"describe_stack_resource_details_LocalBucket": client.describe_stack_resource(
        StackName=stack, LogicalResourceId="LocalBucket")}
    look("describe_stacks")
    change("describe_change_set_on_create_complete", "one", "NewSecretValue1")
    look("describe_stack_on_create_complete")
    client.update_stack(StackName=stack, TemplateBody=body(), Capabilities=ALL,
                        Parameters=given(SecretParameter="NewSecretValue1"))
    settle(client, stack)
    look("describe_updated_stacks")
    change("describe_updated_change_set", "two", "NewSecretValue2")
    look("describe_updated_stacks_change_set")
    change("describe_updated_change_set_no_echo_true", "three", "NewSecretValue2",
           body(SecretParameter={"Type": "String"}))
    look("describe_updated_stacks_no_echo_true")
    change("describe_updated_change_set_no_echo_false", "four", "NewSecretValue2")
    look("describe_updated_stacks_no_echo_false")
    return found


@recording("api/test_nested_stacks:test_deletion_of_failed_nested_stack")
def failed_nested(server, stack):
    client = server.client("cloudformation")
    put(server, "nested-" + stack, "inner", template(
        {"P": {"Type": "AWS::SSM::Parameter", "Properties": {"Value": "x"}}}))
    made = client.create_stack(StackName=stack, Capabilities=ALL, TemplateBody=template(
        {"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": {
            "TemplateURL": url_of("nested-" + stack, "inner")}}}))["StackId"]
    settle(client, made)
    events = client.describe_stack_events(StackName=made)["StackEvents"]
    inner = {e["PhysicalResourceId"] for e in events if e["LogicalResourceId"] == "Inner"} - {""}
    client.delete_stack(StackName=made)
    settle(client, made)
    return {"error": error(client.describe_stacks, StackName=inner.pop().split("/")[1])}


# --- resources ----------------------------------------------------------------------------------

@recording("api/test_resources:test_describe_deleted_resource_on_update")
def described_after_deletion(server, stack):
    client = server.client("cloudformation")
    made = deploy(client, stack, template({"Parameter": stored("x")}))
    deploy(client, stack, template({"Parameter2": stored("y")}), "UPDATE", name="second")
    return {"error": error(client.describe_stack_resource, StackName=stack,
                           LogicalResourceId="Parameter"),
            "parameter": client.describe_stack_resource(StackName=made,
                                                        LogicalResourceId="Parameter2")}


@recording("api/test_resources:test_describe_failed_resource")
def described_after_failure(server, stack):
    client = server.client("cloudformation")
    make(client, stack, template(
        {"Parameter": {"Type": "AWS::SSM::Parameter", "Properties": {"Value": "x"}}}))
    return {"error": error(client.describe_stack_resource, StackName=stack,
                           LogicalResourceId="Parameter")}


# --- policies -----------------------------------------------------------------------------------

f = "api/test_stack_policies:TestStackPolicy::test_"


def policy_at(text):
    """A policy that lies in a bucket."""
    def ask(server, stack):
        client = server.client("cloudformation")
        deploy(client, stack, template(PARAMETER))
        put(server, "policy-" + stack, "policy", text)
        answer = error(client.set_stack_policy, StackName=stack,
                       StackPolicyURL=url_of("policy-" + stack, "policy"))
        return {"error": answer, "policy": client.get_stack_policy(StackName=stack)}
    return ask


CALLS[f + "set_policy_with_url"] = policy_at(json.dumps(ALLOW))
CALLS[f + "set_empty_policy_with_url"] = policy_at("{}")
CALLS[f + "set_invalid_policy_with_url"] = policy_at('{"Statement": [{"Effect": "Allow"}]}')


@recording(f + "policy_during_update")
def policy_for_a_while(server, stack):
    client = server.client("cloudformation")
    deploy(client, stack, TOPIC_BY_NAME, Parameters=given(TopicName="while-1"))
    body = json.loads(TOPIC_BY_NAME)
    body["Resources"] |= PARAMETER  # the policy forbids changes, not additions
    client.update_stack(StackName=stack, TemplateBody=json.dumps(body),
                        Parameters=given(TopicName="while-1"),
                        StackPolicyDuringUpdateBody=json.dumps(DENY))
    found = {"policy_during_update": client.get_stack_policy(StackName=stack)}
    settle(client, stack)
    return {**found, "policy_after_update": client.get_stack_policy(StackName=stack)}


# --- templates ----------------------------------------------------------------------------------

f = "api/test_templates:"


@recording(f + "test_get_template_summary")
def summary(server, stack):
    client = server.client("cloudformation")
    deploy(client, stack, template({"topic123": topic("sns-topic-simple")},
                                   AWSTemplateFormatVersion="2010-09-09",
                                   Metadata={"TopicName": "sns-topic-simple"}))
    return {"template-summary": client.get_template_summary(StackName=stack)}


@recording(f + "test_get_template_summary_failed_stack")
def summary_of_failed(server, stack):
    client = server.client("cloudformation")
    client.create_stack(StackName=stack, TemplateBody=template(
        {"MyParameter": {"Type": "AWS::SSM::Parameter", "Properties": {"Value": "x"}}},
        AWSTemplateFormatVersion="2010-09-09"))
    settle(client, stack)
    return {"template-summary": client.get_template_summary(StackName=stack)}


@recording(f + "test_validate_template")
def valid(server, _):
    return {"validate-template": server.client("cloudformation").validate_template(
        TemplateBody=template(PARAMETER, Parameters={"KeyExample": {
            "Type": "AWS::EC2::KeyPair::KeyName",
            "Description": "The EC2 Key Pair to allow SSH access to the instance"}}))}


def template_at(form):
    """A template that lies in a bucket."""
    def ask(server, stack):
        client = server.client("cloudformation")
        bucket = "template-" + stack
        put(server, bucket, "template", template({"Topic": topic(stack)}, Outputs={
            "Arn": {"Value": ref("Topic")}}))
        answer = error(client.create_stack, StackName=stack, TemplateURL=form.format(bucket=bucket))
        if isinstance(answer, dict):
            return {"create-error": answer}
        settle(client, stack)
        return {"matching-topic": [{"TopicArn": outputs(client, stack)["Arn"]}]}
    return ask


f = f + "test_create_stack_from_s3_template_url["
CALLS[f + "s3_url]"] = template_at("s3://{bucket}/template")
CALLS[f + "http_path]"] = template_at("https://s3.us-east-1.amazonaws.com/{bucket}/template")
CALLS[f + "http_host]"] = template_at("https://{bucket}.s3.us-east-1.amazonaws.com/template")
