// The queues of bench/run as one template a stack: so many stacks a region, each of so many.
local stacks = std.extVar('stacks');
local each = std.extVar('each');
local regions = ['us-east-1', 'us-west-2', 'eu-west-1', 'ap-northeast-1'];

local queue(s, i) = {
  Type: 'AWS::SQS::Queue',
  Properties: {
    QueueName: 'orders-' + s + '-' + i + '-dev',
    MessageRetentionPeriod: 4 * 24 * 3600,
    VisibilityTimeout: if i % 2 == 0 then 30 else 60,
    ReceiveMessageWaitTimeSeconds: 20,
    Tags: [{ Key: 'Part', Value: '' + s }, { Key: 'Index', Value: '' + i }],
  },
};

{
  [region + '/bench-part-' + s + '-dev.template.json']: {
    AWSTemplateFormatVersion: '2010-09-09',
    Resources: { ['Queue' + i]: queue(s, i) for i in std.range(0, each - 1) },
  }
  for region in regions
  for s in std.range(0, stacks - 1)
}
