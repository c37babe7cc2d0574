"""Recordings of single calls: each function asks as the recording did, and returns the answers by name."""
import json

from botocore.exceptions import ClientError

from cases import att, find, join, ref, select, stored, topic
from harness import settle, template

CALLS = {}
PARAMETER = {"SimpleParam": stored("test")}
ALL = ["CAPABILITY_AUTO_EXPAND", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]


def recording(*names):
    def keep(function):
        for name in names:
            CALLS[name] = function
        return function
    return keep


def error(call, *arguments, whole=True, **members):
    """What a refused call answers: whole, or as the client says it."""
    try:
        call(*arguments, **members)
    except ClientError as refusal:
        said = str(refusal).replace(" (reached max retries: 0)", "")
        return refusal.response if whole else said
    return "it was not refused"


def refusal(name, key, body, whole=True, **members):
    """A change set that is refused."""
    def ask(server, stack):
        client = server.client("cloudformation")
        return {key: error(client.create_change_set, StackName=stack, ChangeSetName="changes",
                           ChangeSetType="CREATE", TemplateBody=body if isinstance(body, str)
                           else json.dumps(body), whole=whole, **members)}
    CALLS[name] = ask


def make(client, stack, body, kind="CREATE", name="changes", **members):
    return client.create_change_set(StackName=stack, ChangeSetName=name, ChangeSetType=kind,
                                    TemplateBody=body, **members)


def deploy(client, stack, body, kind="CREATE", **members):
    """A change set made and executed, until it is settled."""
    made = make(client, stack, body, kind, **members)
    client.execute_change_set(ChangeSetName=made["Id"])
    settle(client, made["StackId"])
    return made["StackId"]


def given(**values):
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]


def outputs(client, stack):
    """The outputs of a stack, by name."""
    seen = client.describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", [])
    return {o["OutputKey"]: o["OutputValue"] for o in seen}


def gist(events, keeps_first):
    """Oldest first, each status once in a row, without the cleaning up."""
    kept = []
    for event in reversed(events):
        if "CLEANUP" in event["ResourceStatus"]:
            continue
        if kept and kept[-1]["ResourceStatus"] == event["ResourceStatus"]:
            if keeps_first:
                continue
            kept.pop()
        kept.append(event)
    return kept


def events_by_resource(client, stack, recorded):
    """As the recording has them: whole and newest first, or in newer ones the gist, oldest first."""
    events = {}
    is_gist = "Stack" in recorded
    keeps_first = any(not e["PhysicalResourceId"] for es in recorded.values() for e in es)
    for event in client.describe_stack_events(StackName=stack)["StackEvents"]:
        key = event["LogicalResourceId"]
        if is_gist:
            key = "Stack" if event["PhysicalResourceId"] == event["StackId"] else key
            event = {name: event[name] for name in ("LogicalResourceId", "PhysicalResourceId",
                                                    "ResourceStatus", "ResourceType", "Timestamp")}
        events.setdefault(key, []).append(event)
    return {key: gist(e, keeps_first) for key, e in events.items()} if is_gist else events


def all_events(client, stack):
    """Ids and statuses, oldest first, each status of a resource once in a row, without the cleaning up."""
    found, last = [], {}
    for event in reversed(client.describe_stack_events(StackName=stack)["StackEvents"]):
        name, status = event["LogicalResourceId"], event["ResourceStatus"]
        if "CLEANUP" not in status and last.get(name) != status:
            found.append([name, status])
            last[name] = status
    return found


# --- templates that are refused -----------------------------------------------------------------

f = "api/test_validations:test_"
VALIDATION = "validation-error"
refusal(f + "invalid_output_structure[none-value]", VALIDATION,
        {"Resources": PARAMETER, "Outputs": {"MyOutput": {"Value": None}}})
refusal(f + "invalid_output_structure[missing-def]", VALIDATION,
        {"Resources": PARAMETER, "Outputs": {"MyOutput": {"Value": None}}})
