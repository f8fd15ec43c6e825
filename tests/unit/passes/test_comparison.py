"""Providers are compared by their own tables, on what an application uses."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cloudless import App
from cloudless.driver import guarantee
from cloudless.driver.gap import NEVER, Gap
from cloudless.driver.guarantee import ASPECTS, DIMENSIONS, FEATURES, SUPPORT, Guarantee
from cloudless.driver.limit import KEYS, Limit
from cloudless.frontend import compile as to_ir
from cloudless.ir import Application
from cloudless.passes.comparison import UNTOLD, Row, compared


class Cloud:
    """A provider as far as it is compared."""

    def __init__(
        self,
        name: str,
        guarantees: Mapping[str, Guarantee] | None = None,
        limits: Mapping[str, Limit] | None = None,
        gaps: Mapping[str, Gap] | None = None,
    ) -> None:
        self.name = name
        self.guarantees = guarantees or {}
        self.limits = limits or {}
        self.gaps = gaps or {}


def shop() -> Application:
    app = App("shop")
    orders = app.queue("orders", dict[str, str])

    @orders.consumer(memory_mb=512)
    def take(order: dict[str, str]) -> None: ...

    @app.get("/", public=True)
    def pack() -> None: ...

    return to_ir(app)


def rows(*clouds: Cloud) -> dict[str, Row]:
    return {row.key: row for row in compared(shop(), clouds)}


SORTED = Guarantee("sorted", "as they came", "https://example.org/order")


def test_a_difference_says_what_each_gives_and_where_it_matters() -> None:
    row = rows(Cloud("a", {"queue.order": SORTED}), Cloud("b", {"queue.order": Guarantee("none")}))["queue.order"]
    assert row.differs
    assert [(one.provider, one.gives, one.note, one.link) for one in row.given] == [
        ("a", "sorted", "as they came", "https://example.org/order"),
        ("b", "none", "", ""),
    ]
    assert [one.what for one in row.uses] == ["consumer 'take'"]
    assert all(one.span.file.endswith("test_comparison.py") for one in row.uses)


def test_two_notes_about_the_same_are_no_difference() -> None:
    same = Guarantee("sorted", "in other words")
    assert not rows(Cloud("a", {"queue.order": SORTED}), Cloud("b", {"queue.order": same}))["queue.order"].differs


def test_what_nobody_uses_and_what_nobody_tells_is_no_row() -> None:
    found = rows(Cloud("a", {"schedule.precision": SORTED}), Cloud("b", {"schedule.precision": Guarantee("none")}))
    assert found == {}


def test_a_provider_that_does_not_say_differs_from_one_that_does() -> None:
    row = rows(Cloud("a", {"queue.order": SORTED}), Cloud("b"))["queue.order"]
    assert row.differs
    assert row.given[1].gives == UNTOLD


def test_limits_stand_beside_what_comes_nearest_to_them() -> None:
    limited = Cloud("a", limits={"function.memory": Limit(10_240, "MB", "https://example.org/mb")})
    row = rows(limited, Cloud("b"))["function.memory"]
    assert [one.gives for one in row.given] == ["up to 10,240 MB", "no limit of its own"]
    assert [one.what for one in row.uses] == ["the memory of 'take': 512 MB", "the memory of 'pack': 256 MB"]
    assert (row.feature, row.dimension) == ("handler", "limits")


def test_limits_of_what_the_program_has_not_are_left_out() -> None:
    limited = Cloud("a", limits={"schedule.interval": Limit(60, "s", "https://example.org/s")})
    assert rows(limited, Cloud("b")) == {}


def test_a_gap_is_a_row_of_what_the_program_uses() -> None:
    gaps = {
        "queue.throttled": Gap(NEVER, "it counts them", "https://example.org/gap"),
        "topic": Gap(NEVER, "no topics"),
    }
    (row,) = rows(Cloud("a", gaps=gaps), Cloud("b")).values()
    assert (row.key, row.dimension) == ("queue.throttled", SUPPORT)
    assert [(one.gives, one.note) for one in row.given] == [("never", "it counts them"), ("yes", "")]


def test_support_comes_last_and_features_in_one_order() -> None:
    told = {"queue.order": SORTED, "handler.memory": SORTED}
    found = rows(Cloud("a", told, gaps={"queue": Gap(NEVER, "none")}), Cloud("b"))
    assert list(found) == ["handler.memory", "queue.order", "queue"]


def test_more_than_two_are_compared_at_once() -> None:
    clouds = [Cloud(name, {"queue.order": SORTED}) for name in "abc"]
    assert [one.provider for one in rows(*clouds)["queue.order"].given] == ["a", "b", "c"]


def test_a_key_of_no_aspect_is_refused() -> None:
    with pytest.raises(KeyError, match=r"guarantees of a: no such aspects: \['queue.oder'\]"):
        guarantee.of(Cloud("a", {"queue.oder": SORTED}))


def test_every_aspect_is_of_a_feature_and_a_dimension() -> None:
    assert {one.feature for one in ASPECTS.values()} <= FEATURES.keys()
    assert {one.dimension for one in ASPECTS.values()} <= set(DIMENSIONS) - {"limits", SUPPORT}


def test_every_limit_that_programs_are_measured_by_has_a_title() -> None:
    measured = [key for key in KEYS if key.partition(".")[0] in {"consumer", "filter", "function", "orchestration"}]
    everything = {key: Limit(1, "s", "https://example.org") for key in measured}
    assert all(row.feature in FEATURES for row in rows(Cloud("a", limits=everything), Cloud("b")).values())
