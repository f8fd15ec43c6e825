"""`cloudless invoke`: call a function of a deployed stage."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from cloudless.cli import show
from cloudless.cli.completion import function_names
from cloudless.cli.failure import FAILED, told
from cloudless.cli.options import Arguments, ArgumentsAsJson, ConfigFile, DeployedStage

if TYPE_CHECKING:
    from pathlib import Path

    from cloudless.function import Function

FunctionName = Annotated[
    str, typer.Argument(metavar="FUNCTION", help="Name of the function.", autocompletion=function_names)
]


def invoke(
    stage: DeployedStage,
    function: FunctionName,
    words: Arguments = None,
    *,
    text: ArgumentsAsJson = None,
    later: Annotated[
        bool, typer.Option("--later", help="Put the call on the function's queue, and do not wait.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    r"""Call a function of a deployed stage, and print its result.

    As JSON, on stdout. One attempt, which is never retried; with --later the queue retries, and the id of the call is
    printed.

    \b
        cloudless invoke prod charge total=9.5 currency=EUR
        cloudless invoke prod charge --args '{"order": {"id": "1"}}'

    Exit codes: 0 it returned, 1 it raised, or cannot be called, 2 wrong usage.
    """
    from cloudless.cli.connected import arguments, connected, named
    from cloudless.function import Function

    with told(), show.aside(True), connected(stage, config) as (app, _):
        functions = {name: one for name, one in app.handlers.items() if isinstance(one, Function)}
        chosen = named("function", function, functions)
        if later:
            _check_queue(chosen.name, config)
        given = arguments(chosen, words, text)
        answer = chosen.invoke_later(**given) if later else _result(chosen, given)
    show.as_json(answer)


def _check_queue(function: str, config: Path | None) -> None:
    """Refuse what was deployed without a queue, because nothing of the program sends to it."""
    from cloudless.cli.program import Program
    from cloudless.errors import InvalidArgument

    if not any(one.queue for one in Program(config).application.functions if one.name == function):
        raise InvalidArgument(
            f"function {function!r} has no queue: only what a handler invokes later is deployed with one. Invoke it "
            f"without --later; or mention {function}.invoke_later in a handler, or add it to the handler's uses=, and "
            "deploy"
        )


def _result(function: Function[..., Any], arguments: dict[str, Any]) -> Any:
    """The result as JSON. What the function raised ends the command, told with its own type."""
    from cloudless.codec import codec_of
    from cloudless.errors import CloudlessError

    try:
        result = function.invoke(**arguments)
    except CloudlessError:
        raise
    except Exception as problem:
        show.console(stderr=True).print(
            Text().append("error", "bold red").append(f": {type(problem).__name__}: {problem}".removesuffix(": "))
        )
        raise typer.Exit(FAILED) from problem
    return json.loads(codec_of(function.hints().get("return")).encode(result))
