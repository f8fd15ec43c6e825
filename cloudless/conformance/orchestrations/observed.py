"""Observed: what an execution came to, as every engine can tell it, and where two of them differ."""

from __future__ import annotations

import builtins
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from cloudless.conformance.orchestrations.world import canonical, plain

WAITING: Mapping[str, Any] = {"waiting": True}
_OURS = {"CompensationFailed", "PlatformError", "ThrottledError", "UnavailableError", "Crashed"}


class Seen(NamedTuple):
    """One attempt of a step. function: "charge", "queue:orders", "topic:placed". arguments: canonical JSON.

    at_s: after the start, None where time is not told. strand: a name of the branch in which it was, the same for all
    of a branch; None where that is not told.
    """

    function: str
    arguments: str
    at_s: float | None = None
    strand: str | None = None


class Observed(NamedTuple):
    """outcome: {"v": value}, {"err": error} or WAITING. calls: as they began. end_s: None where it is not told."""

    outcome: Mapping[str, Any]
    calls: tuple[Seen, ...] = ()
    end_s: float | None = None


def differences(one: Observed, other: Observed) -> list[str]:
    """What two engines do not agree on; empty where they do. What one of them does not tell is not compared."""
    found: list[str] = []
    if outcome_of(one) != outcome_of(other):
        found.append(f"outcome: {outcome_of(one)} != {outcome_of(other)}")
    is_timed = all(call.at_s is not None for call in (*one.calls, *other.calls))
    found += _unequal("calls", _calls(one, is_timed), _calls(other, is_timed))
    if not found and all(call.strand is not None for call in (*one.calls, *other.calls)):
        found += _unequal("calls of one branch, in order", _strands(one), _strands(other))
    if one.end_s is not None and other.end_s is not None and abs(one.end_s - other.end_s) > 1e-6:
        found.append(f"end: {one.end_s:g} s != {other.end_s:g} s")
    return found


def outcome_of(observed: Observed) -> str:
    """The outcome as canonical text. Of classes that are not the program's own, the message may differ."""
    outcome = observed.outcome
    return canonical({"err": _error(outcome["err"])} if "err" in outcome else dict(outcome))


def _error(error: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {"type": error["type"], "mro": list(error["mro"])}
    if error["type"] in _OURS or hasattr(builtins, error["type"]):
        return kept
    return {**kept, "message": error["message"], "data": plain(error["data"])}


def _calls(observed: Observed, is_timed: bool) -> Counter[Any]:
    return Counter(
        (call.function, call.arguments, _moment(call.at_s)) if is_timed else (call.function, call.arguments)
        for call in observed.calls
    )


def _moment(at_s: float | None) -> float | None:
    return None if at_s is None else round(at_s, 6)


def _strands(observed: Observed) -> Counter[Any]:
    """The sequences of calls, one of each branch."""
    strands: dict[str | None, list[tuple[str, str]]] = {}
    for call in observed.calls:
        strands.setdefault(call.strand, []).append((call.function, call.arguments))
    return Counter(tuple(calls) for calls in strands.values())


def _unequal(what: str, one: Counter[Any], other: Counter[Any]) -> Iterable[str]:
    if one == other:
        return []
    return [f"{what}: only the first has {_few(one - other)}; only the second has {_few(other - one)}"]


def _few(several: Counter[Any]) -> str:
    shown = [f"{count} × {one}" for one, count in list(several.items())[:3]]
    return "; ".join(shown) or "nothing"
