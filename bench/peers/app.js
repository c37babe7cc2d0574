// What bench/run builds, as a program of the AWS CDK: queues in so many stacks a region, each
// of so many, or, for TEMPLATES (a folder that mrp has built), the resources of these templates.
const cdk = require('aws-cdk-lib');
const fs = require('fs');
const path = require('path');

const app = new cdk.App({ analyticsReporting: false });

function queues(stacks, each) {
  const sqs = require('aws-cdk-lib/aws-sqs');
  for (const region of ['us-east-1', 'us-west-2', 'eu-west-1', 'ap-northeast-1']) {
    for (let s = 0; s < stacks; s++) {
      const stack = new cdk.Stack(app, `${region}-${s}`, { env: { region } });
      for (let i = 0; i < each; i++) {
        new sqs.CfnQueue(stack, `Queue${i}`, {
          queueName: `orders-${s}-${i}-dev`,
          messageRetentionPeriod: 4 * 24 * 3600,
          visibilityTimeout: i % 2 === 0 ? 30 : 60,
          receiveMessageWaitTimeSeconds: 20,
          tags: [{ key: 'Part', value: `${s}` }, { key: 'Index', value: `${i}` }],
        });
      }
    }
  }
}

function resources(folder) {
  for (const region of fs.readdirSync(folder)) {
    if (!fs.statSync(path.join(folder, region)).isDirectory()) continue;
    for (const file of fs.readdirSync(path.join(folder, region))) {
      const template = JSON.parse(fs.readFileSync(path.join(folder, region, file), 'utf8'));
      const name = `${region}-${file.split('.')[0]}`;
      const stack = new cdk.Stack(app, name, { env: { region } });
      for (const [id, resource] of Object.entries(template.Resources)) {
        const made = new cdk.CfnResource(stack, id, { type: resource.Type, properties: resource.Properties });
        made.overrideLogicalId(id);
      }
    }
  }
}

if (process.env.TEMPLATES) resources(process.env.TEMPLATES);
else queues(Number(process.env.stacks), Number(process.env.each));
app.synth();
