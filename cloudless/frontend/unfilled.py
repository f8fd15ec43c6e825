"""Attributes of topics that nothing fills: no field of the body has that name, and nobody who publishes gives them.

Reads what permissions have found: where handlers publish. Programs outside may give attributes as well; so may those
who publish on a topic that was made elsewhere, of which nothing is said.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cloudless.app import App
from cloudless.codec import type_name
from cloudless.frontend.fields import fields_of, may_have
from cloudless.frontend.report import Report
from cloudless.frontend.source import Sources
from cloudless.ir import Application, Span
from cloudless.options import nearest
from cloudless.topic import Topic

if TYPE_CHECKING:
    from cloudless.ir.statement import Send


def unfilled(app: App, application: Application, report: Report) -> None:
    """Warn of attributes that no message will have. application: with the grants of its handlers."""
    if len(application.orchestrations) < len(app.orchestrations):  # one has errors: nobody knows what it publishes
        return
    for topic in app.declared:
        if isinstance(topic, Topic) and not topic.existing:
            for name in topic.attributes:
                if not may_have(topic.type, name) and not _is_given(topic.name, name, application, report.sources):
                    _warn(app, topic, name, report)


def _warn(app: App, topic: Topic[object], name: str, report: Report) -> None:
    kind = type_name(topic.type)
    deaf = [repr(one.name) for one in app.subscriptions if one.topic is topic and name in one.where]
    guess = nearest(name, fields_of(topic.type) or ())
    report.warning(
        "CL177",
        report.sources.option(topic.place, "attributes"),
        f"nothing fills attribute {name!r} of topic {topic.name!r}: {kind} has no such field, and no publish gives it"
        + (f"; so its filter lets no message through to {', '.join(deaf)}" if deaf else ""),
        f"did you mean {guess!r}?"
        if guess
        else f"give {kind} a field {name!r}, or say .publish(…, attributes={{{name!r}: …}})",
    )


def _is_given(topic: str, name: str, application: Application, sources: Sources) -> bool:
    """Whether a publish may give an attribute."""
    sends = _sends(application) if application.orchestrations else ()
    if any(one.noun == "topic" and one.resource == topic and _has(one, name) for one in sends):
        return True
    return any(_may_give(sources.calls_of(span), name) for span in _publishes(application, topic))


def _sends(application: Application) -> Iterator[Send]:
    """What orchestrations send; their language is imported by the first program that has some."""
    from cloudless.ir.statement import Send
    from cloudless.passes.tree import statements

    return (one for flow in application.orchestrations for one in statements(flow.body) if isinstance(one, Send))


def _has(send: Send, name: str) -> bool:
    return any(entry.key == name for entry in send.attributes)


def _publishes(application: Application, topic: str) -> Iterator[Span]:
    for handler in application.handlers:
        for grant in handler.grants:
            if (grant.noun, grant.name, grant.verb) == ("topic", topic, "publish"):
                yield from grant.spans


def _may_give(calls: list[ast.Call], name: str) -> bool:
    """Whether one of the calls has the attribute, or an argument that cannot be read. No call: publish is handed on."""
    return not calls or any(_gives(keyword, name) for call in calls for keyword in call.keywords)


def _gives(keyword: ast.keyword, name: str) -> bool:
    if keyword.arg is None:
        return True
    return keyword.arg == "attributes" and (
        not isinstance(keyword.value, ast.Dict) or any(_may_be(key, name) for key in keyword.value.keys)
    )


def _may_be(key: ast.expr | None, name: str) -> bool:
    """Whether a key of a dict that is written out may be that name; None stands for `**others`."""
    return not isinstance(key, ast.Constant) or key.value == name