refusal(f + "invalid_output_structure[multiple-nones]", VALIDATION,
        {"Resources": PARAMETER, "Outputs": {"MyOutput": {}, "Other": {}}})
refusal(f + "missing_resources_block", VALIDATION, {"Parameters": {}})
refusal(f + "resources_blocks[missing-type]", VALIDATION, {"Resources": {"A": {}}})
refusal(f + "resources_blocks[invalid-key]", VALIDATION,
        {"Resources": {"A": {"Type": "AWS::SNS::Topic", "Invalid": 1}}})
f = "engine/test_mappings:TestCloudFormationMappings::test_"
SUFFIXES = {"A": {"Suffix": "a"}, "B": {"Suffix": "b"}}


def looks_up(rows, *keys):
    return {"Mappings": {"TopicSuffixMap": rows},
            "Resources": {"MyTopic": topic(find("TopicSuffixMap", *keys))}}


refusal(f + "mapping_with_nonexisting_key", "mapping_nonexisting_key_exc",
        looks_up(SUFFIXES, "C", "Suffix"))
refusal(f + "mapping_with_invalid_refs", "mapping_invalid_ref_exc",
        looks_up({"A": {"Suffix": {"Ref": "X"}}}, "A", "Suffix"))
refusal(f + "mapping_maximum_nesting_depth", "mapping_maximum_level_exc",
        looks_up({"A": {"B": {"C": "x"}}}, "A", "B"))
refusal(f + "mapping_minimum_nesting_depth", "mapping_minimum_level_exc",
        looks_up({"A": "x"}, "A", "B"))
refusal(f + "async_mapping_error_first_level_v2", "error", looks_up(SUFFIXES, "C", "Suffix"),
        whole=False)
refusal(f + "async_mapping_error_second_level_v2", "error", looks_up(SUFFIXES, "A", "NotValid"),
        whole=False)
refusal("engine/test_references:TestDependsOn::test_depends_on_with_missing_reference",
        "depends_on_nonexisting_exception",
        {"Resources": {"T": topic("t", DependsOn="NonExistingResource")}})
refusal("engine/test_references:test_useful_error_when_invalid_ref", "validation_error",
        {"Resources": {"T": topic(ref("InvalidRef"))}})
f = "engine/test_conditions:"
NEVER = {"Conditions": {"Never": {"Fn::Equals": ["a", "b"]}}}
MINE = {"MyTopic": topic("t", Condition="Never")}
refusal(f + "TestCloudFormationConditions::test_dependent_ref", "dependent_ref_exc",
        {**NEVER, "Resources": {**MINE, "P": stored(ref("MyTopic"))}})
refusal(f + "TestCloudFormationConditions::test_dependent_get_att", "dependent_ref_exc",
        {**NEVER, "Resources": {**MINE, "P": stored(att("MyTopic", "TopicName"))}})
refusal(f + "TestCloudFormationConditions::test_output_reference_to_skipped_resource",
        "unresolved_resource_reference_exception",
        {**NEVER, "Resources": {**MINE, "P": stored("x")},
         "Outputs": {"O": {"Value": ref("MyTopic")}}})
refusal(f + "TestValidateConditions::test_validate_equals_args_len", "error",
        {"Conditions": {"C": {"Fn::Equals": ["a"]}}, "Resources": PARAMETER})
refusal("test_change_set_conditions:TestChangeSetConditions::test_missing_condition", "error",
        {"Resources": {"P": stored({"Fn::If": ["MissingCondition", "a", "b"]})}})
f = "test_change_set_fn_get_attr:TestChangeSetFnGetAttr::test_invalid_structure["
refusal(f + "getatt_validation.yml]", "error",
        {"Resources": {"P": stored({"Fn::GetAtt": ["Q"]}), "Q": stored("x")}})
refusal(f + "getatt_validation2.yml]", "error",
        {"Resources": {"P": stored({"Fn::GetAtt": ["Q", ""]}), "Q": stored("x")}})
