"""try, retry and except.

https://cloud.google.com/workflows/docs/reference/syntax/catching-errors
https://cloud.google.com/workflows/docs/reference/syntax/retrying
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from providers.gcp.tests.gcwsim.block import Block, Step
from providers.gcp.tests.gcwsim.builder import Builder, Json
from providers.gcp.tests.gcwsim.context import Frame
from providers.gcp.tests.gcwsim.errors import Raised
from providers.gcp.tests.gcwsim.pages import CATCHING, KNOWN_ISSUES
from providers.gcp.tests.gcwsim.scope import Kind, Scope
from providers.gcp.tests.gcwsim.steps.retry import Retry, build_retry
from providers.gcp.tests.gcwsim.strand import Body, Pause
from providers.gcp.tests.gcwsim.value import is_list, is_map
from tests.virtual import US
from tests.virtual import Kind as Why

_INLINE = {"assign", "call", "args", "result", "raise", "return", "switch"}
Handler = Callable[[Frame, Any], Body]


def build(builder: Builder, node: Json, path: str, step: Step) -> None:
    if "retry" not in node and "except" not in node:
        builder.unspecified(path, "'try' without 'retry' and without 'except'", CATCHING)
    attempt = _attempt(builder, node["try"], f"{path}/try")
    handler = _handler(builder, node["except"], f"{path}/except") if "except" in node else None
    retry = build_retry(builder, node["retry"], f"{path}/retry") if "retry" in node else None
    step.plain, step.body = None, _body(attempt, retry, handler)


def _attempt(builder: Builder, node: Any, path: str) -> Callable[[Frame], Body]:
    from providers.gcp.tests.gcwsim.steps.kinds import build_block, build_step

    if is_map(node) and "for" in node:
        builder.invalid(path, "'for' right in 'try': loop step name should not be empty", KNOWN_ISSUES)
        return lambda frame: iter(())  # type: ignore[return-value]
    if is_map(node) and node.keys() == {"steps"}:
        return build_block(builder, node["steps"], f"{path}/steps", "try").run
    if is_map(node):
        for key in sorted(node.keys() - _INLINE):
            builder.unspecified(f"{path}/{key}", f"{key!r} right in 'try'", CATCHING)
    elif is_list(node):
        builder.unspecified(path, "a list right in 'try'", CATCHING)
        return build_block(builder, node, path, "try").run
    block = Block(is_forked=builder.scope.is_in_branch)
    builder.blocks.append(("try", block))
    inner = build_step(builder, "", node, path)
    builder.blocks.pop()
    return inner.run


def _handler(builder: Builder, node: Any, path: str) -> Handler:
    from providers.gcp.tests.gcwsim.steps.kinds import build_block

    node = builder.keys(node, path, {"as", "steps"}, set(), CATCHING)
    if "as" not in node:
        builder.unspecified(path, "'except' without 'as'", CATCHING)
    scope = Scope(Kind.EXCEPT, builder.scope)
    key = builder.declare_fixed(scope, node["as"], f"{path}/as") if "as" in node else None
    with builder.within(scope):
        block = build_block(builder, node["steps"], f"{path}/steps", "except") if "steps" in node else None

    def handle(frame: Frame, error: Any) -> Body:
        frame.clear(scope.keys)
        try:
            if key is not None:
                frame.store(key, error)
            return (yield from block.run(frame)) if block is not None else None
        finally:
            frame.clear(scope.keys)

    return handle


def _body(attempt: Callable[[Frame], Body], retry: Retry | None, handler: Handler | None) -> Callable[[Frame], Body]:
    def body(frame: Frame) -> Body:
        retries = 0
        while True:
            try:
                return (yield from attempt(frame))
            except Raised as raised:
                error = raised
            delay_s = (yield from retry.delay_s(frame, error.value, retries)) if retry is not None else None
            if delay_s is None:
                break
            retries += 1
            run = frame.run
            yield Pause(run.agenda, run.now_us() + round(delay_s * US), Why.BACKOFF)
        if handler is None:
            raise error
        return (yield from handler(frame, error.value))

    return body
