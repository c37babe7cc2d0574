"""What was asked of AWS when vectors/cloudformation was recorded, as far as the sandbox models it.

An UPDATE case makes a stack by a change set, changes it by a second one, and deletes it. The names and
values are those that the recordings show.
"""
import json


def topic(name=None, display=None, **more):
    properties = {}
    if name is not None:
        properties["TopicName"] = name
    if display is not None:
        properties["DisplayName"] = display
    return {"Type": "AWS::SNS::Topic", "Properties": properties, **more}


def stored(value, **properties):
    """A parameter of SSM."""
    return {"Type": "AWS::SSM::Parameter",
            "Properties": {**properties, "Type": "String", "Value": value}}


def ref(name):
    return {"Ref": name}


def att(name, attribute):
    return {"Fn::GetAtt": [name, attribute]}


def join(separator, *parts):
    return {"Fn::Join": [separator, list(parts)]}


def sub(text, **variables):
    return {"Fn::Sub": [text, variables] if variables else text}


def find(*keys):
    return {"Fn::FindInMap": list(keys)}


def select(index, *values):
    return {"Fn::Select": [index, list(values)]}


def split(by, text):
    return {"Fn::Join": ["_", {"Fn::Split": [by, text]}]}


T1, T2, T3 = "topic-name-1", "topic-name-2", "topic-name-3"
ONE = "display-value-1"
UPDATES = {}


def update(recording, before, after, p1=None, p2=None, puts=({}, {})):
    """before and after: resources, or a pair of resources and other sections. puts: what is put into
    the parameter store before each of the two."""
    whole = [{**(x[1] if isinstance(x, tuple) else {}),
              "Resources": x[0] if isinstance(x, tuple) else x} for x in (before, after)]
    UPDATES[recording] = (*whole, p1 or {}, p2 or {}, puts)


def display(before, after, name=T1):
    """One topic whose DisplayName changes."""
    return {"Topic1": topic(name, before)}, {"Topic1": topic(name, after)}


# Ref
f = "test_change_set_ref:TestChangeSetRef::test_"
update(f + "resource_addition", {"Topic1": topic(T1, ONE)},
       {"Topic1": topic(T1, ONE), "Topic2": topic(T2, ref("Topic1"))})
update(f + "direct_attribute_value_change",
       {"Topic1": topic(T1, ONE), "Topic2": topic(T2, ref("Topic1"))},
       {"Topic1": topic(T1, "display-value-2"), "Topic2": topic(T2, ref("Topic1"))})
update(f + "direct_attribute_value_change_in_ref_chain",
       {"Topic1": topic(T1, ONE), "Topic2": topic(T2, ref("Topic1")),
        "Topic3": topic(T3, ref("Topic2"))},
       {"Topic1": topic(T1, "display-value-2"), "Topic2": topic(T2, ref("Topic1")),
        "Topic3": topic(T3, ref("Topic2"))})
update(f + "direct_attribute_value_change_with_dependent_addition", {"Topic1": topic(T1, ONE)},
       {"Topic1": topic(T1, "display-value-2"), "Topic2": topic(T2, ref("Topic1"))})
update(f + "immutable_property_update_causes_resource_replacement",
       {"Topic1": topic(T1, "value"), "Topic2": topic(T2, ref("Topic1"))},
       {"Topic1": topic("updated-topic-name-1", "new_value"), "Topic2": topic(T2, ref("Topic1"))})
update(f + "supported_pseudo_parameter", {"Topic1": topic("topic_name_1")},
       {"Topic2": topic("topic_name_2") | {"Properties": {
           "TopicName": "topic_name_2",
           "Tags": [{"Key": word, "Value": ref("AWS::" + word)} for word in
                    ("Partition", "AccountId", "Region", "StackName", "StackId", "URLSuffix")]}}})

# Fn::GetAtt
f = "test_change_set_fn_get_attr:TestChangeSetFnGetAttr::test_"
D1 = att("Topic1", "DisplayName")
update(f + "resource_addition", {"Topic1": topic(T1, ONE)},
       {"Topic1": topic(T1, ONE), "Topic2": topic(T2, D1)})