f = "test_change_set_fn_select:TestChangeSetFnSelect::test_invalid_select_index_type["
refusal(f + "non-integer-index]", "error", {"Resources": {"P": stored(select("bad", "test"))}})
refusal(f + "non-list-list]", "error", {"Resources": {"P": stored({"Fn::Select": [0, 2]})}})
refusal(f + "index-out-of-range]", "error", {"Resources": {"P": stored(select(100, "test"))}})
refusal("test_change_set_fn_split:TestSplitValidations::test_validate_split_arguments_len",
        "validation", {"Resources": {"P": stored(join("", {"Fn::Split": ["-"]}))}})
refusal("test_change_set_parameters:TestChangeSetParameters::test_invalid_parameter_type", "error",
        {"Parameters": {"Value": {"Type": "Number"}}, "Resources": {"P": stored(ref("Value"))}},
        Parameters=given(Value="abc"))
refusal("test_template_engine:test_no_type", "error", {"Resources": {"Foo": {"Properties": {}}}},
        whole=False)
refusal("test_template_engine:TestMacros::test_to_validate_template_limit_for_macro",
        "error_response", {"Resources": {"P": stored("x" * 51201)}})
f = "api/test_changesets:test_using_pseudoparameters_in_places["
refusal(f + "resource]", "error", {"Resources": {"AWS::NoValue": topic("t")}})
refusal(f + "parameter]", "error",
        {"Parameters": {"AWS::NoValue": {"Type": "String"}}, "Resources": PARAMETER})
refusal("api/test_resources:test_invalid_logical_resource_id", "error",
        {"Resources": {"my-bad-resource-id": topic("t")}}, whole=False)
refusal("api/test_stacks:test_no_parameters_given", "deploy-error",
        {"Parameters": {"Input": {"Type": "String"}}, "Resources": PARAMETER}, whole=False)
refusal("api/test_templates:test_get_template_summary_no_resources", "error", {})


@recording("api/test_stacks:test_linting_error_during_creation")
def resources_that_are_text(server, stack):
    return {"error": error(server.client("cloudformation").create_stack, StackName=stack,
                           TemplateBody=json.dumps({"Resources": "", "Outputs": ""}))}


@recording("api/test_templates:test_create_stack_invalid_yaml_template_should_fail")
def invalid_yaml(server, stack):
    return {"create-invalid-yaml": error(server.client("cloudformation").create_stack,
                                         StackName=stack, TemplateBody="Resources:\n a: b\n  c: [")}


@recording("api/test_templates:test_validate_invalid_json_template_should_fail")
def invalid_json(server, _):
    return {"validate-invalid-json": error(server.client("cloudformation").validate_template,
                                           TemplateBody='{"Resources": {}, "a": 1')}


@recording("api/test_stacks:TestStacksApi::test_stack_name_creation")
def bad_name(server, _):
    return {"stack_response": error(server.client("cloudformation").create_stack,
                                    StackName="*@da591fa3_$", TemplateBody=template(PARAMETER))}


@recording("api/test_templates:test_create_stack_from_s3_template_url[http_invalid]")
def bad_url(server, stack):
    return {"create-error": error(server.client("cloudformation").create_stack, StackName=stack,
                                  TemplateURL="http://127.0.0.1/x.yaml")}


# --- what is not there --------------------------------------------------------------------------

@recording("api/test_stacks:test_describe_stack_events_errors")
def no_events(server, _):
    return {"describe_stack_events_stack_not_found":
            error(server.client("cloudformation").describe_stack_events,
                  StackName="does-not-exist")}


@recording("api/test_stacks:test_non_existing_stack_message")
def no_stack(server, stack):
    return {"Error": error(server.client("cloudformation").describe_stacks, StackName=stack)}


@recording("api/test_changesets:test_delete_change_set_exception")
def no_set_to_delete(server, _):
    delete = server.client("cloudformation").delete_change_set
    return {"e1": error(delete, StackName="nostack", ChangeSetName="DoesNotExist"),
            "e2": error(delete, ChangeSetName="DoesNotExist")}


