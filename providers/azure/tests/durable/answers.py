"""What answers the steps of programs of the corpus in a deployed function app.

Pure functions are answered by their code, all else by the world of the execution.

    worlds/<execution>.json   {"source": text of the module, "world": …}

Runs in the worker's environment.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import Any

from cloudless.conformance.orchestrations.module import Module, loaded
from cloudless.conformance.orchestrations.world import World, world_of
from cloudless.engine.effect import CALL

Plain = dict[str, Any]
_KEPT = 64
_loaded = ExitStack()


def arguments_of(request: Plain) -> Plain:
    """What the world knows a step by; of messages, the body."""
    args: Plain = request["args"]
    return args if request["verb"] == CALL else {"body": args["body"]}


def answering(folder: Path) -> Callable[[Plain], str]:
    """What the activity does. folder: where the worlds are."""

    @lru_cache(_KEPT)
    def told(execution: str) -> tuple[Module, World]:
        found = json.loads((folder / f"{execution}.json").read_text("utf-8"))
        return _module(found["source"]), world_of(found["world"])

    def carry_out(request: Plain) -> str:
        module, world = told(request["ctx"]["execution"])
        body = module.pure(request["target"], request["args"])
        if body is None:
            body = world.reply(request["target"], arguments_of(request), request["ctx"]["attempt"]).body
        return json.dumps(body)

    return carry_out


@lru_cache(_KEPT)
def _module(source: str) -> Module:
    return _loaded.enter_context(loaded(source))
