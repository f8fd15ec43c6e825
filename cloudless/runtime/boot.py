"""The start of a deployed function: import the user's module, and bind one handler to one cloud.

The generated entry file names its adapter outright, and gives it the facts that the compiler computed:

    {"app": "shop.app:app", "include": ["shop.handlers"], "kind": "queue", "plan": {…}}

kind: "queue" (one message a call), "batch", or "function".
"""

from __future__ import annotations

from importlib import import_module

from cloudless.runtime import entry
from cloudless.runtime.plan import Plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Protocol

    from cloudless.codec import Codec
    from cloudless.driver.provider import Cloud
    from cloudless.runtime.batch import DeliverAll
    from cloudless.runtime.call import Await
    from cloudless.runtime.consumer import Deliver, GiveUp
    from cloudless.runtime.function import Answer
    from cloudless.runtime.http import Timed

    class Registered(Protocol):
        """What an App knows of a handler; `app.handlers[name]` gives it."""

        @property
        def function(self) -> Callable[..., Any]: ...
        @property
        def codec(self) -> Codec:
            """Of the body; of the dict of arguments for a function."""
            ...

        @property
        def result(self) -> Codec: ...
        @property
        def on(self) -> tuple[type[Exception], ...]: ...


def application(facts: Mapping[str, Any]) -> Any:
    """The App, imported with what it includes."""
    module, _, name = facts["app"].partition(":")
    app = getattr(import_module(module), name or "app")
    for extra in facts.get("include", ()):
        import_module(extra)
    return app


def registered(facts: Mapping[str, Any]) -> Registered:
    """Import the application and what it includes, and find the handler of the plan, or the pure function."""
    app = application(facts)
    wanted = facts["plan"]["handler"]
    if wanted in app.handlers:
        return app.handlers[wanted]  # type: ignore[no-any-return]
    return next(pure for pure in app.pures if pure.name == wanted)  # type: ignore[no-any-return]


def step(facts: Mapping[str, Any], cloud: Cloud) -> Answer:
    """The function, or pure function, that the facts describe, as one that orchestrations call."""
    handler = registered(facts)
    return entry.step(_bound(facts, handler, cloud), handler.result)


def consumer(facts: Mapping[str, Any], cloud: Cloud, give_up: GiveUp | None = None) -> tuple[Plan, Deliver]:
    """The handler of single messages that the facts describe."""
    binding = _binding(facts, cloud, give_up)
    return binding.plan, entry.consumer(binding)


def batch(facts: Mapping[str, Any], cloud: Cloud, give_up: GiveUp | None = None) -> tuple[Plan, DeliverAll]:
    """The handler of batches that the facts describe."""
    binding = _binding(facts, cloud, give_up)
    return binding.plan, entry.batch(binding)


def watched(facts: Mapping[str, Any], cloud: Cloud, timed: Timed, wait: Await) -> entry.Binding:
    """The handler that the facts describe, its time watched. timed: of functions; wait: of coroutines."""
    plan, handler = Plan.from_json(facts["plan"]), registered(facts)
    function = handler.function if plan.is_async else timed(handler.function, plan.timeout_s)
    return entry.Binding(plan, function, handler.codec, on=handler.on, cloud=cloud, wait=wait)


def _binding(facts: Mapping[str, Any], cloud: Cloud, give_up: GiveUp | None) -> entry.Binding:
    return _bound(facts, registered(facts), cloud, give_up)


def _bound(facts: Mapping[str, Any], handler: Registered, cloud: Cloud, give_up: GiveUp | None = None) -> entry.Binding:
    plan = Plan.from_json(facts["plan"])
    return entry.Binding(plan, handler.function, handler.codec, on=handler.on, cloud=cloud, give_up=give_up)