update(f + "resource_deletion", {"Topic1": topic(T1, ONE), "Topic2": topic(T2, D1)},
       {"Topic1": topic(T1, ONE)})
update(f + "direct_attribute_value_change", {"Topic1": topic(T1, ONE), "Topic2": topic(T2, D1)},
       {"Topic1": topic(T1, "display-value-2"), "Topic2": topic(T2, D1)})
update(f + "direct_attribute_value_change_in_get_attr_chain",
       {"Topic1": topic(T1, ONE), "Topic2": topic(T2, D1),
        "Topic3": topic(T3, att("Topic2", "DisplayName"))},
       {"Topic1": topic(T1, "display-value-2"), "Topic2": topic(T2, D1),
        "Topic3": topic(T3, att("Topic2", "DisplayName"))})
update(f + "direct_attribute_value_change_with_dependent_addition", {"Topic1": topic(T1, ONE)},
       {"Topic1": topic(T1, "display-value-2"), "Topic2": topic(T2, D1)})
update(f + "immutable_property_update_causes_resource_replacement",
       {"Topic1": topic(T1, "value"), "Topic2": topic(T2, D1)},
       {"Topic1": topic("updated-topic-name-1", "new_value"), "Topic2": topic(T2, D1)})

# Fn::Join
f = "test_change_set_fn_join:TestChangeSetFnJoin::test_"
update(f + "update_string_literal_delimiter_empty",
       *display(join("", "v1", "test"), join("-", "v1", "test")))
update(f + "update_string_literal_arguments_empty", *display(join(""), join("", "v1", "test")))
update(f + "update_string_literal_argument",
       *display(join("-", "v1", "test"), join("-", "v2", "test")))
update(f + "update_string_literal_delimiter",
       *display(join("-", "v1", "test"), join("_", "v2", "test")))
P1 = join("-", "prefix", D1)
update(f + "update_refence_argument",
       {"Topic1": topic(T1, "display-name-1"), "Topic2": topic(T2, P1)},
       {"Topic1": topic(T1, "display-name-2"), "Topic2": topic(T2, P1)})
update(f + "indirect_update_refence_argument",
       {"Topic1": topic(T1, join("-", "display", "name", "1")), "Topic2": topic(T2, P1)},
       {"Topic1": topic(T1, join("-", "display", "name", "2")), "Topic2": topic(T2, P1)})

# Fn::Sub
f = "test_change_set_fn_sub:TestChangeSetFnSub::test_fn_sub_"
STACK = sub("The stack name is ${AWS::StackName}")
NAMED = {"Parameters": {"ParameterDisplayName": {"Type": "String",
                                                 "Default": "display-value-parameter"}}}
TEXT = "Parameter interpolation: "
ONE_OF = sub(TEXT + "${var_name_1}", var_name_1="var_value_1")
TWO_OF = sub(TEXT + "${var_name_1}, ${var_name_2}", var_name_1="var_value_1",
             var_name_2="var_value_2")
BY_REF = ({"Topic1": topic(T1, sub(TEXT + "${var_name}", var_name=ref("ParameterDisplayName")))},
          NAMED)
update(f + "addition_string_pseudo", *display(ONE, STACK))
update(f + "update_string_pseudo", *display(STACK, sub("The region name is ${AWS::Region}")))
update(f + "delete_string_pseudo", *display(STACK, "display-name-2"))
update(f + "addition_parameter_literal",
       *display(ONE, sub(TEXT + "${var_name}", var_name="var_value")))
update(f + "update_parameter_literal", *display(ONE_OF, TWO_OF))
update(f + "delete_parameter_literal", *display(TWO_OF, ONE_OF))
update(f + "addition_parameter", {"Topic1": topic(T1, ONE)},
       ({"Topic1": topic(T1, sub(TEXT + "${ParameterDisplayName}"))}, NAMED))