@recording("api/test_changesets:test_describe_change_set_nonexisting")
def no_set(server, _):
    return {"exception": error(server.client("cloudformation").describe_change_set, whole=False,
                               StackName="somestack", ChangeSetName="DoesNotExist")}


@recording("api/test_resources:test_describe_non_existent_stack")
def no_stack_of_resource(server, _):
    return {"error": error(server.client("cloudformation").describe_stack_resource, whole=False,
                           StackName="not-a-valid-stack", LogicalResourceId="x")}


@recording("api/test_templates:test_get_template_missing_resources_stack",
           "api/test_templates:test_get_template_missing_resources",
           "api/test_templates:test_get_template_missing_resources_change_set")
def no_template(server, _):
    client = server.client("cloudformation")
    return {"stack-error": error(client.get_template, StackName="does-not-exist"),
            "change-set-error": error(client.get_template, ChangeSetName="does-not-exist")}


@recording("api/test_templates:test_get_template_no_arguments")
def template_of_nothing(server, _):
    return {"stack-error": error(server.client("cloudformation").get_template)}


@recording("api/test_templates:test_get_template_missing_resources_change_set_id")
def no_template_of_set(server, _):
    name = "arn:aws:cloudformation:us-east-1:123456789012:changeSet/x/00000000"
    return {"change-set-error": error(server.client("cloudformation").get_template,
                                      ChangeSetName=name)}


@recording("api/test_templates:test_get_template_summary_non_executed_change_set")
def summary_too_early(server, stack):
    client = server.client("cloudformation")
    make(client, stack, template(PARAMETER))
    return {"error": error(client.get_template_summary, StackName=stack)}


# --- stacks -------------------------------------------------------------------------------------

@recording("api/test_stacks:test_name_conflicts")
def names_again(server, stack):
    client = server.client("cloudformation")
    body = template(PARAMETER)
    first = client.create_stack(StackName=stack, TemplateBody=body)["StackId"]
    status = settle(client, first)["StackStatus"]
    found = {"create_stack_already_exists_exc": error(client.create_stack, StackName=stack,
                                                      TemplateBody=body),
             "created_stack_desc": status}
    client.delete_stack(StackName=stack)
    settle(client, first)
    found["deleted_stack_not_found_exc"] = error(client.describe_stacks, StackName=stack)
    found["deleted_stack_events_not_found_by_name"] = error(client.describe_stack_events,
                                                            StackName=stack)
    found["deleted_stack_desc"] = client.describe_stacks(StackName=first)
    second = client.create_stack(StackName=stack, TemplateBody=body)["StackId"]
    settle(client, second)
    found["new_stack_desc"] = client.describe_stacks(StackName=stack)
    found["stack_id_desc"] = client.describe_stacks(StackName=first)
    found["new_stack_id_desc"] = client.describe_stacks(StackName=second)
    client.delete_stack(StackName=stack)
    settle(client, second)
    found["deleted_second_stack_desc"] = client.describe_stacks(StackName=second)
    return found


@recording("api/test_stacks:TestStacksApi::test_update_stack_with_same_template_withoutchange")
def no_change(server, stack):
    client = server.client("cloudformation")
    deploy(client, stack, template(PARAMETER))
    return {"no_change_exception": error(client.update_stack, StackName=stack,
                                         TemplateBody=template(PARAMETER))}


@recording("api/test_update_stack:test_diff_after_update")
def other_resource(server, stack):
    client = server.client("cloudformation")
    deploy(client, stack, template({"SimpleParam": stored("before-stack-update")}))
    after = ("\nResources:\n    SimpleParam1:\n        Type: AWS::SSM::Parameter\n"
             "        Properties:\n            Value: after-stack-update\n            Type: String\n")
    client.update_stack(StackName=stack, TemplateBody=after)
    settle(client, stack)
    return {"get-template-response": client.get_template(StackName=stack),
            "update-error": error(client.update_stack, StackName=stack, TemplateBody=after)}


