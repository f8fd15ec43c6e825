"""Control planes, as far as builds need an answer of them: what they make is in `bridge.Aws`, and run by the models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from botocore import xform_name

from providers.aws.tests.stepfunctions import StepFunctions

Plain = dict[str, Any]


class Functions:
    """boto3's client of Lambda. prefix: "arn:aws:lambda:eu-central-1:111122223333"."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._numbers = count(1)

    def create_function(self, **params: Any) -> Plain:
        return {"Version": "1", "FunctionArn": f"{self._prefix}:function:{params['FunctionName']}"}

    def publish_layer_version(self, **params: Any) -> Plain:
        arn = f"{self._prefix}:layer:{params['LayerName']}"
        return {"LayerArn": arn, "LayerVersionArn": f"{arn}:1", "Version": 1}

    def create_event_source_mapping(self, **params: Any) -> Plain:
        id = f"00000000-0000-4000-8000-{next(self._numbers):012d}"
        return {"UUID": id, "FunctionArn": params["FunctionName"]}

    def __getattr__(self, operation: str) -> Callable[..., Plain]:
        return _accepted


class Roles:
    """boto3's client of IAM."""

    def __init__(self, account: str) -> None:
        self._account = account

    def create_role(self, **params: Any) -> Plain:
        path, name = params.get("Path", "/"), params["RoleName"]
        return {"Role": {"Arn": f"arn:aws:iam::{self._account}:role{path}{name}", "RoleId": f"AROA{name}"}}

    def create_policy(self, **params: Any) -> Plain:
        path, name = params.get("Path", "/"), params["PolicyName"]
        return {"Policy": {"Arn": f"arn:aws:iam::{self._account}:policy{path}{name}", "PolicyId": f"ANPA{name}"}}

    def __getattr__(self, operation: str) -> Callable[..., Plain]:
        return _accepted


class Identity:
    """boto3's client of STS."""

    def __init__(self, account: str) -> None:
        self._account = account

    def get_caller_identity(self) -> Plain:
        return {
            "Account": self._account,
            "Arn": f"arn:aws:iam::{self._account}:user/deployer",
            "UserId": "AIDADEPLOYER",
        }


class Accepting:
    """Of a service whose things nobody uses at run time: logs, alarms, and buckets, whose objects the bridge has."""

    def __getattr__(self, operation: str) -> Callable[..., Plain]:
        return _accepted


class Tables:
    """boto3's client of DynamoDB, real but for times to live.

    Theirs are of the virtual clock, and ministack's is the real one: once a minute it would delete all leases.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def update_time_to_live(self, **params: Any) -> Plain:
        return {"TimeToLiveSpecification": params["TimeToLiveSpecification"]}

    def __getattr__(self, operation: str) -> Any:
        return getattr(self._client, operation)


class Machines:
    """boto3's client of Step Functions, on the model."""

    def __init__(self, service: StepFunctions) -> None:
        self._service = service

    def __getattr__(self, operation: str) -> Callable[..., Plain]:
        def call(**params: Any) -> Plain:
            return self._service.call(_OPERATIONS[operation], params)

        return call


_OPERATIONS: Mapping[str, str] = {
    xform_name(name): name
    for name in ("CreateStateMachine", "UpdateStateMachine", "CreateStateMachineAlias", "UpdateStateMachineAlias")
}


def _accepted(**params: Any) -> Plain:
    return {"ETag": '"0"'}