update(f + "addition_parameter_ref", {"Topic1": topic(T1, ONE)}, BY_REF)
update(f + "update_parameter_type",
       ({"Topic1": topic(T1, sub(TEXT + "${var_name}", var_name=find("SNSMapping", "Key1", "Val")))},
        {"Mappings": {"SNSMapping": {"Key1": {"Val": ONE}}}}), BY_REF)

# Fn::Select, Fn::Split, Fn::Base64
f = "test_change_set_fn_select:TestChangeSetFnSelect::test_fn_select_"
THREE = select(1, "1st", "2nd", "3rd")
S1 = select(0, D1)
update(f + "add_to_static_property", *display(T1, THREE, None))
update(f + "remove_from_static_property", *display(THREE, T1, None))
update(f + "change_in_selection_list",
       *display(select(1, "1st", "2nd"), select(1, "1st", "new-2nd", "3rd"), None))
update(f + "change_in_selection_index_only",
       *display(select(1, "1st", "2nd"), select(0, "1st", "2nd"), None))
update(f + "change_in_selected_element_type_ref",
       *display(select(0, "1st"), select(0, ref("AWS::StackName")), None))
update(f + "change_get_att_reference", {"Topic1": topic(None, T1), "Topic2": topic(None, S1)},
       {"Topic1": topic(None, T2), "Topic2": topic(None, S1)})
f = "test_change_set_fn_split:TestChangeSetFnSplit::test_fn_split_"
PARTS = split("-", "part1-part2-part3")
S1 = split("-", D1)
update(f + "add_to_static_property", *display(T1, PARTS, None))
update(f + "remove_from_static_property", *display(PARTS, T1, None))
update(f + "change_delimiter", *display(split("-", "a-b--c::d"), split(":", "a-b--c::d"), None))
update(f + "change_source_string_only", *display(split("-", "a-b"), split("-", "x-y-z"), None))
update(f + "with_ref_as_string_source", *[
    ({"Topic1": topic(None, split("-", ref("DelimiterParam")))},
     {"Parameters": {"DelimiterParam": {"Type": "String", "Default": value}}})
    for value in ("hello-world", "foo-bar-baz")])
update(f + "with_get_att", {"Topic1": topic(None, T1), "Topic2": topic(None, S1)},
       {"Topic1": topic(None, T2), "Topic2": topic(None, S1)})
f = "test_change_set_fn_base64:TestChangeSetFnBase64::test_fn_base64_"
update(f + "add_to_static_property", *display(T1, {"Fn::Base64": "HelloWorld"}, None))
update(f + "remove_from_static_property", *display({"Fn::Base64": "HelloWorld"}, T1, None))
update(f + "change_input_string",
       *display({"Fn::Base64": "OldValue"}, {"Fn::Base64": "NewValue"}, None))

# Conditions
f = "test_change_set_conditions:TestChangeSetConditions::test_condition_"


def when(value):
    return {"Conditions": {"CreateTopic": {"Fn::Equals": ["true", value]}}}


MAYBE, OTHER = topic(T1, Condition="CreateTopic"), topic(T2)
update(f + "update_removes_resource", ({"SNSTopic": MAYBE}, when("true")),
       ({"SNSTopic": MAYBE, "TopicPlaceholder": OTHER}, when("false")))
update(f + "update_adds_resource",
       ({"SNSTopic": MAYBE, "TopicPlaceholder": OTHER}, when("false")),
       ({"SNSTopic": MAYBE, "TopicPlaceholder": OTHER}, when("true")))
update(f + "add_new_negative_condition_to_existent_resource", {"SNSTopic": topic(T1)},
       ({"SNSTopic": MAYBE, "TopicPlaceholder": OTHER}, when("false")))
update(f + "add_new_positive_condition_to_existent_resource", {"SNSTopic1": topic(T1)},
       ({"SNSTopic1": MAYBE, "SNSTopic2": topic(T2, Condition="CreateTopic")}, when("true")))

