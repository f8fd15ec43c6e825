"""What a Task runs: a Lambda function, through Step Functions' own integration or by its ARN.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from providers.aws.tests.stepfunctions.errors import UNSPECIFIED
from providers.aws.tests.stepfunctions.expression import expressions, is_expression
from providers.aws.tests.stepfunctions.fields import Place
from providers.aws.tests.stepfunctions.kinds import is_object

WAIT = ".waitForTaskToken"
_PARTITION = "arn:(aws|aws-cn|aws-us-gov)"
_QUALIFIED = "[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9$_-]{1,128})?"
_INTEGRATION = re.compile(
    rf"{_PARTITION}:states:::(?P<service>[a-z-]+):(?P<call>[A-Za-z]+)(?P<pattern>\.[A-Za-z:0-9]+)?"
)
_FUNCTION = re.compile(rf"{_PARTITION}:lambda:[a-z0-9-]+:\d{{12}}:function:{_QUALIFIED}")
_NAME = re.compile(_QUALIFIED)
_ARGUMENTS = {"FunctionName", "Payload"}
_OTHERS = {"ClientContext", "InvocationType", "LogType", "Qualifier", "TenantId", "DurableExecutionName"}


class Resource(NamedTuple):
    """function: the ARN, "" where Arguments name it. waits: for a task token to come back."""

    function: str
    waits: bool

    @property
    def call(self) -> str:
        """As history events name it: "invoke.waitForTaskToken"."""
        return f"invoke{WAIT}" if self.waits else "invoke"


def resource_of(arn: str) -> Resource | None:
    """What a Resource means; None for what this model does not know."""
    if _FUNCTION.fullmatch(arn):
        return Resource(arn, waits=False)
    found = _INTEGRATION.fullmatch(arn)
    if found and found["service"] == "lambda" and found["call"] == "invoke" and found["pattern"] in {None, WAIT}:
        return Resource("", waits=found["pattern"] == WAIT)
    return None


def is_function(name: Any) -> bool:
    """Whether FunctionName can be this: a name or an ARN, with or without a qualifier."""
    return isinstance(name, str) and bool(_NAME.fullmatch(name) or _FUNCTION.fullmatch(name))


def check_task(state: Mapping[str, Any], place: Place) -> None:
    """What the fields of a Task say together."""
    arn = state.get("Resource")
    resource = resource_of(arn) if isinstance(arn, str) else None
    if isinstance(arn, str) and resource is None:
        known = _INTEGRATION.fullmatch(arn)
        what = (
            "this model carries out Lambda functions only"
            if known
            else f"The resource provided {arn} is not recognized."
        )
        place.at("Resource").add(what, *([UNSPECIFIED] if known else []))
    if resource is not None and not resource.function:
        _check_arguments(state, resource, place)
    _check_time_outs(state, place)


def _check_arguments(state: Mapping[str, Any], resource: Resource, place: Place) -> None:
    arguments = state.get("Arguments")
    here = place.at("Arguments")
    if arguments is None or is_expression(arguments):
        return
    if not is_object(arguments):
        here.add("Expected value of type Object")
        return
    if "FunctionName" not in arguments:
        here.add("The field 'FunctionName' is required but was missing")
    elif not is_expression(arguments["FunctionName"]) and not is_function(arguments["FunctionName"]):
        here.at("FunctionName").add("neither the name nor the ARN of a function")
    for name in arguments.keys() - _ARGUMENTS:
        known = name in _OTHERS
        what = f"this model does not carry out {name}" if known else f"The field '{name}' is not supported"
        here.at(name).add(what, *([UNSPECIFIED] if known else []))
    if resource.waits and not _passes_token(arguments):
        here.add("nothing passes $states.context.Task.Token on", UNSPECIFIED)


def _passes_token(arguments: Any) -> bool:
    return any("$states.context" in found.text for found in expressions(arguments, ""))


def _check_time_outs(state: Mapping[str, Any], place: Place) -> None:
    heartbeat, whole = state.get("HeartbeatSeconds"), state.get("TimeoutSeconds")
    if isinstance(heartbeat, int) and isinstance(whole, int) and heartbeat >= whole:
        place.at("HeartbeatSeconds").add("HeartbeatSeconds must be smaller than TimeoutSeconds")
