// The system of examples/multi-region as a program of the AWS CDK, for docs/compared.md: the same parts, written
// as the CDK's guides do, with its constructs of level 2 and its defaults.
const cdk = require('aws-cdk-lib');
const autoscaling = require('aws-cdk-lib/aws-autoscaling');
const cloudtrail = require('aws-cdk-lib/aws-cloudtrail');
const cloudwatch = require('aws-cdk-lib/aws-cloudwatch');
const actions = require('aws-cdk-lib/aws-cloudwatch-actions');
const codebuild = require('aws-cdk-lib/aws-codebuild');
const codepipeline = require('aws-cdk-lib/aws-codepipeline');
const steps = require('aws-cdk-lib/aws-codepipeline-actions');
const ec2 = require('aws-cdk-lib/aws-ec2');
const elb = require('aws-cdk-lib/aws-elasticloadbalancingv2');
const targets = require('aws-cdk-lib/aws-events-targets');
const logs = require('aws-cdk-lib/aws-logs');
const s3 = require('aws-cdk-lib/aws-s3');
const sns = require('aws-cdk-lib/aws-sns');

const suffix = process.env.ENVIRONMENT_SUFFIX || 'dev';
const account = process.env.CDK_DEFAULT_ACCOUNT || '123456789012';

class MultiRegionStack extends cdk.Stack {
  get availabilityZones() { return ['us-east-1a', 'us-east-1b']; } // else synth asks AWS for them

