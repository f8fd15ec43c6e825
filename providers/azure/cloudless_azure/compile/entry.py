"""Entries: what Microsoft's worker reads of a package, and what our runtime is told there. Groups → files.

    function_app.py                 takes the app that the setting CLOUDLESS_APP names
    cloudless_entry/on_take.py      the functions of the group on-take
    cloudless_entry/on_take.json    {"addresses": …, "facts": {queue: …}, …}: only what that group uses
    definitions/<sha256>.json       orchestrations, those of earlier builds whose executions may still run included

The texts stand in template.py; what their names do, in cloudless_azure/runtime.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cloudless.compiler.entries import ENTRIES
from cloudless.compiler.facts import Facts
from cloudless.compiler.pretty import pretty
from cloudless.ir import Application, Schedule
from cloudless.passes.plans import endpoint_plans, plans, pure_plans
from cloudless_azure.compile import template
from cloudless_azure.compile.group import HTTP, ON, STEPS, Drain, Group, Source
from cloudless_azure.compile.schedule import ncrontab
from cloudless_azure.compile.template import Section
from cloudless_azure.names import entity_of

if TYPE_CHECKING:
    from cloudless.compiler import Definitions
    from cloudless_azure.names import Stage

DEFINITIONS = "definitions"
_DEAD = "$DeadLetterQueue"
_PLAIN = "func.FunctionApp()"
_OPEN = "func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)"
_DURABLE = "df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)"
"""Anonymous to the platform: who may call is for our runtime to say, on every cloud alike."""

_MANY = ', cardinality="many"'
_NO_LISTS = "import json\nfrom pathlib import Path"
_LISTS = "import json\nimport typing\nfrom pathlib import Path"
_FUNCTIONS = "import azure.functions as func"
_DURABLE_TOO = f"import azure.durable_functions as df\n{_FUNCTIONS}"


def measured(group: Group) -> dict[str, tuple[str, ...]]:
    """Names of a group's functions, as generated, in which handlers run; each with those handlers."""
    if group.kind == HTTP:
        return {HTTP: group.handlers}
    later = group.kind == STEPS
    found: dict[str, tuple[str, ...]] = {
        _consumer_name(source, later=later): (source.handler,) for source in group.sources
    }
    if later and group.handlers:
        found["cl_call"] = group.handlers
        if group.orchestrations:
            found["cl_activity"] = group.handlers
    return found


def entries(
    groups: Iterable[Group],
    application: Application,
    stage: Stage,
    definitions: Definitions,
    addresses: Mapping[str, Mapping[str, Any]],
) -> dict[str, bytes]:
    """All generated files of a package but host.json, by path.

    addresses: of each group by its name, as in `AzureCloud`, as far as it uses them.
    """
    words = {"app": application.name, "stage": stage.name}
    files = {
        "function_app.py": template.DISPATCHER.format(**words).encode(),
        f"{ENTRIES}/__init__.py": template.PACKAGE.format(**words).encode(),
    }
    writer = _Writer(application, stage, definitions)
    for group in groups:
        files[f"{ENTRIES}/{group.module}.py"] = writer.module(group).encode()
        files[f"{ENTRIES}/{group.module}.json"] = pretty({"addresses": addresses[group.name], **writer.facts(group)})
    return files | {f"{DEFINITIONS}/{sha}.json": text for sha, text in definitions.texts.items()}