TOPIC_BY_NAME = json.dumps({"Parameters": {"TopicName": {"Type": "String"}},
                            "Resources": {"TopicBar": topic(ref("TopicName"))}})


@recording("api/test_update_stack:test_basic_update")
def basic_update(server, stack):
    client = server.client("cloudformation")
    deploy(client, stack, TOPIC_BY_NAME, Parameters=given(TopicName="basic-1"))
    answer = client.update_stack(StackName=stack, TemplateBody=TOPIC_BY_NAME,
                                 Parameters=given(TopicName="basic-2"))
    settle(client, stack)
    return {"update_response": answer}


@recording("api/test_update_stack:test_no_template_error")
def no_template_at_all(server, stack):
    client = server.client("cloudformation")
    deploy(client, stack, TOPIC_BY_NAME, Parameters=given(TopicName="none-1"))
    return {"error": error(client.update_stack, StackName=stack)}


@recording("api/test_update_stack:test_update_with_resource_types")
def resource_types(server, stack):
    client = server.client("cloudformation")
    deploy(client, stack, TOPIC_BY_NAME, Parameters=given(TopicName="types-1"))

    def ask(types):
        return error(client.update_stack, StackName=stack, TemplateBody=TOPIC_BY_NAME,
                     ResourceTypes=[types], Parameters=given(TopicName="types-2"))
    return {"invalid_type_error": ask("AWS::EC2:*"), "resource_not_allowed": ask("AWS::EC2::*")}


@recording("api/test_update_stack:test_update_with_invalid_rollback_configuration_errors")
def bad_triggers(server, stack):
    client = server.client("cloudformation")
    deploy(client, stack, TOPIC_BY_NAME, Parameters=given(TopicName="bad-1"))

    def ask(arn, kind):
        return error(client.update_stack, StackName=stack, UsePreviousTemplate=True,
                     Parameters=given(TopicName="bad-2"),
                     RollbackConfiguration={"RollbackTriggers": [{"Arn": arn, "Type": kind}]})
    return {"type_error": ask("abc", "Another"),
            "arn_error": ask("arn:aws:cloudwatch:us-east-1:123456789012:example-name",
                             "AWS::CloudWatch::Alarm")}


@recording("api/test_update_stack:test_update_deleted_stack")
def update_of_deleted(server, stack):
    client = server.client("cloudformation")
    made = deploy(client, stack, template(PARAMETER))
    client.delete_stack(StackName=made)
    settle(client, made)
    return {"Error": error(client.update_stack, StackName=made, TemplateBody=template(PARAMETER))}


@recording("api/test_stacks:TestStacksApi::test_list_events_after_deployment")
def events(server, stack):
    client = server.client("cloudformation")
    deploy(client, stack, template({"topic123": topic("listed")}))
    found = client.describe_stack_events(StackName=stack)["StackEvents"]
    return {"events": {"StackEvents": list(reversed(found))}}


@recording("api/test_stacks:test_stack_resource_not_found",
           "api/test_resources:test_describe_non_existent_resource")
def no_resource(server, stack):
    client = server.client("cloudformation")
    made = deploy(client, stack, template(PARAMETER))
    return {"Error": error(client.describe_stack_resource, StackName=stack,
                           LogicalResourceId="NonExistentResource"),
            "error": error(client.describe_stack_resource, whole=False, StackName=made,
                           LogicalResourceId="not-a-valid-resource")}


def get_templates(server, stack, body, kind):
    client = server.client("cloudformation")
    if kind == "set":
        deploy(client, stack, body)
    else:
        client.create_stack(StackName=stack, TemplateBody=body)
        settle(client, stack)
    return {"template_original": client.get_template(StackName=stack, TemplateStage="Original"),
            "template_processed": client.get_template(StackName=stack)}


