"""Recordings of values: what functions, conditions, parameters and policies make of a template."""
from calls import (ALL, CALLS, PARAMETER, deploy, error, events_by_resource, gist, given, make,
                   outputs, recording)
from cases import att, find, join, ref, stored, sub, topic, update
from harness import settle, template

FOO = {"Type": "String"}


def out(**values):
    return {name: {"Value": value} for name, value in values.items()}


def value_of(server, name):
    return server.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]


# --- references ---------------------------------------------------------------------------------

NAMED_TOPIC = {"MyTopic": topic(ref("Name"))}
TOPIC_OUT = {"MyTopicRef": ref("MyTopic"), "MyTopicName": att("MyTopic", "TopicName"),
             "MyTopicArn": att("MyTopic", "TopicArn")}


def resolved_outputs(name, **more):
    def ask(server, stack):
        client = server.client("cloudformation")
        made = deploy(client, stack, template(NAMED_TOPIC, Parameters={"Name": FOO},
                                              Outputs=out(**TOPIC_OUT, **more)),
                      Parameters=given(Name="of-" + stack))
        return {"outputs": outputs(client, made)}
    CALLS["api/test_reference_resolving:test_" + name] = ask


resolved_outputs("nested_getatt_ref[TopicName]", MyTopicCustom=att("MyTopic", "TopicName"))
resolved_outputs("nested_getatt_ref[TopicArn]", MyTopicCustom=att("MyTopic", "TopicArn"))
PARTS = "${MyTopic.TopicName}|${MyTopic.TopicArn}|"
resolved_outputs("sub_resolving", MyTopicSub=sub(PARTS + "${MyTopic.TopicName}|${MyTopic}"),
                 MyTopicSubWithMap=sub(PARTS + "${Word}", Word="something"))


@recording("engine/test_references:TestFnSub::test_fn_sub_cases")
def sub_cases(server, stack):
    client = server.client("cloudformation")
    one, thing = "Param1", {"Thing": stored("unimportant", Name="Param1Value")}
    made = deploy(client, stack, template(
        thing, Parameters={one: {**FOO, "Default": "Param1Value"}},
        Mappings={"M": {"Param1Value": {"Name": "Param1Value"}}}, Outputs=out(
            ListRefGetAtt={"Fn::Sub": ["${Thing.Value}", {}]},
            ListRefGetAttMapping=sub("${V}", V=att("Thing", "Value")),
            ListRefMultipleMix=sub("${V}-${AWS::Region}-${Param1}", V=ref(one)),
            ListRefParam={"Fn::Sub": ["${Param1}", {}]},
            ListRefPseudoParam={"Fn::Sub": ["${AWS::Region}", {}]},
            ListRefResourceDirect={"Fn::Sub": ["${Thing}", {}]},
            ListRefResourceMappingRef=sub("${V}", V=ref("Thing")),
            ListStatic={"Fn::Sub": ["this is a static string", {}]},
            StringRefGetAtt=sub("${Thing.Value}"), StringRefMultiple=sub("${Param1} - ${Thing}"),
            StringRefParam=sub("${Param1}"), StringRefPseudoParam=sub("${AWS::Region}"),
            StringRefResource=sub("${Thing}"), StringStatic=sub("this is a static string"),
            UrlSuffixPseudoParam=sub("${AWS::URLSuffix}"))))
    return {"outputs": outputs(client, made)}


@recording("engine/test_references:TestFnSub::test_non_string_parameter_in_sub")
def number_in_sub(server, stack):
    client = server.client("cloudformation")
    deploy(client, stack, template(
        {"P": stored(sub("my number is ${Number}"), Name=stack)},
        Parameters={"Number": {"Type": "Number"}}), Parameters=given(Number="3"))
    return {"get-parameter-result": server.client("ssm").get_parameter(Name=stack)["Parameter"]}


@recording("engine/test_references:TestPseudoParameters::test_stack_id")
def part_of_stack_id(server, stack):
    """The last part of the stack's uuid, as CDK makes names of it."""
    client = server.client("cloudformation")
    uuid = {"Fn::Select": [2, {"Fn::Split": ["/", ref("AWS::StackId")]}]}
    last = {"Fn::Select": [4, {"Fn::Split": ["-", uuid]}]}
    made = deploy(client, stack, template({"P": stored(
        join("-", ref("AWS::StackName"), "s3logs", last), Name=stack)}))
    return {"parameter-value": value_of(server, stack), "stack-id": made}


@recording("engine/test_attributes:TestResourceAttributes::"
           "test_dependency_on_attribute_with_dot_notation")
