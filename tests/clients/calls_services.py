"""Recordings about resource types and other services, as far as CloudFormation, SSM and S3 tell of them.

What other services answer to their own calls is left out: docs/sandbox.md names these recordings.
"""
from calls import ALL, CALLS, deploy, error, given, outputs, recording
from calls_stacks import put, url_of
from cases import att, ref, stored, sub
from harness import settle, template


def of(kind, **properties):
    """A resource of type AWS::kind."""
    return {"Type": "AWS::" + kind, "Properties": properties}


def document(action, resource="*", **more):
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def role(service="lambda.amazonaws.com", **properties):
    assume = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    return of("IAM::Role", AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [assume]},
              **properties)


def function(made_by, **properties):
    return of("Lambda::Function", Runtime="python3.12", Handler="index.handler",
              Role=att(made_by, "Arn"), Code={"ZipFile": "def handler(event, context): pass"},
              **properties)


def detail(logical_id):
    """What DescribeStackResource says of it."""
    def ask(client, stack):
        return client.describe_stack_resource(
            StackName=stack, LogicalResourceId=logical_id)["StackResourceDetail"]
    return ask


def whole_detail(logical_id):
    return lambda client, stack: client.describe_stack_resource(StackName=stack,
                                                                LogicalResourceId=logical_id)


def resources(client, stack):
    return client.describe_stack_resources(StackName=stack)


def output(name):
    return lambda client, stack: outputs(client, stack)[name]


def told(name, body, out=None, **parts):
    """A stack of these resources: what CloudFormation tells of it, by the answer's name with dashes
    as underscores."""
    text = template(body, Outputs={key: {"Value": value} for key, value in (out or {}).items()})

    def ask(server, stack):
        client = server.client("cloudformation")
        made = deploy(client, stack, text, Capabilities=ALL)
        found = {}
        for key, part in parts.items():
            found[key] = found[key.replace("_", "-")] = part(client, made)
        return found
    CALLS[name] = ask


# --- networks -----------------------------------------------------------------------------------

VPC = of("EC2::VPC", CidrBlock="10.0.0.0/16")
told("resource_providers/ec2/aws_ec2_networkacl/test_basic:TestBasicCRD::test_black_box",
     {"Vpc": VPC, "Acl": of("EC2::NetworkAcl", VpcId=ref("Vpc"))},
     {"NetworkAclId": ref("Acl")}, stack_outputs=outputs)
f = "resource_providers/ec2/test_ec2_resource_provider:test_deploy_"
told(f + "prefix_list", {"NewPrefixList": of(
    "EC2::PrefixList", PrefixListName="vpc-1-servers", AddressFamily="IPv4", MaxEntries=10,
    Tags=[{"Key": "Name", "Value": "VPC-1-Servers"}])}, resource_description=resources)
NETWORK = {"myVPC": "vpc-id", "subnetA": "subnet-a-id", "subnetB": "subnet-b-id"}  # as recorded
told(f + "vpc_endpoint", {
    "myVPC": VPC, **{f"subnet{c}": of("EC2::Subnet", VpcId=ref("myVPC"), CidrBlock=f"10.0.{i}.0/24")
                     for i, c in enumerate("AB")},
    "mySecurityGroup": of("EC2::SecurityGroup", GroupDescription="x", VpcId=ref("myVPC")),
    "CWLInterfaceEndpoint": of(
        "EC2::VPCEndpoint", VpcEndpointType="Interface", VpcId=ref("myVPC"),
        ServiceName=sub("com.amazonaws.${AWS::Region}.logs"),
        SubnetIds=[ref("subnetA"), ref("subnetB")], SecurityGroupIds=[ref("mySecurityGroup")])},
    resource_description=lambda client, stack: {"StackResources": [
        {**r, "PhysicalResourceId": NETWORK.get(r["LogicalResourceId"], r["PhysicalResourceId"])}
        for r in resources(client, stack)["StackResources"]]})
f = "resources/test_ec2:test_"
told(f + "internet_gateway_ref_and_attr", {"Gateway": of("EC2::InternetGateway")},
     {"IdAttachment": att("Gateway", "InternetGatewayId"), "RefAttachment": ref("Gateway")},
     outputs=outputs, description=detail("Gateway"))
