"""Program: an example, and what is done to it, step by step, as plain data that goes to another process as JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from cloudless.codec import is_object
from tests.matrix import faults

Step = dict[str, Any]
ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
_TOKEN = re.compile(r"token=([\w.~%-]+)")
_DRAWN = re.compile(r"\b[0-9a-f]{32}\b")


@dataclass(frozen=True, slots=True)
class Program:
    """example: name of its folder. config: of the stage; "{folder}" in a text is a folder of the player's own.

    issuers: what makes tokens, by name: arguments of `cloudless.jwt`.
    """

    example: str
    steps: tuple[Step, ...]
    secrets: Mapping[str, str] = field(default_factory=dict[str, str])
    config: Mapping[str, Any] = field(default_factory=dict[str, Any])
    issuers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])

    @property
    def faults(self) -> tuple[str, ...]:
        """What befalls its handlers, each kind once, in the order of faults.py."""
        told = {step["kind"] for step in self.steps if step["do"] == "fault"}
        return tuple(kind for kind in faults.KINDS if kind in told)

    def without_faults(self) -> Program:
        """The same where nothing goes wrong."""
        return replace(self, steps=tuple(step for step in self.steps if step["do"] != "fault"))

    def dumped(self) -> str:
        """As JSON."""
        return json.dumps({
            "example": self.example, "steps": self.steps, "secrets": dict(self.secrets), "config": dict(self.config),
            "issuers": {name: dict(one) for name, one in self.issuers.items()},
        })  # fmt: skip

    @classmethod
    def loaded(cls, text: str) -> Program:
        told: dict[str, Any] = json.loads(text)
        steps: tuple[Step, ...] = tuple(told.pop("steps"))
        return cls(steps=steps, **told)

    def config_in(self, folder: Path) -> dict[str, Any]:
        """The configuration of a player."""
        return {
            name: value.replace("{folder}", str(folder)) if isinstance(value, str) else value
            for name, value in self.config.items()
        }


def request(method: str, path: str, **sent: Any) -> Step:
    """A request. sent: what `Client.request` takes; token: ("issuer", {claims}) of the program's issuers.

    "{token 0}" in the path is the token of the first link that a handler was given, "{token -1}" that of the last one;
    "{id}" is the id that was answered last.
    """
    return {"do": "request", "method": method, "path": path, **sent}


def send(queue: str, body: Any) -> Step:
    """Send a message from outside."""
    return {"do": "send", "queue": queue, "body": body}


def fault(kind: str, handler: str) -> Step:
    """Let something befall the next call of a handler, of whatever message: kinds of faults.py."""
    return {"do": "fault", "kind": kind, "handler": handler}


def run() -> Step:
    """Let everything happen that is under way."""
    return {"do": "run"}


def advance(by: timedelta) -> Step:
    return {"do": "advance", "seconds": by.total_seconds()}


def show(orchestration: str, id: str) -> Step:
    """How an execution stands."""
    return {"do": "show", "orchestration": orchestration, "id": id}


def invoke(function: str, **arguments: Any) -> Step:
    """Call a function from outside."""
    return {"do": "invoke", "function": function, "arguments": arguments}


def letters(queue: str) -> Step:
    """The dead letters of a queue."""
    return {"do": "letters", "queue": queue}


def redrive(queue: str) -> Step:
    """Send dead letters back."""
    return {"do": "redrive", "queue": queue}


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a program. Tokens of links, and ids that are drawn, are left out: no two runs have them alike.

    answers: one a step, as JSON. calls: those of handlers, each as JSON, and how often it was.
    """

    answers: list[str]
    calls: Counter[str]

    @classmethod
    def of(cls, answers: list[Any], trace: Path) -> Played:
        """Raises AssertionError where a fault of the program has befallen nobody."""
        assert not faults.armed(trace), f"never called again: {', '.join(faults.armed(trace))}"
        tokens = _tokens(trace)

        def masked(text: str) -> str:
            for token in tokens:
                text = text.replace(token, "…")
            return _DRAWN.sub("…", text)

        return cls([masked(json.dumps(answer)) for answer in answers], Counter(map(masked, lines(trace))))


def lines(trace: Path) -> list[str]:
    return trace.read_text("utf-8").splitlines() if trace.exists() else []


class Filled:
    """Paths with what earlier steps brought. trace: of the player."""

    def __init__(self, trace: Path) -> None:
        self._trace = trace
        self._id = ""

    def path(self, path: str) -> str:
        """See `request`."""
        wanted = re.search(r"{token (-?\d+)}", path)
        if wanted:
            path = path.replace(wanted[0], _tokens(self._trace)[int(wanted[1])])
        return path.replace("{id}", self._id)

    def answered(self, text: str) -> None:
        """Keep the id, where the answer of a request has one."""
        try:
            answer: Any = json.loads(text)
        except ValueError:
            return
        if is_object(answer) and isinstance(answer.get("id"), str):
            self._id = answer["id"]


def _tokens(trace: Path) -> list[str]:
    """The tokens of all links that a handler was given, in order."""
    return list(dict.fromkeys(token for line in lines(trace) for token in _TOKEN.findall(line)))
