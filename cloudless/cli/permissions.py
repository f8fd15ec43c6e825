"""`cloudless permissions`: what each handler and orchestration may do, and the line of code that says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.text import Text

from cloudless.cli import show
from cloudless.cli.failure import told
from cloudless.cli.options import AsJson, ConfigFile, StageName
from cloudless.cli.program import Program, loaded
from cloudless.driver.provider import Provider
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
        provider = _provider(program, stage)
        gap = provider.gaps.get(_SHARED) if provider else None
    application = program.application
    wider: Mapping[str, Sequence[str]] = _widened(provider, application) if provider and gap else {}
    holders: list[Handler | Orchestration] = [*application.handlers, *application.orchestrations]
    if as_json:
        show.as_json({holder.name: _data(holder, wider.get(holder.name, [])) for holder in holders})
        return
    out = show.console()
    for holder in holders:
        out.print(_holder(holder, wider.get(holder.name, [])))
    if gap is not None:
        out.print(Text(f"* granted to handlers together: {gap.reason} {gap.link}".rstrip(), "dim"))


def _provider(program: Program, stage: str | None) -> Provider | None:
    """The provider of a stage; None in memory, where every handler has an identity of its own."""
    chosen = program.project.stage(stage) if stage else None
    return None if chosen is None or chosen.provider == "memory" else loaded(chosen.provider)


def _widened(provider: Provider, application: Application) -> Mapping[str, Sequence[str]]:
    """What handlers and orchestrations are granted with others; all with all, where the provider does not say."""
    ask: Callable[[Application], Mapping[str, Sequence[Grant]]] | None = getattr(provider, "widened", None)
    if ask is not None:
        return {name: sorted(map(_what, grants)) for name, grants in ask(application).items()}
    holders: list[Handler | Orchestration] = [*application.handlers, *application.orchestrations]
    everything = {_what(grant) for one in application.handlers for grant in one.grants}
    return {one.name: sorted(everything - set(map(_what, one.grants))) for one in holders}


def _holder(holder: Handler | Orchestration, wider: Sequence[str]) -> Text:
    text = Text().append(holder.name, "bold").append(f"  {holder.span}\n", "dim")
    for grant in holder.grants:
        text.append(f"    {_what(grant)}", "cyan").append(f"  {', '.join(map(str, grant.spans))}\n", "dim")
    for what in wider:
        text.append(f"    {what} *\n", "yellow")
    return text if holder.grants or wider else text.append("    nothing\n", "dim")


def _what(grant: Grant) -> str:
    return f"{grant.verb} {grant.noun} {grant.name}"


def _data(holder: Handler | Orchestration, wider: Sequence[str]) -> dict[str, Any]:
    grants = [
        {"verb": one.verb, "noun": one.noun, "name": one.name, "lines": list(map(str, one.spans))}
        for one in holder.grants
    ]
    return {"grants": grants, "shared": list(wider)}