def with_dots(server, stack):
    client = server.client("cloudformation")
    made = deploy(client, stack, template({"Dead": {"Type": "AWS::SQS::Queue"}, "Queue": {
        "Type": "AWS::SQS::Queue", "Properties": {"RedrivePolicy": {
            "deadLetterTargetArn": {"Fn::GetAtt": "Dead.Arn"}, "maxReceiveCount": 3}}}},
        Outputs=out(DeadArn={"Fn::GetAtt": "Dead.Arn"})))
    return {"outputs": outputs(client, made)}


@recording("test_change_set_fn_select:TestChangeSetFnSelect::"
           "test_nested_select_within_other_intrinsics")
def nested_select(server, stack):
    """A repository's URI, put together from its ARN as CDK does."""
    client = server.client("cloudformation")

    def part(number):
        return {"Fn::Select": [number, {"Fn::Split": [":", att("Repository", "Arn")]}]}
    made = deploy(client, stack, template(
        {"Repository": {"Type": "AWS::ECR::Repository"},
         "P": stored(join("", part(4), ".dkr.ecr.", part(3), ".", ref("AWS::URLSuffix"), "/",
                          ref("Repository")))},
        Outputs=out(ParameterValue=att("P", "Value"), RepoName=ref("Repository"))))
    return {"parameter-value": outputs(client, made)}


@recording("test_template_engine:TestIntrinsicFunctions::test_fn_select_has_intrinsic_function")
def select_of_mapping(server, stack):
    client = server.client("cloudformation")
    made = deploy(client, stack, template(
        {"P": stored({"Fn::Select": [0, find("Rows", "Row", "Words")]})},
        Mappings={"Rows": {"Row": {"Words": ["true", "false"]}}},
        Outputs=out(ParameterValue=att("P", "Value"))))
    return {"fn-select-fn-map-output": outputs(client, made)}


# --- conditions ---------------------------------------------------------------------------------