told(f + "vpc_gateway_attachment", {
    "Vpc": VPC, "Gateway": of("EC2::InternetGateway"),
    "VpnGateway": of("EC2::VPNGateway", Type="ipsec.1"),
    "One": of("EC2::VPCGatewayAttachment", VpcId=ref("Vpc"), InternetGatewayId=ref("Gateway")),
    "Two": of("EC2::VPCGatewayAttachment", VpcId=ref("Vpc"), VpnGatewayId=ref("VpnGateway"))},
    {"One": ref("One"), "Two": ref("Two")},
    attachment_1_ref=output("One"), attachment_2_ref=output("Two"))
told(f + "ec2_security_group_id_with_vpc", {
    "Vpc": VPC, "Without": of("EC2::SecurityGroup", GroupDescription="x"),
    "With": of("EC2::SecurityGroup", GroupDescription="x", VpcId=ref("Vpc"))},
    {"SGWithVpcIdGroupId": att("With", "GroupId"), "SGWithVpcIdRef": ref("With"),
     "SGWithoutVpcIdGroupId": att("Without", "GroupId"), "SGWithoutVpcIdRef": ref("Without")},
    references=outputs)

# --- messages, logs, alarms, streams ------------------------------------------------------------

told("resources/test_cdk:TestCdkSampleApp::test_cdk_sample", {
    "CdksampleQueue3139C8CD": of("SQS::Queue", VisibilityTimeout=300),
    "CdksampleTopic7AD235A4": of("SNS::Topic"),
    "CdksampleQueuePolicyFA91005A": of(
        "SQS::QueuePolicy", Queues=[ref("CdksampleQueue3139C8CD")], PolicyDocument=document(
            "sqs:SendMessage", att("CdksampleQueue3139C8CD", "Arn"),
            Principal={"Service": "sns.amazonaws.com"})),
    "CdksampleQueueCdksampleStackCdksampleTopicCB3FDFDDC0BCF47C": of(
        "SNS::Subscription", Protocol="sqs", TopicArn=ref("CdksampleTopic7AD235A4"),
        Endpoint=att("CdksampleQueue3139C8CD", "Arn"))},
    stack_resources=lambda client, stack: client.list_stack_resources(StackName=stack))
told("resources/test_cloudwatch:test_alarm_creation", {"Alarm": of(
    "CloudWatch::Alarm", ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1,
    MetricName="Errors", Namespace="AWS/Lambda", Period=60, Statistic="Sum", Threshold=1)},
    {"AlarmArnFromAtt": att("Alarm", "Arn"), "AlarmName": ref("Alarm")}, alarm_outputs=outputs)
told("resources/test_logs:test_logstream", {
    "Group": of("Logs::LogGroup"), "Stream": of("Logs::LogStream", LogGroupName=ref("Group"))},
    {"LogStreamNameOutput": ref("Stream"), "LogGroupNameOutput": ref("Group")}, outputs=outputs)
told("resources/test_kinesis:test_stream_creation", {
    "TestStream": of("Kinesis::Stream", ShardCount=1)},
    {"StreamArnFromAtt": att("TestStream", "Arn"), "StreamNameFromRef": ref("TestStream")},
    stack_output=outputs, resource_description=resources)
told("resources/test_firehose:test_firehose_stack_with_kinesis_as_source", {
    "Role": role("firehose.amazonaws.com"), "Bucket": of("S3::Bucket"),
    "Stream": of("Kinesis::Stream", ShardCount=1),
    "Delivery": of("KinesisFirehose::DeliveryStream", DeliveryStreamType="KinesisStreamAsSource",
                   KinesisStreamSourceConfiguration={"KinesisStreamARN": att("Stream", "Arn"),
                                                     "RoleARN": att("Role", "Arn")},
                   ExtendedS3DestinationConfiguration={"BucketARN": att("Bucket", "Arn"),
                                                       "RoleARN": att("Role", "Arn")})},
    {"deliveryStreamRef": ref("Delivery")}, outputs=outputs)