f = "api/test_stacks:TestStacksApi::test_get_template_using_"
IN_JSON = json.dumps({"Outputs": {"TopicName": {"Value": att("topic69831491", "TopicName")}},
                      "Resources": {"topic69831491": {"Type": "AWS::SNS::Topic"}}})
IN_YAML = ("Resources:\n  topic69831491:\n    Type: AWS::SNS::Topic\nOutputs:\n  TopicName:\n"
           "    Value:\n      Fn::GetAtt:\n        - topic69831491\n        - TopicName\n")
for form, text in ("yaml", IN_YAML), ("json", IN_JSON):
    CALLS[f + f"changesets[{form}]"] = lambda s, n, t=text: get_templates(s, n, t, "set")
    CALLS[f + f"create_stack[{form}]"] = lambda s, n, t=text: get_templates(s, n, t, "stack")


def descriptions(server, stack, tags):
    client = server.client("cloudformation")
    body = template({"TestResource": stored("x")}, Description="test <env>.test.net")
    made = make(client, stack, body, Tags=tags)
    found = {"change-set-pre-execute": client.describe_change_set(ChangeSetName=made["Id"]),
             "stack-pre-execute": client.describe_stacks(StackName=stack)["Stacks"][0]}
    client.execute_change_set(ChangeSetName=made["Id"])
    found["stack-post-execute"] = settle(client, stack)
    return found


f = "api/test_stacks:TestStacksApi::test_stack_description_lifecycle["
CALLS[f + "no-tags]"] = lambda server, stack: descriptions(server, stack, [])
CALLS[f + "with-tags]"] = lambda server, stack: descriptions(server, stack,
                                                             [{"Key": "foo", "Value": "bar"}])


@recording("api/test_stacks:TestStacksApi::test_stack_description_special_chars")
def special_characters(server, stack):
    client = server.client("cloudformation")
    deploy(client, stack, template(PARAMETER, Description="test <env>.test.net"), Capabilities=ALL)
    return {"describe_stack": client.describe_stacks(StackName=stack)["Stacks"][0]}


# --- change sets --------------------------------------------------------------------------------

@recording("api/test_changesets:test_deleted_changeset")
def deleted_set(server, stack):
    client = server.client("cloudformation")
    made = make(client, stack, template(PARAMETER))
    client.delete_change_set(ChangeSetName=made["Id"])
    return {"create": made, "postdelete_changeset_notfound":
            error(client.describe_change_set, whole=False, ChangeSetName=made["Id"])}


@recording("api/test_changesets:test_create_while_in_review")
def create_in_review(server, stack):
    client = server.client("cloudformation")
    made = make(client, stack, template(PARAMETER))
    found = {"create_stack_while_in_review":
             client.create_stack(StackName=stack, TemplateBody=template(PARAMETER))}
    settle(client, stack)
    found["describe_stack"] = client.describe_stacks(StackName=stack)
    found["describe_change_set"] = client.describe_change_set(ChangeSetName=made["Id"])
    return found


@recording("api/test_changesets:test_multiple_create_changeset")
def two_sets(server, stack):
    client = server.client("cloudformation")
    made = make(client, stack, template(PARAMETER))
    return {"initial_changeset": client.describe_change_set(ChangeSetName=made["Id"]),
            "additional_changeset": make(client, stack, template(PARAMETER), name="other")}


@recording("api/test_changesets:test_create_change_set_no_changes")
def set_of_nothing(server, stack):
    client = server.client("cloudformation")
    deploy(client, stack, template(PARAMETER))
    made = make(client, stack, template(PARAMETER), "UPDATE", name="nothing")
    return {"change-set-description": client.describe_change_set(ChangeSetName=made["Id"])}


@recording("api/test_changesets:test_create_change_set_update_without_parameters")
def update_by_set(server, stack):
    client = server.client("cloudformation")
    first = make(client, stack, template({"topic123": topic("sns-topic-simple")}))
    client.execute_change_set(ChangeSetName=first["Id"])
    settle(client, stack)
    made = make(client, stack, template({"topic123": topic("sns-topic-simple-2")}), "UPDATE",
                name="second")
    return {"create_change_set": first,
            "describe_change_set": client.describe_change_set(ChangeSetName=made["Id"]),
            "list_change_set": client.list_change_sets(StackName=stack)}


