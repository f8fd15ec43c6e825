"""States → Amazon States Language: names, and JSON as AWS reads it.

https://states-language.net/spec.html, https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from cloudless.passes.states import Label
from cloudless_aws.compile.asl.state import (
    NOWHERE,
    Choice,
    Edge,
    End,
    Fail,
    Graph,
    Map,
    Parallel,
    Pass,
    Rule,
    Task,
    Wait,
    in_scope,
    reached,
)

NAME_MAX = 80
"""Of a state: https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html"""
_STRANGE = re.compile(r"[^A-Za-z0-9 _.:-]")

Plain = dict[str, Any]


class Document:
    """A state machine as plain data. partition: of the resources that it names."""

    def __init__(self, graph: Graph, start: Label, partition: str) -> None:
        self._graph = graph
        self._partition = partition
        self._names = _named(graph, start)
        self.plain = self._machine(start)

    def _machine(self, start: Label) -> Plain:
        """A scope: the whole, a branch, or the processor of a Map."""
        states = {self._names[label]: self._state(label) for label in in_scope(self._graph, start)}
        return {"StartAt": self._names[start], "States": states}

    def _state(self, label: Label) -> Plain:
        one = self._graph.states[label]
        note = {"Comment": one.note} if one.note else {}
        return {"Type": _TYPES[type(one)], **note, **PRINTERS[type(one)](self, one)}

    def go(self, edge: Edge) -> Plain:
        """What a state, rule or catcher says of its way."""
        assign = {"Assign": dict(edge.assign)} if edge.assign else {}
        return {**assign, "Next": self._names[edge.to]}

    def choice(self, one: Choice) -> Plain:
        return {"Choices": [self._rule(rule) for rule in one.rules], "Default": self._names[one.otherwise.to]}

    def _rule(self, rule: Rule) -> Plain:
        return {"Condition": rule.test, **self.go(rule.edge)}

    def task(self, one: Task) -> Plain:
        callback = ".waitForTaskToken" if one.waits else ""
        timeout = {} if one.timeout_s is None else {"TimeoutSeconds": one.timeout_s}
        return {
            "Resource": f"arn:{self._partition}:states:::lambda:invoke{callback}",
            "Arguments": one.arguments, **timeout,
            "Retry": list(one.retry), "Catch": self._catch(one.failed),
            **({"Output": one.output, "End": True} if one.edge == NOWHERE else self.go(one.edge)),
        }  # fmt: skip

    def _catch(self, failed: Edge) -> list[Plain]:
        return [{"ErrorEquals": ["States.ALL"], **self.go(failed)}]

    def parallel(self, one: Parallel) -> Plain:
        branches = [self._machine(label) for label in one.branches]
        return {"Branches": branches, "Catch": self._catch(one.failed), **self.go(one.edge)}

    def map(self, one: Map) -> Plain:
        most = {"MaxConcurrency": one.limit} if one.limit else {}
        value, index = "{% $states.context.Map.Item.Value %}", "{% $states.context.Map.Item.Index %}"
        return {
            "Items": one.items, "ItemSelector": {"item": value, "index": index}, **most,
            "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, **self._machine(one.processor)},
            "Catch": self._catch(one.failed), **self.go(one.edge),
        }  # fmt: skip


def _named(graph: Graph, start: Label) -> dict[Label, str]:
    """A name for each state, unique in the whole machine, branches included."""
    names: dict[Label, str] = {}
    counts: dict[str, int] = {}
    for label in reached(graph, start):
        title = _STRANGE.sub("_", graph.states[label].title)[: NAME_MAX - 6]
        counts[title] = serial = counts.get(title, 0) + 1
        names[label] = f"{title} {serial}" if serial > 1 else title
    return names


_TYPES: dict[type, str] = {
    Choice: "Choice", End: "Pass", Fail: "Fail", Map: "Map", Parallel: "Parallel", Pass: "Pass", Task: "Task",
    Wait: "Wait",
}  # fmt: skip

PRINTERS: Mapping[type, Callable[[Document, Any], Plain]] = {
    Choice: Document.choice,
    End: lambda document, one: {"Output": one.output, "End": True},
    Fail: lambda document, one: {"Error": one.error, "Cause": one.cause},
    Map: Document.map,
    Parallel: Document.parallel,
    Pass: lambda document, one: document.go(one.edge),
    Task: Document.task,
    Wait: lambda document, one: {"Seconds": one.seconds, **document.go(one.edge)},
}
"""By class of state."""