  constructor(scope, id, props) {
    super(scope, id, props);
    cdk.Tags.of(this).add('Environment', suffix);

    const bucket = (name, options) => new s3.Bucket(this, name, {
      bucketName: `${name.toLowerCase()}-${suffix}-${this.account}`,
      versioned: true,
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: cdk.RemovalPolicy.DESTROY,
      autoDeleteObjects: true,
      ...options,
    });
    const artifacts = bucket('Pipeline');
    const source = bucket('Source', { eventBridgeEnabled: true });

    const group = new logs.LogGroup(this, 'Logs', {
      logGroupName: `/aws/codepipeline/multi-region-${suffix}`,
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: cdk.RemovalPolicy.DESTROY,
    });
    const notifications = new sns.Topic(this, 'Notifications', {
      topicName: `pipeline-notifications-${suffix}`,
      displayName: 'Multi-Region Pipeline Notifications',
    });

    const build = new codebuild.PipelineProject(this, 'Build', {
      projectName: `multi-region-build-${suffix}`,
      environment: {
        buildImage: codebuild.LinuxBuildImage.STANDARD_7_0,
        computeType: codebuild.ComputeType.MEDIUM,
        privileged: true,
      },
      logging: { cloudWatch: { logGroup: group } },
      buildSpec: codebuild.BuildSpec.fromObject({
        version: '0.2',
        batch: {
          'fast-fail': false,
          'build-graph': ['application', 'infrastructure'].map(kind => ({
            identifier: `build_${kind}`,
            env: { variables: { BUILD_TYPE: kind } },
          })),
        },
        phases: {
          install: { 'runtime-versions': { nodejs: '18' } },
          pre_build: { commands: ['echo Logging in to Amazon ECR...'] },
          build: { commands: ['echo Build started on `date`'] },
          post_build: { commands: ['echo Build completed on `date`'] },
        },
        artifacts: { files: ['**/*'], name: 'BuildArtifact' },
      }),
    });
    build.enableBatchBuilds();

    const vpc = new ec2.Vpc(this, 'Vpc', {
      vpcName: `multi-region-vpc-${suffix}`,
      maxAzs: 2,
      natGateways: 1,
      restrictDefaultSecurityGroup: true,
    });
    const alb = new elb.ApplicationLoadBalancer(this, 'Alb', {
      loadBalancerName: `app-alb-${suffix}`,
      vpc,
      internetFacing: true,
    });
    const web = new autoscaling.AutoScalingGroup(this, 'Web', {
      autoScalingGroupName: `app-asg-${suffix}`,
      vpc,
      launchTemplate: new ec2.LaunchTemplate(this, 'Template', {
        instanceType: new ec2.InstanceType(suffix === 'prod' ? 't3.small' : 't3.micro'),
        machineImage: ec2.MachineImage.latestAmazonLinux2023(),
        requireImdsv2: true,
        securityGroup: new ec2.SecurityGroup(this, 'WebGroup', { vpc }),
      }),
      minCapacity: 1,
      maxCapacity: 5,
      healthChecks: autoscaling.HealthChecks.withAdditionalChecks({
        gracePeriod: cdk.Duration.minutes(5),
        additionalTypes: [autoscaling.AdditionalHealthCheckType.ELB],
      }),
      updatePolicy: autoscaling.UpdatePolicy.rollingUpdate(),
    });
    const app = alb.addListener('Http', { port: 80 }).addTargets('App', {
      targetGroupName: `app-tg-${suffix}`,
      port: 80,
      targets: [web],
      healthCheck: { path: '/' },
    });

    const healthy = new cloudwatch.Alarm(this, 'HealthyHosts', {
      alarmName: `healthy-host-alarm-${suffix}`,
      metric: app.metrics.healthyHostCount(),
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 2,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
    });
    healthy.addAlarmAction(new actions.SnsAction(notifications));

    new cloudtrail.Trail(this, 'Trail', {
      trailName: `multi-region-pipeline-trail-${suffix}`,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableFileValidation: true,
    });

    const validate = new codebuild.PipelineProject(this, 'Validate', {
      projectName: `multi-region-validate-${suffix}`,
      environment: { buildImage: codebuild.LinuxBuildImage.STANDARD_7_0 },
      environmentVariables: { URL: { value: `http://${alb.loadBalancerDnsName}/` } },
      buildSpec: codebuild.BuildSpec.fromObject({
        version: '0.2',
        phases: { build: { commands: ['test "$(curl -s -o /dev/null -w "%{http_code}" "$URL")" = 200'] } },
      }),
    });

    const sourced = new codepipeline.Artifact('source');
    const built = new codepipeline.Artifact('build');
    const deploy = (region, name) => {
      const stack = { stackName: `app-stack-${name}-${suffix}`, changeSetName: 'pipeline', region };
      return {
        stageName: `Deploy-${name[0].toUpperCase()}${name.slice(1)}`,
        onFailure: { result: codepipeline.Result.ROLLBACK },
        actions: [
          new steps.CloudFormationCreateReplaceChangeSetAction({
            ...stack,
            actionName: 'deploy-change',
            templatePath: built.atPath('infrastructure/app-stack.yaml'),
            parameterOverrides: { Region: region, Environment: suffix },
            adminPermissions: false,
            runOrder: 1,
          }),
          new steps.CloudFormationExecuteChangeSetAction({ ...stack, actionName: 'deploy', runOrder: 2 }),
        ],
      };
    };
    const pipeline = new codepipeline.Pipeline(this, 'Delivery', {
      pipelineName: `multi-region-pipeline-${suffix}`,
      pipelineType: codepipeline.PipelineType.V2,
      artifactBucket: artifacts,
      restartExecutionOnUpdate: true,
      stages: [
        { stageName: 'Source', actions: [new steps.S3SourceAction({
          actionName: 'source',
          bucket: source,
          bucketKey: 'source.zip',
          trigger: steps.S3Trigger.EVENTS,
          output: sourced,
        })] },
        { stageName: 'Build', actions: [new steps.CodeBuildAction({
          actionName: 'build',
          project: build,
          input: sourced,
          outputs: [built],
          executeBatchBuild: true,
          combineBatchBuildArtifacts: true,
        })] },
        deploy('us-east-1', 'east'),
        deploy('us-west-2', 'west'),
        { stageName: 'Validate', actions: [new steps.CodeBuildAction({
          actionName: 'validate',
          project: validate,
          input: sourced,
        })] },
      ],
    });
    pipeline.onStateChange('Changes', {
      target: new targets.SnsTopic(notifications),
      eventPattern: { detail: { state: ['SUCCEEDED', 'FAILED'] } },
    });

    new cdk.CfnOutput(this, 'PipelineName', { value: pipeline.pipelineName });
    new cdk.CfnOutput(this, 'ArtifactsBucketName', { value: artifacts.bucketName });
    new cdk.CfnOutput(this, 'LoadBalancerDNS', { value: alb.loadBalancerDnsName });
    new cdk.CfnOutput(this, 'NotificationTopicArn', { value: notifications.topicArn });
  }
}

const app = new cdk.App({ analyticsReporting: false });
new MultiRegionStack(app, 'MultiRegion', { env: { account, region: 'us-east-1' } });