def environment(kind, bucket):
    statement = {"Action": ["s3:GetObject"], "Effect": "Allow",
                 "Resource": [sub("arn:aws:s3:::${Bucket}/*")],
                 "Principal": {"Service": "lambda.amazonaws.com"}}
    body = template(
        {"Bucket": {"Type": "AWS::S3::Bucket", "Condition": "CreateBucket",
                    "Properties": {"BucketName": ref("BucketName")}},
         "Policy": {"Type": "AWS::S3::BucketPolicy", "Condition": "CreatePolicy", "Properties": {
             "Bucket": ref("Bucket"),
             "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}}},
        Parameters={"BucketName": {**FOO, "Default": ""},
                    "EnvType": {**FOO, "AllowedValues": ["prod", "test"]}},
        Conditions={"IsProduction": {"Fn::Equals": [ref("EnvType"), "prod"]},
                    "CreateBucket": {"Fn::Not": [{"Fn::Equals": [ref("BucketName"), ""]}]},
                    "CreatePolicy": {"Fn::And": [{"Condition": "IsProduction"},
                                                 {"Condition": "CreateBucket"}]}})

    def ask(server, stack):
        client = server.client("cloudformation")
        name = "of-" + stack if bucket else ""
        made = make(client, stack, body, Parameters=given(BucketName=name, EnvType=kind))
        named = {"StackName": made["StackId"]}
        found = {"create_cs_result": made,
                 "describe_changeset_result": client.describe_change_set(ChangeSetName=made["Id"])}
        client.execute_change_set(ChangeSetName=made["Id"])
        settle(client, made["StackId"])
        return {**found, "stack_resources": client.describe_stack_resources(**named),
                "stack_events": client.describe_stack_events(**named),
                "describe_stack_result": client.describe_stacks(**named)}
    return ask


f = "engine/test_conditions:TestCloudFormationConditions::test_"
for kind in "test", "prod":
    for bucket in "nobucket", "bucket":
        policy = "policy" if (kind, bucket) == ("prod", "bucket") else "nopolicy"
        CALLS[f + f"nested_conditions[{kind}-{bucket}-{policy}]"] = environment(kind,
                                                                                bucket == "bucket")


def disabled(toggle):
    mine = {"Condition": "Wanted"}
    body = template(
        {"BaseParameter": stored(ref("ParameterValue")),
         "ConditionalParameter": stored(ref("ParameterValue")) | mine,
         "AnotherResource": stored(ref("ConditionalParameter")) | mine},
        Parameters={"ParameterValue": FOO, "Toggle": FOO},
        Conditions={"Wanted": {"Fn::Equals": [ref("Toggle"), "yes"]}},
        Outputs={"ConditionalParameterValue": {
            "Condition": "Wanted", "Value": att("ConditionalParameter", "Value")}})

    def ask(server, stack):
        client = server.client("cloudformation")
        made = deploy(client, stack, body, Capabilities=ALL,
                      Parameters=given(ParameterValue="a-value", Toggle=toggle))
        return {"stack-description": client.describe_stacks(StackName=made),
                "resources-description": client.describe_stack_resources(StackName=made)}
    return ask


CALLS[f + "references_to_disabled_resources[yes]"] = disabled("yes")
CALLS[f + "references_to_disabled_resources[no]"] = disabled("no")


@recording(f + "conditional_resource_referencing_conditional")
def conditional_pair(server, stack):
    client = server.client("cloudformation")
    never = {"Condition": "Never"}
    made = deploy(client, stack, template(
        {"MyTable": {"Type": "AWS::DynamoDB::Table", "Properties": {
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST"}},
         "Topic": topic() | never, "P": stored(ref("Topic")) | never},
        Conditions={"Never": {"Fn::Equals": ["a", "b"]}}))
    return {"resources-description": client.describe_stack_resources(StackName=made)}


# --- what becomes of resources ------------------------------------------------------------------

@recording("engine/test_deletion_policy:test_deletion_policy_with_deletion")
def deleted_with_stack(server, stack):
    client = server.client("cloudformation")
    made = deploy(client, stack, template(
        {"MyParameter": stored("x", Name=stack) | {"DeletionPolicy": "Delete"}}))
    client.delete_stack(StackName=made)
    settle(client, made)
    return {"error": {"message": error(server.client("ssm").get_parameter, whole=False,
                                       Name=stack)}}


@recording("engine/test_deletion_policy:test_deletion_policy_with_retain")
def retained(server, stack):
    client = server.client("cloudformation")
    made = deploy(client, stack, template(
        {"MyParameter": stored("x") | {"DeletionPolicy": "Retain"}}))
    client.delete_stack(StackName=made)
    settle(client, made)
    return {"per-resource-events": events_by_resource(client, made, {"Stack": []})}


def replaced(policy, names, ask_more):
    def ask(server, stack):
        client = server.client("cloudformation")
        for kind, name in zip(("CREATE", "UPDATE"), names):
            made = deploy(client, stack, template(
                {"MyParameter": stored("x", Name=name) | {"UpdateReplacePolicy": policy}}), kind,
                name="set-" + kind)
        return ask_more(server, client, made)
    return ask


f = "engine/test_update_policy:test_update_replace_policy_"
CALLS[f + "deletion"] = replaced("Delete", ("gone-1", "gone-2"), lambda server, _, __: {
    "error": {"message": error(server.client("ssm").get_parameter, whole=False, Name="gone-1")}})
CALLS[f + "retain"] = replaced(
    "Retain", ("param-fe430ac7", "param-14aa098c"), lambda server, client, made: {
        "per-resource-events": events_by_resource(client, made, {"Stack": []})})


def queue_events(client, stack, logical_id):
    found = client.describe_stack_events(StackName=stack)["StackEvents"]
    wanted = "LogicalResourceId", "PhysicalResourceId", "ResourceStatus", "ResourceType", "Timestamp"
    return [{key: e[key] for key in wanted}
            for e in gist([e for e in found if e["LogicalResourceId"] == logical_id], False)]


@recording("engine/test_replacement:test_requires_replacement")
def replaced_queue(server, stack):
    client = server.client("cloudformation")
    for kind, name in ("CREATE", "queue-" + stack), ("UPDATE", "queue-47128d25"):
        made = deploy(client, stack, template({"MyQueue": {
            "Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}}), kind, name=kind)
    return {"queue-events": queue_events(client, made, "MyQueue")}


@recording("test_change_sets:TestCaptureUpdateProcess::test_queue_update")
def updated_queue(server, stack):
    client = server.client("cloudformation")
    for number, properties in enumerate((
            {}, {"MaximumMessageSize": 4321, "MessageRetentionPeriod": 17539,
                 "ReceiveMessageWaitTimeSeconds": 17}, {"MaximumMessageSize": 262144})):
        made = deploy(client, stack, template({"StandardQueue": {
            "Type": "AWS::SQS::Queue", "Properties": properties}}),
            "UPDATE" if number else "CREATE", name=f"set-{number}")
    return {"events": queue_events(client, made, "StandardQueue")}


# --- parameters ---------------------------------------------------------------------------------

NUMBER = [({"MyParameter": stored(ref("Value"))}, {"Parameters": {"Value": {"Type": kind}}})
          for kind in ("String", "Number")]
update("test_change_set_parameters:TestChangeSetParameters::test_parameter_type_change", *NUMBER,
       {"Value": "123"}, {"Value": "456"})


@recording("test_template_engine:TestSsmParameters::test_resolve_ssm_missing_parameter")
def no_value(server, stack):
    return {"error-response": error(
        server.client("cloudformation").create_change_set, whole=False, StackName=stack,
        ChangeSetName="changes", ChangeSetType="CREATE", TemplateBody=template(
            PARAMETER, Parameters={"InputValue": {"Type": "AWS::SSM::Parameter::Value<String>"}}))}


@recording("test_template_engine:TestSsmParameters::test_resolve_ssm")
def resolved_ssm(server, stack):
    client = server.client("cloudformation")
    server.client("ssm").put_parameter(Name=stack, Value="value-" + stack, Type="String")
    made = deploy(client, stack, template(
        {"Topic": topic("{{resolve:ssm:%s}}" % stack),
         "P": stored("abc:{{resolve:ssm:%s}}" % stack)},
        Outputs=out(ParameterValue=att("P", "Value"), TopicName=att("Topic", "TopicName"))))
    return {"results": outputs(client, made)}


@recording("test_template_engine:TestSsmParameters::test_create_stack_with_ssm_parameters")
def ssm_parameter(server, stack):
    client = server.client("cloudformation")
    server.client("ssm").put_parameter(Name="/of/" + stack, Value="value-" + stack, Type="String")
    tag = {"Key": "param-value", "Value": sub("param ${parameter123}")}
    made = deploy(client, stack, template(
        {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"Tags": [tag]}}},
        Parameters={"parameter123": {"Type": "AWS::SSM::Parameter::Value<String>"}}),
        Parameters=given(parameter123="/of/" + stack), Capabilities=ALL)
    return {"stack-details": client.describe_stacks(StackName=made)["Stacks"][0]}


# --- language extensions ------------------------------------------------------------------------

EXTENDED = {"Transform": "AWS::LanguageExtensions"}


def transformed(name, body, values=None, *more, **sections):
    """What the transform made of a template, and of which resources; more: values of outputs."""
    text = template(body, **EXTENDED, **sections)

    def ask(server, stack):
        client = server.client("cloudformation")
        made = deploy(client, stack, text, Capabilities=ALL, Parameters=given(**(values or {})))
        found = {"resources": client.describe_stack_resources(StackName=made),
                 "transformed": client.get_template(StackName=made)["TemplateBody"]}
        for key, output in more:
            found[key] = value_of(server, outputs(client, made)[output])
        return found
    CALLS["api/test_transformers:TestLanguageExtensionsTransform::test_transform_" + name] = ask


LIST = {"Type": "CommaDelimitedList"}
transformed("length", {"MyParameter": stored({"Fn::Length": ref("QueueList")})},
            {"QueueList": "a,b,c"}, Parameters={"QueueList": LIST},
            Outputs=out(ParameterName=ref("MyParameter")))
transformed("foreach", {"Fn::ForEach::Topics": ["Name", ref("pRepoARNs"), {"SnsTopic${Name}": {
    "Type": "AWS::SNS::Topic", "Properties": {
        "TopicName": {"Fn::Join": [".", [ref("Name"), "fifo"]]}, "FifoTopic": True}}}]},
    {"pRepoARNs": "one,two,zzz"}, AWSTemplateFormatVersion="2010-09-09",
    Parameters={"pRepoARNs": {**LIST, "Description": "ARN of SSO instance"}})
transformed("to_json_string",
            {"MyObjectParameter": stored({"Fn::ToJsonString": {"a": "foo", "b": "bar"}}),
             "MyArrayParameter": stored({"Fn::ToJsonString": ["a", "b", "c"]})}, None,
            ("object-value", "ObjectName"), ("array-value", "ArrayName"),
            Outputs=out(ArrayName=ref("MyArrayParameter"), ObjectName=ref("MyObjectParameter")))


@recording("api/test_transformers:test_language_extensions")
def length_of_list(server, stack):
    client = server.client("cloudformation")
    deploy(client, stack, template({"P": stored({"Fn::Length": ["a", "b", "c"]}, Name=stack)},
                                   **EXTENDED), Capabilities=ALL)
    return {"parameter-value": server.client("ssm").get_parameter(Name=stack)["Parameter"]}