@recording("test_change_sets:test_list_change_sets")
def list_sets(server, stack):
    client = server.client("cloudformation")
    make(client, stack, template(PARAMETER))
    return {"change-sets": client.list_change_sets(StackName=stack)}


@recording("api/test_changesets:test_create_changeset_for_deleted_stack",
           "api/test_changesets:test_changeset_for_deleted_stack")
def sets_of_deleted(server, stack):
    client = server.client("cloudformation")
    made = deploy(client, stack, template(PARAMETER))
    client.delete_stack(StackName=made)
    body = template({"SimpleParam": stored("other")})

    def ask(kind):
        return error(client.create_change_set, StackName=made, ChangeSetName="test",
                     ChangeSetType=kind, TemplateBody=body)
    found = {"ErrorForInProgress": ask("UPDATE")}
    settle(client, made)
    return {**found, "ErrorForComplete": ask("UPDATE"), "ErrorForUpdate": ask("UPDATE"),
            "ErrorForCreate": ask("CREATE")}


# --- stack policies -----------------------------------------------------------------------------

f = "api/test_stack_policies:TestStackPolicy::test_"
ALLOW = {"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*",
                        "Resource": "*"}]}
DENY = {"Statement": [{**ALLOW["Statement"][0], "Effect": "Deny"}]}


def set_policies(*steps):
    """A policy set after the other; what GetStackPolicy then says, or the refusal."""
    def ask(server, stack):
        client = server.client("cloudformation")
        deploy(client, stack, template(PARAMETER))
        found = {}
        for name, policy in steps:
            if policy is not None:
                text = policy if isinstance(policy, str) else json.dumps(policy)
                answer = error(client.set_stack_policy, StackName=stack, StackPolicyBody=text)
                if name == "error":
                    return {"error": answer if "ResponseMetadata" in answer else answer}
            found[name] = client.get_stack_policy(StackName=stack)
        return found
    return ask


CALLS[f + "policy_lifecycle"] = set_policies(("initial_policy", None), ("policy", ALLOW),
                                             ("policy_updated", DENY), ("policy_deleted", {}))
CALLS[f + "empty_policy"] = set_policies(("policy", {}))
CALLS[f + "not_json_policy"] = set_policies(("error", "this is no JSON"))
CALLS[f + "different_action_attribute"] = set_policies(
    ("error", {"Statement": [{**ALLOW["Statement"][0], "Action": "Delete:*"}]}))


def policy_error(policy):
    ask = set_policies(("error", policy))
    return lambda server, stack: {"error": ask(server, stack)["error"]["Error"]}


CALLS[f + "invalid_policy"] = policy_error({"Statement": [{"Effect": "Allow", "Resource": "*"}]})
CALLS[f + "different_principal_attribute"] = policy_error(
    {"Statement": [{**ALLOW["Statement"][0], "Principal": "short"}]})


@recording(f + "set_policy_both_policy_and_url")
def both(server, stack):
    client = server.client("cloudformation")
    deploy(client, stack, template(PARAMETER))
    return {"error": error(client.set_stack_policy, StackName=stack, StackPolicyBody="{}",
                           StackPolicyURL="https://example.com/policy.json")}


@recording(f + "create_stack_with_policy")
def made_with_policy(server, stack):
    client = server.client("cloudformation")
    client.create_stack(StackName=stack, TemplateBody=template(PARAMETER),
                        StackPolicyBody=json.dumps(ALLOW))
    settle(client, stack)
    return {"policy": client.get_stack_policy(StackName=stack)}


# --- values -------------------------------------------------------------------------------------