# DependsOn
f = "test_change_set_depends_on:TestChangeSetDependsOn::test_"
DT1, DT2, DTN = topic(T1, ONE), topic(T2, "display-value-2"), topic("topic-name-n", "display-value-n")
update(f + "update_depended_resource", {"Topic1": DT1, "Topic2": {**DT2, "DependsOn": "Topic1"}},
       {"Topic1": topic(T1, "display-value-1-updated"), "Topic2": {**DT2, "DependsOn": "Topic1"}})
update(f + "update_depended_resource_list",
       {"Topic1": DT1, "Topic2": {**DT2, "DependsOn": ["Topic1"]}},
       {"Topic1": topic(T1, "display-value-1-updated"), "Topic2": {**DT2, "DependsOn": ["Topic1"]}})
update(f + "multiple_dependencies_addition",
       {"Topic1": DT1, "Topicn": {**DTN, "DependsOn": ["Topic1"]}},
       {"Topic1": DT1, "Topicn": {**DTN, "DependsOn": ["Topic1", "Topic2"]}, "Topic2": DT2})
update(f + "multiple_dependencies_deletion",
       {"Topic1": DT1, "Topic2": DT2, "Topicn": {**DTN, "DependsOn": ["Topic1", "Topic2"]}},
       {"Topic1": DT1, "Topicn": {**DTN, "DependsOn": ["Topic1"]}})

# Mappings
f = "test_change_set_mappings:TestChangeSetMappings::test_"
V1, VN = "display-value-1", "display-value-new"


def mapped(rows, one, two=None):
    resources = {"Topic1": topic(T1, find("SNSMapping", *one))}
    if two:
        resources["Topic2"] = topic(T2, find("SNSMapping", *two))
    return resources, {"Mappings": {"SNSMapping": rows}}


K1, K1N, K2, K2N = ("Key1", "Val"), ("Key1", "ValNew"), ("Key2", "Val"), ("Key2", "ValNew")
BASE = mapped({"Key1": {"Val": V1}}, K1)
update(f + "mapping_leaf_update", BASE, mapped({"Key1": {"Val": "display-value-2"}}, K1))
update(f + "mapping_key_update", BASE,
       mapped({"KeyNew": {"Val": "display-value-2"}}, ("KeyNew", "Val")))
update(f + "mapping_addition_with_resource", BASE,
       mapped({"Key1": {"Val": V1, "ValNew": VN}}, K1, K1N))
update(f + "mapping_key_addition_with_resource", BASE,
       mapped({"Key1": {"Val": V1}, "Key2": {"Val": V1, "ValNew": VN}}, K2, K2N))
update(f + "mapping_deletion_with_resource_remap",
       mapped({"Key1": {"Val": V1, "ValNew": VN}}, K1, K1N), mapped({"Key1": {"Val": V1}}, K1, K1))
update(f + "mapping_key_deletion_with_resource_remap",
       mapped({"Key1": {"Val": V1}, "Key2": {"Val": "display-value-2"}}, K1, K2),
       mapped({"Key1": {"Val": V1}}, K1, K1))
ZONES = {"Mappings": {"AWSCloudFrontPartitionHostedZoneIdMap": {
    "aws": {"zoneId": "Z2FDTNDATAQYW2"}, "aws-cn": {"zoneId": "Z3RFFRIM2A3IF5"}}}}
ZONE = find("AWSCloudFrontPartitionHostedZoneIdMap", ref("AWS::Partition"), "zoneId")
update(f + "fn_find_in_map_with_nested_ref", ({"Topic1": topic(T1, ZONE)}, ZONES),
       ({"Topic1": topic(T1 + "-updated", ZONE)}, ZONES))
update(f + "fn_find_in_map_with_nested_ref_change_mapping", *[
    ({"Topic1": topic(T1, find("RegionMap", ref("AWS::Region"), "value"))},
     {"Mappings": {"RegionMap": {"us-east-1": {"value": a}, "us-west-2": {"value": b}}}})
    for a, b in (("value-1", "value-2"), ("value-3", "value-4"))])