NAME, BUS = {"Name": "custom-rule"}, {"EventBusName": ref("Bus")}
RULES = {"RuleWithName": {**NAME, **BUS}, "RuleWithoutName": BUS, "RuleWithoutBus": {}}
told("resources/test_events:test_rule_properties", {
    "Bus": of("Events::EventBus", Name="a-bus"),
    **{name: of("Events::Rule", ScheduleExpression="rate(1 hour)", **properties) if not properties
       else of("Events::Rule", EventPattern={"source": ["a"]}, **properties)
       for name, properties in RULES.items()}},
    {name + kind: ref(name) if kind == "Ref" else att(name, "Arn")
     for name in RULES for kind in ("Ref", "Arn")}, outputs=outputs)
told("resource_providers/scheduler/test_scheduler:test_schedule_and_group", {
    "Role": role("scheduler.amazonaws.com"), "Queue": of("SQS::Queue"),
    "MyScheduleGroup": of("Scheduler::ScheduleGroup"),
    "MySchedule": of("Scheduler::Schedule", GroupName=ref("MyScheduleGroup"),
                     FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 60},
                     ScheduleExpression="rate(1 hour)",
                     Target={"Arn": att("Queue", "Arn"), "RoleArn": att("Role", "Arn")})},
    Schedule=detail("MySchedule"), Group=detail("MyScheduleGroup"))
told("resources/test_kms:test_cfn_with_kms_resources", {
    "Key": of("KMS::Key", KeyPolicy=document("kms:*", Principal="*")),
    "Alias": of("KMS::Alias", AliasName="alias/an-alias", TargetKeyId=ref("Key"))},
    {"KeyAlias": ref("Alias"), "KeyArn": att("Key", "Arn")}, stack_outputs=outputs)
for blocked in {"BlockPublicPolicy": True}, {}:
    told(f"resources/test_secretsmanager:test_cfn_secret_policy[{'true' if blocked else 'default'}]",
         {"Secret": of("SecretsManager::Secret"),
          "Policy": of("SecretsManager::ResourcePolicy", SecretId=ref("Secret"), **blocked,
                       ResourcePolicy=document("secretsmanager:*", Principal="*"))},
         {"SecretId": ref("Secret"), "SecretPolicyArn": ref("Policy")}, outputs=outputs)
told("resources/test_s3:test_bucketpolicy", {
    "Bucket": of("S3::Bucket"), "Policy": of(
        "S3::BucketPolicy", Bucket=ref("Bucket"),
        PolicyDocument=document("s3:GetObject*", Principal="*"))},
    {"BucketName": ref("Bucket")}, bucket=outputs)

# --- functions ----------------------------------------------------------------------------------

f = "resources/test_lambda:"
BASE = {"fnServiceRole5D180AFD": role(), "fn5FF616E3": function("fnServiceRole5D180AFD")}
FN = ref("fn5FF616E3")
VERSION = {"fnVersion7BF8AE5A": of("Lambda::Version", FunctionName=FN)}
told(f + "test_cfn_function_url", {**BASE, "Url": of(
    "Lambda::Url", AuthType="NONE", TargetFunctionArn=att("fn5FF616E3", "Arn"))},
    url_resource=whole_detail("Url"))
told(f + "test_lambda_alias", {
    "MyFnServiceRole": role(), "LambdaFunction": function("MyFnServiceRole"),
    "Version": of("Lambda::Version", FunctionName=ref("LambdaFunction")),
    "FunctionAlias": of("Lambda::Alias", FunctionName=ref("LambdaFunction"), Name="an-alias",
                        FunctionVersion=att("Version", "Version"))},
    stack_resource_descriptions=resources)
told(f + "TestCfnLambdaIntegrations::test_cfn_lambda_permissions", {
    **BASE, "topic69831491": of("SNS::Topic"),
    "fntopic09ED913A": of("SNS::Subscription", Protocol="lambda", TopicArn=ref("topic69831491"),
                          Endpoint=att("fn5FF616E3", "Arn")),
    "fnAllowInvokeLambdaPermissionsStacktopicF723B1A748672DB5": of(
        "Lambda::Permission", Action="lambda:InvokeFunction", Principal="sns.amazonaws.com",
        FunctionName=att("fn5FF616E3", "Arn"), SourceArn=ref("topic69831491"))},
    stack_resources=resources)


