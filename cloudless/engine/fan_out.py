"""Fan-outs: one branch for each item, here or in portions that other schedulers run.

A host that replays (Durable Functions) pays for each event with a replay of all before it, so a fan-out of n items
costs it n². Where the host names a `portion_size`, one of more than twice as many items is divided.
"""

from __future__ import annotations

from cloudless.codec import is_list, is_object
from cloudless.engine.block import Code
from cloudless.engine.effect import PORTION, Parallel, Step
from cloudless.engine.error import Raised
from cloudless.engine.expression import compiled
from cloudless.engine.retry import ONCE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any

    from cloudless.engine.effect import Running
    from cloudless.engine.expression import Plain, Variables
    from cloudless.engine.frame import Frame

    Branch = Callable[[Frame], Running]
    Settled = list[tuple[str, Any]]
    """For each branch, ("v", its value) or ("err", its error)."""


def fan_out(plain: Plain, branch: Branch) -> Code:
    """The code of a FanOut."""
    target, source = plain["target"], compiled(plain["source"])
    gathered, read = collected if plain["collect"] else all_of, _read(plain["branch"])

    def run(frame: Frame) -> Running:
        items, size = source(frame.variables), frame.clock.portion_size
        if size and len(items) > 2 * size:
            settled: Settled = yield from _divided(frame, items, plain, size, read)
        else:
            settled = yield _branches(frame, plain, branch, items, 0)
        values = gathered(settled)
        if target:
            frame.variables[target] = values

    return Code(run, waits=True)


def portion(plain: Plain, branch: Branch, frame: Frame, items: list[Any], first: int) -> Running:
    """Some branches of a fan-out, from number `first` on; the value is what became of them."""
    return (yield _branches(frame, plain, branch, items, first))


def _branches(frame: Frame, plain: Plain, branch: Branch, items: list[Any], first: int) -> Parallel:
    item, id = plain["item"], plain["id"]

    def begin(index: int) -> Running:
        own = frame.branch(id, first + index)
        own.variables[item] = items[index]
        return branch(own)

    return Parallel(len(items), plain["limit"], begin, id)


def _divided(
    frame: Frame, items: list[Any], plain: Plain, size: int, read: frozenset[str]
) -> Generator[Parallel, Any, Settled]:
    """What became of all branches, portion by portion, never more than the limit at a time. read: by the branches."""
    id, limit, variables = plain["id"], plain["limit"], frame.variables
    seen = {name: variables[name] for name in variables if name in read}

    def begin(number: int) -> Running:
        first = number * size
        payload = {
            "orchestration": frame.program.name, "statement": id, "base": frame.base, "rounds": list(frame.rounds),
            "first": first, "items": items[first : first + size], "variables": seen,
        }  # fmt: skip
        return (yield Step(PORTION, "", payload, id, f"{frame.key(id)}[{first}:]", ONCE, 0))

    count = -(-len(items) // size)
    portions: Settled = yield Parallel(count, max(1, limit // size) if limit else 0, begin, id)
    settled: Settled = []
    for number, (how, value) in enumerate(portions):
        length = min(size, len(items) - number * size)
        settled += [tuple(one) for one in value] if how == "v" else [("err", value)] * length
    return settled


def _read(plain: Any) -> frozenset[str]:
    """Names of the variables that some statements read; of those that they make themselves, too."""
    if is_object(plain):
        if plain.get("node") == "Var":
            return frozenset({plain["name"]})
        if plain.get("node") == "Const":  # whose value is the user's data
            return frozenset()
    parts = plain.values() if is_object(plain) else plain if is_list(plain) else ()
    return frozenset(name for part in parts for name in _read(part))


def all_of(settled: Settled) -> list[Any]:
    """Every value; raises the error of the lowest index."""
    for how, value in settled:
        if how == "err":
            raise Raised(value)
    return [value for _, value in settled]


def collected(settled: Settled) -> list[Variables]:
    """What became of each branch, as records."""
    return [{"value": value, "error": None} if how == "v" else _failed(value) for how, value in settled]


def _failed(error: Any) -> Variables:
    return {"value": None, "error": {"type": error["type"], "message": error["message"]}}
