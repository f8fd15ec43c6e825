"""What writes CloudFormation from Python: troposphere, and the transform of SAM."""

from __future__ import annotations

from tests.benchmarks.peers import Contestant, Peer

PEER = Peer(
    name="templates",
    requirements=("troposphere==4.11.1", "aws-sam-translator==1.115.0"),
    link="https://troposphere.readthedocs.io/en/latest/quick_start.html",
    used="a queue, a role, a function and a trigger by hand each (troposphere), or a function with its event (SAM)",
    more="every resource of CloudFormation",
    less="no program is read: no permissions, no checks, no package; each resource is written by hand",
)
CONTESTANTS: tuple[Contestant, ...] = ()
FIRST: dict[str, str] = {}
TROPOSPHERE = """
import sys
import troposphere
troposphere.MAX_RESOURCES = 10**6  # it refuses more than CloudFormation's 500
from troposphere import GetAtt, Ref, Template
from troposphere.awslambda import Code, Environment, EventSourceMapping, Function
from troposphere.iam import Policy, Role
from troposphere.sqs import Queue

template = Template()
for n in range(int(sys.argv[1])):
    queue = template.add_resource(Queue(f"Q{n}", VisibilityTimeout=180))
    role = template.add_resource(Role(f"R{n}", AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}]},
        ManagedPolicyArns=["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
        Policies=[Policy(PolicyName="q", PolicyDocument={"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            "Resource": GetAtt(queue, "Arn")}]})]))
    function = template.add_resource(Function(f"F{n}", Runtime="python3.12", Handler=f"app.take_{n}",
        Role=GetAtt(role, "Arn"), MemorySize=256, Timeout=30, Code=Code(S3Bucket="b", S3Key="k.zip"),
        Environment=Environment(Variables={"STAGE": "dev"})))
    template.add_resource(EventSourceMapping(f"E{n}", BatchSize=10, FunctionName=Ref(function),
        EventSourceArn=GetAtt(queue, "Arn"), FunctionResponseTypes=["ReportBatchItemFailures"]))
open("out.json", "w").write(template.to_json())
"""
SAM = """
import json, sys
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

resources = {}
for n in range(int(sys.argv[1])):
    resources[f"Q{n}"] = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 180}}
    resources[f"F{n}"] = {"Type": "AWS::Serverless::Function", "Properties": {"Runtime": "python3.12",
        "Handler": f"app.take_{n}", "CodeUri": "s3://b/k.zip", "MemorySize": 256, "Timeout": 30,
        "Environment": {"Variables": {"STAGE": "dev"}},
        "Events": {"E": {"Type": "SQS", "Properties": {"BatchSize": 10, "Queue": {"Fn::GetAtt": [f"Q{n}", "Arn"]},
            "FunctionResponseTypes": ["ReportBatchItemFailures"]}}}}}

class Session:
    region_name = "eu-central-1"

given = {"Transform": "AWS::Serverless-2016-10-31", "Resources": resources}
found = Translator({}, Parser(), boto_session=Session()).translate(given, {})
json.dump(found, open("out.json", "w"), indent=1)
"""
"""Programs of a number of functions, which write out.json."""