COMPLEX = ({"Topic1": topic(T1, find("ComplexMap", ref("Environment"), ref("AWS::Partition")))},
           {"Parameters": {"Environment": {"Type": "String"}},
            "Mappings": {"ComplexMap": {"prod": {"aws": "prod-aws-value"},
                                        "dev": {"aws": "dev-aws-value"}}}})
update(f + "fn_find_in_map_with_multiple_nested_functions", COMPLEX, COMPLEX,
       {"Environment": "prod"}, {"Environment": "dev"})

# Parameters
f = "test_change_set_parameters:TestChangeSetParameters::test_update_parameter_"


def named(default=None):
    declared = {"Type": "String"} | ({"Default": default} if default else {})
    return {"Foo": topic(ref("TopicName"))}, {"Parameters": {"TopicName": declared}}


update(f + "default_value", named(T1), named(T2))
update(f + "with_added_default_value", named(), named(T2), {"TopicName": T1})
update(f + "with_removed_default_value", named(T1), named(), None, {"TopicName": T2})
update(f + "default_value_with_dynamic_overrides", named("default-value-1"),
       named("default-value-2"), {"TopicName": T1}, {"TopicName": T2})

# An empty list
update("test_change_set_values:TestChangeSetValues::test_property_empy_list",
       {"Role": {"Type": "AWS::Logs::LogGroup",
                 "Properties": {"LogGroupName": att("Topic", "TopicName"), "Tags": []}},
        "Topic": topic("test-name")}, {"Topic": topic("test-name")})

# Several ways in which one resource changes another
f = "test_change_sets:TestCaptureUpdateProcess::test_"
FOLLOWS = {"Parameter": stored(att("Foo", "TopicName"))}
update(f + "direct_update", {"Foo": topic("topic-1")}, {"Foo": topic("topic-2")})
update(f + "dynamic_update", {"Foo": topic("topic-1"), **FOLLOWS},
       {"Foo": topic("topic-2"), **FOLLOWS})
CHOSEN = ({"Foo": topic(ref("TopicName")), **FOLLOWS},
          {"Parameters": {"TopicName": {"Type": "String"}}})
update(f + "parameter_changes", CHOSEN, CHOSEN, {"TopicName": "topic-1"}, {"TopicName": "topic-2"})
MAP = {"MyMap": {"MyKey": {"key1": T1, "key2": T2}}}
update(f + "mappings_with_static_fields", *[
    ({"Foo": topic(find("MyMap", "MyKey", key)), **FOLLOWS}, {"Mappings": MAP})
    for key in ("key1", "key2")])
LOOKED = ({"Foo": topic(find("MyMap", "MyKey", ref("TopicName"))), **FOLLOWS},
          {"Mappings": MAP, "Parameters": {"TopicName": {"Type": "String"}}})
update(f + "mappings_with_parameter_lookup", LOOKED, LOOKED, {"TopicName": "key1"},
       {"TopicName": "key2"})
STAGED = ({"Bucket": {"Type": "AWS::S3::Bucket"},
           "Parameter": stored("test") | {"Condition": "IsProduction"}},
          {"Parameters": {"EnvironmentType": {"Type": "String"}},
           "Conditions": {"IsProduction": {"Fn::Equals": [ref("EnvironmentType"), "prod"]}}})
update(f + "conditions", STAGED, STAGED, {"EnvironmentType": "not-prod"},
       {"EnvironmentType": "prod"})
BEHIND = {"Parameter2": stored(att("Parameter1", "Value"))}
update(f + "unrelated_changes_update_propagation", *[
    {"Parameter1": stored("topic-name", Description=text), **BEHIND}
    for text in ("original", "changed")])
update(f + "unrelated_changes_requires_replacement", *[
    {"Parameter1": stored("value", Name=name), **BEHIND}
    for name in ("parameter-1-name", "parameter-2-name")])