def reads_from(name, logical_id, mapping, source, **more):
    """A function that reads from a queue, a table or a stream."""
    told(f + "TestCfnLambdaIntegrations::test_cfn_lambda_" + name, {
        **BASE, logical_id: source, "fnServiceRoleDefaultPolicy0ED5D3E5": of(
            "IAM::Policy", PolicyName="reads", PolicyDocument=document("sqs:*"),
            Roles=[ref("fnServiceRole5D180AFD")]),
        mapping: of("Lambda::EventSourceMapping", FunctionName=FN, BatchSize=1, **more)},
        stack_resources=resources)


TABLE = of("DynamoDB::Table", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
           AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
           BillingMode="PAY_PER_REQUEST", StreamSpecification={"StreamViewType": "NEW_IMAGE"})
LATEST = {"StartingPosition": "TRIM_HORIZON"}
reads_from("sqs_source", "q14836DC8", "fnSqsEventSourceLambdaSqsSourceStackq2097017B53C3FF8C",
           of("SQS::Queue"), EventSourceArn=att("q14836DC8", "Arn"))
reads_from("dynamodb_source", "table8235A42E",
           "fnDynamoDBEventSourceLambdaDynamodbSourceStacktable153BBA79064FDF1D", TABLE,
           EventSourceArn=att("table8235A42E", "StreamArn"), **LATEST)
reads_from("kinesis_source", "stream19075594",
           "fnKinesisEventSourceLambdaKinesisSourceStackstream996A3395ED86A30E",
           of("Kinesis::Stream", ShardCount=1), EventSourceArn=att("stream19075594", "Arn"),
           **LATEST)
told(f + "test_lambda_code_signing_config", {"CodeSigningConfig": of(
    "Lambda::CodeSigningConfig", AllowedPublishers={"SigningProfileVersionArns": [
        sub("arn:aws:signer:${AWS::Region}:${AWS::AccountId}:/signing-profiles/test")]})},
    stack_resource_descriptions=resources)
for name in "test_lambda_version", "test_lambda_version_provisioned_concurrency":
    told(f + name, {**BASE, **VERSION}, stack_resources=resources)
told(f + "test_lambda_layer_crud", {
    **BASE, "Layer": of("Lambda::LayerVersion", LayerName="a-layer", Content={
        "S3Bucket": "layers", "S3Key": "layer.zip"})},
    {"LambdaName": FN, "LambdaArn": att("fn5FF616E3", "Arn"), "LayerVersionRef": ref("Layer"),
     "LayerVersionArn": att("Layer", "LayerVersionArn")}, **{"cfn_output": outputs})

# --- SSM ----------------------------------------------------------------------------------------

f = "resource_providers/ssm/test_parameter:Test"
for attribute in "Type", "Value":
    told(f + f"AttributeAccess::test_getattr[{attribute}]", {"MyResource": stored("abc123")},
         {"MyOutput": att("MyResource", attribute), "MyRef": ref("MyResource")},
         stack_outputs=outputs, physical_resource_id=lambda client, stack: detail("MyResource")(
             client, stack)["PhysicalResourceId"])


def parameter_of_stack(server, stack):
    """A parameter that a stack makes, as SSM tells of it, and when the stack is gone."""
    client, ssm = server.client("cloudformation"), server.client("ssm")
    made = deploy(client, stack, template({"MyParameter": stored("abc123", Name=stack)}))
    seen = ssm.get_parameter(Name=stack)
    client.delete_stack(StackName=made)
    settle(client, made)
    return seen, lambda whole: error(ssm.get_parameter, whole=whole, Name=stack)


@recording(f + "BasicCRD::test_black_box")
def parameter_told(server, stack):
    seen, gone = parameter_of_stack(server, stack)
    return {"describe-resource": seen, "deleted-resource": {"error-message": gone(False)}}


@recording("resources/test_ssm:test_parameter_defaults")
def parameter_by_default(server, stack):
    seen, gone = parameter_of_stack(server, stack)
    return {"ssm_parameter": seen, "ssm_parameter_not_found": gone(True)}


