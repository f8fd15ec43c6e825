"""The model of Lambda: real processes under Amazon's runtime client, and what callers see of their ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from providers.aws.tests.emulators import PATHS
from providers.aws.tests.lambdas.function import Function
from providers.aws.tests.lambdas.service import PAYLOAD_MAX, Lambda, LambdaError
from tests.hosting.launcher import Zygote
from tests.hosting.timefile import VARIABLE, TimeFile

REGION = "eu-central-1"
ARN = f"arn:aws:lambda:{REGION}:111122223333:function:shop-prod-take"
CODE = """
import os, sys, time
from cloudless.driver.deployed import Deployed
calls = []
def handler(event, context):
    calls.append(event)
    if event == "raise":
        raise ConnectionError("no answer")
    if event == "die":
        os._exit(9)
    if event == "leave":
        os._exit(0)
    if event == "hang":
        time.sleep(60)
    if event == "large":
        return "x" * 6_300_000
    if event == "environment":
        return dict(os.environ)
    if event == "modules":
        return [name for name in ("tests", "providers", "tests.hosting") if name in sys.modules]
    if event == "time":
        return Deployed({}).now_s()
    return {"calls": len(calls), "arn": context.invoked_function_arn, "version": context.function_version}
"""
Deploy = Callable[..., Function]


@pytest.fixture
def service(zygote: Zygote, tmp_path: Path) -> Iterator[Lambda]:
    TimeFile(tmp_path / "time").tell(1_767_355_200)
    service = Lambda(zygote, REGION, lambda: 5.0)
    service.env = {VARIABLE: str(tmp_path / "time")}
    yield service
    service.close()


@pytest.fixture
def deploy(service: Lambda, tmp_path: Path) -> Deploy:
    def deploy(code: str = CODE, **facts: Any) -> Function:
        (tmp_path / "main.py").write_text(code)
        told: dict[str, Any] = {"handler": "main.handler", "aliases": {"live": "1"}, **facts}
        function = Function(
            name="shop-prod-take", arn=ARN, role="a role", folder=tmp_path, path=list(map(str, PATHS)), **told
        )
        service.add(function)
        return function

    return deploy


def called(service: Lambda, event: object, name: str = "shop-prod-take:live") -> Any:
    """The reply to an event, or the type of the error."""
    reply = service.invoke(name, json.dumps(event).encode())
    return reply.kind if reply.error else json.loads(reply.payload)


def test_a_function_is_called_by_its_name_its_alias_and_its_version(service: Lambda, deploy: Deploy) -> None:
    deploy(version="7", aliases={"live": "7"})
    assert called(service, {}) == {"calls": 1, "arn": f"{ARN}:live", "version": "7"}
    assert called(service, {}, f"{ARN}:7")["arn"] == f"{ARN}:7"
    assert called(service, {}, ARN)["arn"] == ARN
    assert json.loads(service.invoke("shop-prod-take", b"{}", "live").payload)["arn"] == f"{ARN}:live"


@pytest.mark.parametrize("name", ["shop-prod-take:other", "shop-prod-take:2", "nothing", f"{ARN}s:live"])
def test_what_there_is_not_is_not_found(service: Lambda, deploy: Deploy, name: str) -> None:
    deploy()
    with pytest.raises(LambdaError) as caught:
        service.invoke(name, b"{}")
    assert (caught.value.code, caught.value.status) == ("ResourceNotFoundException", 404)


def test_an_exception_keeps_the_process_and_an_end_replaces_it(service: Lambda, deploy: Deploy) -> None:
    deploy()
    assert called(service, {})["calls"] == 1
    assert called(service, "raise") == "ConnectionError"
    assert called(service, {})["calls"] == 3
    assert called(service, "die") == "Runtime.ExitError"
    assert called(service, {})["calls"] == 1
    assert called(service, "leave") == "Runtime.ExitError"
    assert [one.error for one in service.calls] == [
        "",
        "ConnectionError",
        "",
        "Runtime.ExitError",
        "",
        "Runtime.ExitError",
    ]
    assert service.starts == 2


def test_what_takes_too_long_is_ended(service: Lambda, deploy: Deploy) -> None:
    deploy(timeout_s=1)
    reply = service.invoke("shop-prod-take", b'"hang"')
    assert (reply.error, reply.kind) == ("Unhandled", "Sandbox.Timedout")
    assert json.loads(reply.payload)["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")
    assert called(service, {})["calls"] == 1


def test_a_module_that_cannot_be_imported_fails_every_call(service: Lambda, deploy: Deploy) -> None:
    deploy("import nothing_like_it\ndef handler(event, context): ...")
    assert called(service, {}) == called(service, {}) == "Runtime.ImportModuleError"


def test_payloads_have_a_limit_both_ways(service: Lambda, deploy: Deploy) -> None:
    deploy()
    with pytest.raises(LambdaError) as caught:
        service.invoke("shop-prod-take", b'"' + b"x" * PAYLOAD_MAX + b'"')
    assert (caught.value.code, caught.value.status) == ("RequestTooLargeException", 413)
    assert called(service, "large") in {"Function.ResponseSizeTooLarge", "RequestEntityTooLarge"}


def test_no_more_are_called_than_are_reserved(service: Lambda, deploy: Deploy) -> None:
    deploy(reserved=0)
    with pytest.raises(LambdaError) as caught:
        service.invoke("shop-prod-take", b"{}")
    assert (caught.value.code, caught.value.status) == ("TooManyRequestsException", 429)


def test_a_process_finds_what_lambda_gives_it_and_no_more(
    service: Lambda, deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_TESTS", "1")
    deploy(environment={"CLOUDLESS_ACCOUNT": "111122223333"}, memory_mb=512)
    found = called(service, "environment")
    assert found["AWS_LAMBDA_FUNCTION_NAME"] == "shop-prod-take"
    assert (found["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], found["AWS_REGION"]) == ("512", REGION)
    assert found["CLOUDLESS_ACCOUNT"] == "111122223333"
    assert "SECRET_OF_THE_TESTS" not in found
    assert called(service, "modules") == []


def test_a_process_lives_by_the_clock_of_the_test(service: Lambda, deploy: Deploy) -> None:
    deploy()
    assert called(service, "time") == 1_767_355_200


def test_another_version_takes_over(service: Lambda, deploy: Deploy) -> None:
    deploy()
    called(service, {})
    deploy("def handler(event, context): return 'new'", version="2", aliases={"live": "2"})
    assert called(service, {}) == "new"