GIVEN = {"Parameters": {"ParameterValue": {"Type": "String"}}}
VALUE = {"ParameterValue": "value-1"}, {"ParameterValue": "value-2"}
update(f + "base_dynamic_parameter_scenarios[change_dynamic]",
       *[({"Parameter": stored(ref("ParameterValue"))}, GIVEN)] * 2, *VALUE)
SHOULD = ({"SSMParameter1": stored("first"),
           "SSMParameter2": stored("first") | {"Condition": "ShouldCreateParameter"}},
          {"Parameters": {"ParameterValue": {"Type": "String", "Default": "value-1",
                                             "AllowedValues": ["value-1", "value-2"]}},
           "Conditions": {"ShouldCreateParameter": {"Fn::Equals": [ref("ParameterValue"),
                                                                   "value-2"]}}})
update(f + "base_dynamic_parameter_scenarios[change_parameter_for_condition_create_resource]",
       SHOULD, SHOULD, *VALUE)
update(f + "base_mapping_scenarios[update_string_referencing_resource]", *[
    ({"MySSMParameter": stored(find("GenericMapping", "EnvironmentA", "ParameterValue"))},
     {"Mappings": {"GenericMapping": {"EnvironmentA": {"ParameterValue": value}}}})
    for value in ("value-1", "value-2")])

# Parameters that are read from the parameter store
DERIVED = {"DerivedParameter": stored(ref("InputValue"))}
INPUT = {"Parameters": {"InputValue": {"Type": "AWS::SSM::Parameter::Value<String>"}},
         "Outputs": {"DerivedParameterName": {"Value": ref("DerivedParameter")}}}
GIVEN = {"InputValue": "/put/input"}
f = "test_change_sets:test_dynamic_ssm_parameter_lookup"
update(f, (DERIVED, INPUT), (DERIVED, INPUT), GIVEN, GIVEN,
       ({"/put/input": "value-1"}, {"/put/input": "value-2"}))
update(f + "_no_change", (DERIVED, INPUT),
       ({**DERIVED, "AnotherParameter": stored("new parameter")}, INPUT), GIVEN, GIVEN,
       ({"/put/input": "value-1"}, {}))
f = "v2/test_dynamic_resolving:TestSSMParameterValues::test_"
READ, PLAIN = [({"MyParameter": stored(ref("MyValue"))}, {"Parameters": {"MyValue": {"Type": kind}}})
               for kind in ("AWS::SSM::Parameter::Value<String>", "String")]
MINE = {"MyValue": "/put/mine"}
update(f + "update_parameter_between_deployments", READ, READ, MINE, MINE,
       ({"/put/mine": "value-1"}, {"/put/mine": "value-2"}))
update(f + "change_parameter_type", PLAIN, READ, MINE, MINE, ({"/put/mine": "value-1"}, {}))

# Deletion in the order that is opposite to creation's
CHAIN = {"A": stored("root") | {"DependsOn": "Dummy"}, "B": stored(ref("A")), "C": stored(ref("B"))}
DUMMY = {"Dummy": stored("dummy")}
for gone in "C", "BC", "ABC":
    update(f"api/test_stacks:test_stack_deletion_order[{'-'.join(gone)}]", {**CHAIN, **DUMMY},
           {**DUMMY, **{name: value for name, value in CHAIN.items() if name not in gone}})


# Resources that lie in a bucket
def included(name):
    return {"Fn::Transform": {"Name": "AWS::Include",
                              "Parameters": {"Location": "s3://included-1/" + name}}}


f = "test_change_set_fn_transform:TestChangeSetFnTransform::test_embedded_fn_transform_include["
FIRST = {"Parameter": stored("foo", Name=T1)}
for form, second in (("yml", {**FIRST, "Parameter2": stored("foo", Name="name-2-bd1e2d36")}),
                     ("json", {"Parameter": stored("foo", Name="name-2-3e00e97a")})):
    update(f + form + "]", included("first." + form), included("second." + form), None, None,
           [{f"s3://included-1/{which}.{form}": json.dumps(body)}
            for which, body in (("first", FIRST), ("second", second))])