told("resources/test_ssm:test_deploy_patch_baseline", {
    "myPatchBaseline": of("SSM::PatchBaseline", Name="a-baseline")},
    patch_baseline=detail("myPatchBaseline"))
TARGETS = [{"Key": "tag:Patch", "Values": ["yes"]}]
WINDOW = ref("PatchServerMaintenanceWindow")
told("resources/test_ssm:test_maintenance_window", {
    "PatchBaselineAML": of("SSM::PatchBaseline", Name="baseline-1"),
    "PatchBaselineAML2": of("SSM::PatchBaseline", Name="baseline-2"),
    "PatchServerMaintenanceWindow": of(
        "SSM::MaintenanceWindow", Name="a-window", AllowUnassociatedTargets=True, Cutoff=1,
        Duration=2, Schedule="cron(0 2 ? * SUN *)"),
    "PatchServerMaintenanceWindowTarget": of(
        "SSM::MaintenanceWindowTarget", ResourceType="INSTANCE", Targets=TARGETS, WindowId=WINDOW),
    "PatchServerTask": of(
        "SSM::MaintenanceWindowTask", Priority=1, TaskArn="AWS-RunPatchBaseline",
        TaskType="RUN_COMMAND", Targets=TARGETS, WindowId=WINDOW)},
    MaintenanceWindow=lambda client, stack: resources(client, stack)["StackResources"])

# --- CloudFormation's own -----------------------------------------------------------------------

f = "resources/test_cloudformation:test_"
HANDLE = {"WaitHandle": of("CloudFormation::WaitConditionHandle")}
told(f + "waitconditionhandle", HANDLE, {"Handle": ref("WaitHandle")},
     waithandle_ref=output("Handle"))
told(f + "waitcondition", {**HANDLE, "Wait": of(
    "CloudFormation::WaitCondition", Handle=ref("WaitHandle"), Timeout="10")},
    {"WaitConditionName": ref("Wait")}, waitcondition_ref=outputs)
told(f + "create_macro", {
    "Role": role(), "Function": function("Role"), "Macro": of(
        "CloudFormation::Macro", Name="a-macro", FunctionName=att("Function", "Arn"))},
    {"MacroRef": ref("Macro")}, stack_outputs=outputs)


@recording("resources/test_stack_sets:test_fetch_non_existent_stack_set_instances")
def no_stack_sets(server, _):
    client = server.client("cloudformation")

    def ask(name):
        return error(client.create_stack_instances, whole=False, StackSetName=name,
                     Accounts=["123456789012"], Regions=["us-east-1"])
    return {"non-existent-stack-set-name": ask("non-existent-stack-set-id"),
            "non-existent-stack-set-id": ask("another:00000000-0000-0000-0000-000000000000")}


# --- refusals of services -----------------------------------------------------------------------


@recording("resources/test_sns:test_sns_topic_fifo_without_suffix_fails")
def fifo_without_suffix(server, stack):
    client = server.client("cloudformation")
    made = deploy(client, stack, template(
        {"Topic": of("SNS::Topic", TopicName=ref("TopicName"), FifoTopic=True)},
        Parameters={"TopicName": {"Type": "String"}}), Parameters=given(TopicName="no-suffix"))
    return {"describe-stack": client.describe_stacks(StackName=made)["Stacks"][0]}


@recording("resources/test_kinesis:test_describe_template")
def summaries(server, stack):
    client = server.client("cloudformation")
    stream = of("Kinesis::Stream", Name=ref("KinesisStreamName"), ShardCount=1)
    body = template(
        {"KinesisStream": stream, "MyRole": role(RoleName=ref("KinesisRoleName")),
         "MyBucket": of("S3::Bucket"), "DeliveryStream": of(
             "KinesisFirehose::DeliveryStream", DeliveryStreamName=ref("DeliveryStreamName"))},
        AWSTemplateFormatVersion="2010-09-09", Parameters={
            name: {"Type": "String"}
            for name in ("KinesisRoleName", "DeliveryStreamName", "KinesisStreamName")})
    put(server, "summary-" + stack, "template", body)
    return {"get_template_summary_by_url": client.get_template_summary(
                TemplateURL=url_of("summary-" + stack, "template")),
            "get_template_summary_by_body": client.get_template_summary(TemplateBody=body)}