class _Writer:
    """Writes the entries of one application. Everything about it is looked up once."""

    def __init__(self, application: Application, stage: Stage, definitions: Definitions) -> None:
        self._application = application
        self._stage = stage
        self._definitions = definitions
        self._facts = Facts(application, definitions)
        self._plans = plans(application)
        self._entities = {queue.name: entity_of(queue) for queue in application.queues}
        self._schedules = {schedule.name: schedule for schedule in application.schedules}

    # --- the module -----------------------------------------------------------------------------------

    def module(self, group: Group) -> str:
        """The text of a group's module."""
        sections = list(self._sections(group))
        wanted = {pair for one in sections for pair in one.imports} | {_ours("stage", "stage")}
        return template.MODULE.format(
            title=self._title(group),
            stage=self._stage.name,
            module=group.module,
            standard=_LISTS if any(source.many for source in group.sources) else _NO_LISTS,
            theirs=_DURABLE_TOO if group.orchestrations else _FUNCTIONS,
            ours=template.imports(wanted),
            app=_app(group),
            setup="\n".join(line for one in sections for line in one.setup),
            functions="".join(one.functions for one in sections),
        )

    def _title(self, group: Group) -> str:
        if group.kind == HTTP:
            return f"The function app {group.name} of {self._application.name}: its HTTP endpoints."
        if group.kind == STEPS:
            return f"The function app {group.name} of {self._application.name}: functions, and orchestrations."
        handler = group.handlers[0]
        return f"The function app {group.name} of {self._application.name}: {handler}, at {self._facts.place(handler)}."

    def _sections(self, group: Group) -> Iterator[Section]:
        if group.kind == HTTP:
            yield _http()
        if group.kind == STEPS:
            yield _calls(durable=bool(group.orchestrations))
        for source in group.sources:
            yield self._consumer(source, later=group.kind == STEPS)
        for name in group.timers:
            yield self._timer(self._schedules[name])
        for drain in group.drains:
            yield self._drain(drain)

    def _consumer(self, source: Source, *, later: bool) -> Section:
        """later: whether the queue is that of `invoke_later`, whose functions share their app."""
        identifier = _identifier(source.handler)
        call = f"handle_{identifier}"
        maker = "batch_consumer" if source.many else "consumer"
        options = ", is_sessions_enabled=True" if source.sessions else _MANY if source.many else ""
        text = (template.MANY if source.many else template.ONE).format(
            function=_consumer_name(source, later=later),
            trigger=template.trigger("messages" if source.many else "message", self._entity(source.queue), options),
            name=f"on_{identifier}",
            what=f"What comes from {source.queue}, to {source.handler} at {self._facts.place(source.handler)}.",
            call=call,
        )
        setup = f'{call} = {maker}(DEPLOYED["facts"]["{source.queue}"], cloud)'
        return Section(imports=(_ours("queue", maker),), setup=(setup,), functions=text)

    def _timer(self, schedule: Schedule) -> Section:
        call = f"start_{_identifier(schedule.handler)}"
        text = template.TIMER.format(
            function=f"{schedule.handler}_timer",
            ncrontab=ncrontab(schedule),
            name=f"fire_{_identifier(schedule.handler)}",
            what=f"Ticks, of which {schedule.queue} gets those that are due: {_times(schedule)}.",
            call=call,
        )
        setup = f'{call} = timer(DEPLOYED["timers"]["{schedule.name}"], cloud)'
        return Section(imports=(_ours("timer", "timer"),), setup=(setup,), functions=text)

    def _drain(self, drain: Drain) -> Section:
        handler = self._plans[drain.queue].handler
        call = f"move_{_identifier(handler)}"
        text = template.DRAIN.format(
            function=f"{handler}_drain",
            trigger=template.trigger("message", self._entity(drain.queue, _DEAD)),
            name=f"drain_{_identifier(handler)}",
            what=f"What the broker gave up on {drain.queue} goes to {drain.dead_letters}.",
            call=call,
        )
        return Section(
            imports=(_ours("queue", "drain"),),
            setup=(f'{call} = drain("{drain.dead_letters}", cloud)',),
            functions=text,
        )

    def _entity(self, queue: str, below: str = "") -> str:
        """A queue's entity as a literal; a subscription's queue is called as it is."""
        entity = self._entities.get(queue, queue)
        return json.dumps(f"{entity}/{below}" if below else entity)

    # --- what it knows --------------------------------------------------------------------------------

    def facts(self, group: Group) -> dict[str, Any]:
        """What the runtime is told in a group's app, beside addresses."""
        found: dict[str, Any] = {}
        if group.kind == HTTP:
            endpoints = endpoint_plans(self._application)
            found["http"] = {**self._facts.start, "endpoints": [endpoints[name].to_json() for name in group.endpoints]}
        if group.kind == STEPS:
            found["calls"] = self._calls(group)
        if group.orchestrations:
            found["steps"] = {**self._facts.start, "plans": self._steps(group)}
        if group.sources:
            found["facts"] = {source.queue: self._facts.consumer(source) for source in group.sources}
        if group.timers:
            found["timers"] = {name: self._facts.timings[name] for name in group.timers}
        return found

    def _calls(self, group: Group) -> dict[str, Any]:
        """See cloudless_azure.runtime.call. One that is gone, but may still have executions, has no definition."""
        gone = {json.loads(text)["main"]: "" for text in self._definitions.texts.values()}
        return {
            "functions": {
                name: {**self._facts.start, "kind": "function", "plan": self._plans[name].to_json()}
                for name in group.functions
            },
            "orchestrations": {**gone, **self._definitions.current},
            "events": {event.name: list(event.waiters) for event in self._application.events},
        }

    def _steps(self, group: Group) -> dict[str, Any]:
        functions = {name: self._plans[name] for name in group.functions}
        pures = pure_plans(self._application)
        return {name: plan.to_json() for name, plan in {**functions, **pures}.items()}


def _app(group: Group) -> str:
    if group.orchestrations:
        return _DURABLE
    return _PLAIN if group.kind == ON else _OPEN


def _consumer_name(source: Source, *, later: bool) -> str:
    return f"{source.handler}_later" if later else source.handler


def _http() -> Section:
    setup = 'answer = endpoints(DEPLOYED["http"], cloud, func.HttpResponse)'
    return Section(imports=(_ours("http", "endpoints"),), setup=(setup,), functions=template.HTTP)


def _calls(*, durable: bool) -> Section:
    answer = 'answer = serve(DEPLOYED["calls"], cloud, func.HttpResponse)'
    if not durable:
        return Section(imports=(_ours("call", "serve"),), setup=(answer,), functions=template.CALL)
    return Section(
        imports=(
            _ours("call", "serve"),
            _ours("durable", "definitions"),
            _ours("durable", "orchestrator"),
            _ours("durable_step", "activity"),
            _ours("durable_step", "step_functions"),
        ),
        setup=(
            answer,
            'orchestrate = orchestrator(definitions(HERE.parents[1] / "definitions"))',
            'carry_out = activity(step_functions(DEPLOYED["steps"], cloud))',
        ),
        functions=template.DURABLE,
    )


def _ours(module: str, name: str) -> tuple[str, str]:
    return f"cloudless_azure.runtime.{module}", name


def _identifier(handler: str) -> str:
    """A handler's name within a name of Python's; no two differ in hyphens alone (CL102)."""
    return handler.replace("-", "_")


def _times(schedule: Schedule) -> str:
    return f"every {schedule.every_s} s" if schedule.every_s else f"{schedule.cron} in {schedule.timezone}"
