"""`cloudless permissions`: what each handler and orchestration may do, and the line of code that says so."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from cloudless.cli import show
from cloudless.cli.failure import told
from cloudless.cli.options import AsJson, ConfigFile, StageName
from cloudless.cli.program import Program, loaded
from cloudless.driver.gap import Gap
from cloudless.errors import DefinitionError
from cloudless.ir import Application, Grant, Handler, Orchestration

_SHARED = "identity.per_function"


def permissions(stage: StageName = None, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Print what each handler and orchestration may do.

    With every line of code that asked for it: a handler is granted what its code mentions, and `orders.send` grants
    sending to `orders`. The in-memory cloud enforces the same grants. With --stage, also what is granted because
    handlers share an identity there.

    Exit codes: 0 fine, 1 the program has errors, 2 wrong usage.
    """
    with told(), show.aside(as_json):
        program = Program(config)
        if errors := program.errors():
            raise DefinitionError(errors)
        gap = _shared(program, stage)
    application = program.application
    holders: list[Handler | Orchestration] = [*application.handlers, *application.orchestrations]
    if as_json:
        show.as_json({holder.name: _data(application, holder, gap) for holder in holders})
        return
    out = show.console()
    for holder in holders:
        out.print(_holder(application, holder, gap))
    if gap is not None:
        out.print(Text(f"* granted to all handlers together: {gap.reason} {gap.link}".rstrip(), "dim"))


def _shared(program: Program, stage: str | None) -> Gap | None:
    """Why handlers share an identity on a stage; None where each has its own."""
    chosen = program.project.stage(stage) if stage else None
    if chosen is None or chosen.provider == "memory":
        return None
    return loaded(chosen.provider).gaps.get(_SHARED)


def _holder(application: Application, holder: Handler | Orchestration, gap: Gap | None) -> Text:
    text = Text().append(holder.name, "bold").append(f"  {holder.span}\n", "dim")
    for grant in holder.grants:
        text.append(f"    {_what(grant)}", "cyan").append(f"  {', '.join(map(str, grant.spans))}\n", "dim")
    widened = _widened(application, holder) if gap else []
    for what in widened:
        text.append(f"    {what} *\n", "yellow")
    return text if holder.grants or widened else text.append("    nothing\n", "dim")


def _what(grant: Grant) -> str:
    return f"{grant.verb} {grant.noun} {grant.name}"


def _widened(application: Application, holder: Handler | Orchestration) -> list[str]:
    """What others are granted, and this one is not."""
    own = {_what(grant) for grant in holder.grants}
    return sorted({_what(grant) for other in application.handlers for grant in other.grants} - own)


def _data(application: Application, holder: Handler | Orchestration, gap: Gap | None) -> dict[str, Any]:
    grants = [
        {"verb": one.verb, "noun": one.noun, "name": one.name, "lines": list(map(str, one.spans))}
        for one in holder.grants
    ]
    return {"grants": grants, "shared": _widened(application, holder) if gap else []}
