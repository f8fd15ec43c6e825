"""What differs between providers, of what an application uses, and where in the program it matters.

Three tables of each provider are compared: guarantees (`driver.guarantee`), limits that the application has something
measured by, and gaps. A row is one question; what nobody uses is no row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Protocol

from cloudless.driver import guarantee
from cloudless.driver.gap import CAPABILITIES, Gap
from cloudless.driver.guarantee import ASPECTS, DIMENSIONS, FEATURES, SUPPORT, Aspect, Guarantee
from cloudless.driver.limit import KEYS, Limit
from cloudless.ir import Application, Span
from cloudless.node import node
from cloudless.passes.limits import LEAST, Measure, measures
from cloudless.passes.uses import Use, uses

UNTOLD = "not told"
"""Of a provider whose table does not answer."""
_LIMITED: Mapping[str, str] = {
    "consumer": "handler", "filter": "topic.filter", "function": "handler", "message": "topic",
    "orchestration": "orchestration", "schedule": "schedule",
}  # fmt: skip
"""The feature whose limit it is, by the first word of its key."""


class Compared(Protocol):
    """What is asked of a provider: `cloudless.driver.provider.Provider`, and `Compares` where it has that."""

    name: str

    @property
    def gaps(self) -> Mapping[str, Gap]: ...
    @property
    def limits(self) -> Mapping[str, Limit]: ...


@node()
class Given:
    """What one provider gives: in a few words, what follows from it, and the page that says so."""

    provider: str
    gives: str
    note: str = ""
    link: str = ""


@node(kw_only=True)
class Row:
    """One question. key: of the table that answers it. given: an answer of each provider, in order. uses: where."""

    key: str
    feature: str
    dimension: str
    meaning: str
    given: tuple[Given, ...]
    uses: tuple[Use, ...]

    @property
    def differs(self) -> bool:
        """Whether it is not the same on all."""
        return len({one.gives for one in self.given}) > 1


def compared(
    application: Application, providers: Sequence[Compared], delayed: Collection[Span] = ()
) -> tuple[Row, ...]:
    """Every question about what an application uses, by feature and dimension; those without a difference as well.

    delayed: where its handlers send with a delay (`frontend.delays`).
    """
    found = uses(application, delayed)
    rows = [*_guarantees(found, providers), *_limits(list(measures(application)), providers), *_gaps(found, providers)]
    return tuple(sorted(rows, key=_place))


def _guarantees(found: Sequence[Use], providers: Sequence[Compared]) -> Iterator[Row]:
    tables = {one.name: guarantee.of(one) for one in providers}
    for key, aspect in ASPECTS.items():
        where = tuple(use for use in found if use.feature == aspect.feature)
        if where and any(key in table for table in tables.values()):
            yield _row(key, aspect, (_guaranteed(name, table.get(key)) for name, table in tables.items()), where)


def _guaranteed(provider: str, one: Guarantee | None) -> Given:
    return Given(provider, one.gives, one.note, one.link) if one else Given(provider, UNTOLD)


def _limits(found: Sequence[Measure], providers: Sequence[Compared]) -> Iterator[Row]:
    """The largest measure first: it is the nearest to the limit (or the smallest, of a least)."""
    for key in KEYS:
        mine = sorted((one for one in found if one[0] == key and one[2]), key=lambda one: (one[2] * _sign(key), one[3]))
        limits = {one.name: one.limits.get(key) for one in providers}
        if mine and any(limits.values()):
            unit = next(one.unit for one in limits.values() if one)
            where = (Use(key, f"{what}: {size:,.10g} {unit}", span) for _, what, size, span in mine)
            aspect = Aspect(_LIMITED[key.partition(".")[0]], "limits", KEYS[key])
            yield _row(key, aspect, (_limited(name, key, one) for name, one in limits.items()), tuple(where))


def _sign(key: str) -> int:
    return 1 if key in LEAST else -1


def _limited(provider: str, key: str, limit: Limit | None) -> Given:
    if limit is None:
        return Given(provider, "no limit of its own")
    return Given(provider, f"{'from' if key in LEAST else 'up to'} {limit.value:,.10g} {limit.unit}", "", limit.link)


def _gaps(found: Sequence[Use], providers: Sequence[Compared]) -> Iterator[Row]:
    for key, meaning in CAPABILITIES.items():
        where = tuple(use for use in found if use.feature == key)
        if where and any(key in one.gaps for one in providers):
            given = (_supported(one.name, one.gaps.get(key)) for one in providers)
            yield _row(key, Aspect(key, SUPPORT, meaning), given, where)


def _supported(provider: str, gap: Gap | None) -> Given:
    return Given(provider, gap.kind.replace("_", " "), gap.reason, gap.link) if gap else Given(provider, "yes")


def _row(key: str, aspect: Aspect, given: Iterator[Given], where: tuple[Use, ...]) -> Row:
    return Row(
        key=key,
        feature=aspect.feature,
        dimension=aspect.dimension,
        meaning=aspect.meaning,
        given=tuple(given),
        uses=where,
    )


def _place(row: Row) -> Any:
    """Support last; before it, the features that clouds keep differently, in order."""
    order = [*FEATURES, *CAPABILITIES]
    return row.dimension == SUPPORT, order.index(row.feature), DIMENSIONS.index(row.dimension), row.key