@recording("engine/test_attributes:TestResourceAttributes::test_invalid_getatt_fails")
def no_such_attribute(server, stack):
    client = server.client("cloudformation")
    deploy(client, stack, template({"Parameter": stored("x")}, Outputs={
        "InvalidOutput": {"Value": att("Parameter", "Invalid")}}))
    found = client.describe_stack_events(StackName=stack)["StackEvents"]
    return {"stack_events": {"events": [e for e in found if e["LogicalResourceId"] == stack]}}


@recording("test_template_engine:TestIntrinsicFunctions::test_join_no_value_construct")
def joined_nothing(server, stack):
    client = server.client("cloudformation")
    nothing = ref("AWS::NoValue")
    values = {"JoinConditionalNoValue": join(",", {"Fn::If": ["No", "x", nothing]}),
              "JoinOnlyNoValue": join(",", nothing), "JoinWithNoValue": join(",", "Sample", nothing)}
    deploy(client, stack, template(
        PARAMETER, Conditions={"No": {"Fn::Equals": ["a", "b"]}},
        Outputs={key: {"Value": value} for key, value in values.items()}))
    outputs = client.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    return {"join-output": {o["OutputKey"]: o["OutputValue"] for o in outputs}}


@recording("test_template_engine:TestImportValues::test_cfn_with_exports")
def exported(server, stack):
    client = server.client("cloudformation")
    deploy(client, stack, template(PARAMETER, Outputs={
        f"Output{i}": {"Value": "test", "Export": {"Name": {"Fn::Sub":
                       "${AWS::StackName}-TestExport-%d" % i}}} for i in range(3)}))
    found = client.list_exports()["Exports"]
    return {"exports": [e for e in found if stack in e["Name"]]}


f = "test_change_set_exports_imports:TestChangeSetImportExport::test_describe_change_set_import"


def imports(server, stack, exists_at_first, exists_at_last):
    client = server.client("cloudformation")
    name = "export-" + stack

    def export():
        deploy(client, stack + "-source", template(PARAMETER, Outputs={
            "O": {"Value": "exported-value", "Export": {"Name": name}}}))
    if exists_at_first:
        export()
    made = make(client, stack, template({"MyFoo": stored({"Fn::ImportValue": name})}))
    named = {"ChangeSetName": made["Id"]}
    found = {"describe": client.describe_change_set(**named),
             "describe_with_values": client.describe_change_set(**named,
                                                                IncludePropertyValues=True)}
    if exists_at_last and not exists_at_first:
        export()
    client.execute_change_set(**named)
    found["post-deploy-stack-describe"] = settle(client, made["StackId"])
    return found


CALLS[f] = lambda server, stack: imports(server, stack, True, True)
CALLS[f + "_non_existent_export"] = lambda server, stack: imports(server, stack, False, False)
CALLS[f + "_non_existent_export_then_create"] = \
    lambda server, stack: imports(server, stack, False, True)


# --- events -------------------------------------------------------------------------------------

def deploy_order(names):
    """Three parameters, each of which reads the one before."""
    def ask(server, stack):
        client = server.client("cloudformation")
        values = {"A": stored("root"), "B": stored(ref("A")), "C": stored(ref("B"))}
        deploy(client, stack, template({name: values[name] for name in names}))
        found = [e for e in client.describe_stack_events(StackName=stack)["StackEvents"]
                 if e["ResourceStatus"] == "CREATE_COMPLETE"]
        return {"events": sorted(found, key=lambda e: e["LogicalResourceId"])}
    return ask


@recording("test_template_engine:TestStackEvents::test_invalid_stack_deploy")
def invalid_property(server, stack):
    client = server.client("cloudformation")
    client.create_stack(StackName=stack, TemplateBody=template(
        {"MyParameter": {"Type": "AWS::SSM::Parameter", "Properties": {"Value": "abc123"}}}))
    settle(client, stack)
    found = client.describe_stack_events(StackName=stack)["StackEvents"]
    return {"failed_event": [e for e in found if e["ResourceStatus"] == "CREATE_FAILED"][0]}
